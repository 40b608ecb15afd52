import { expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const newest = newestServer();
const schema = (columns: string, other: string, more = "") => ({
  "a.sql": `CREATE TABLE visit (id int${columns}) PARTITION BY RANGE (id);
    CREATE TABLE visit_0 PARTITION OF visit FOR VALUES FROM (0) TO (10);
    CREATE TABLE base (id int${columns}); ${other} ${more}`,
});
const columns = ', note text COLLATE "C" NOT NULL, cost numeric(6,2), n int';
const apart = "CREATE TABLE other (id int, n int); CREATE TABLE heir (id int, n int);";
const tied = `CREATE TABLE other PARTITION OF visit FOR VALUES FROM (10) TO (20);
  CREATE TABLE heir () INHERITS (base);`;

it.skipIf(newest === undefined)(
  "tables become partitions, and inherit, where columns are in quarantine",
  async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", async (_, url) => {
      await withProject({ database: url, schema: schema(columns, apart) }, async (project) => {
        const query = (sql: string) => withDatabase(url, (database) => database.query(sql));
        const next = async (files: Readonly<Record<string, string>>) => {
          await writeSchema(project.root, files);
          await planRevision(project, { message: "next" });
          await applyRevisions(project, { allow: ["all"] });
        };
        await next({});
        await query("INSERT INTO visit VALUES (1, 'one', 1.5, 1)");
        await next(schema(", n int", apart));
        await query("INSERT INTO other VALUES (11, 11)");
        await next(
          schema(", n int", tied, "CREATE TABLE new PARTITION OF visit FOR VALUES FROM (20) TO (30);"),
        );
        await query("INSERT INTO visit (id, n) VALUES (21, 21)");
        expect(await query("SELECT id, n FROM visit ORDER BY id")).toHaveLength(3);
        expect((await drift(project, {})).changes).toEqual([]);
        await rollbackRevisions(project, { target: "-1" });
        expect((await drift(project, {})).changes).toEqual([]);
        await rollbackRevisions(project, { target: "-1" });
        expect(await query("SELECT * FROM visit")).toEqual([{ id: 1, note: "one", cost: "1.50", n: 1 }]);
        expect((await drift(project, {})).changes).toEqual([]);
      });
    });
  },
);
