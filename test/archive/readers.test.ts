import { describe, expect, it } from "vitest";
import { readersOf } from "../../src/apply/archived-readers.js";
import { withDatabase } from "../../src/database/connect.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions } from "../../src/project/apply.js";
import { listArchive } from "../../src/project/archive.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { archiveText } from "../../src/report/archive.js";
import { endsOfPostgres, newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";
import { missingRoles, standingRoles } from "../support/roles.js";

describe.each(endsOfPostgres)("on %s, who sees a column in quarantine", (postgres) => {
  it("is told as PostgreSQL judges it", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const { major } = database.version;
      await database.script(`${missingRoles(standingRoles)};
        CREATE TABLE t (id int, hidden int) PARTITION BY LIST (id);
        CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
        GRANT SELECT ON t TO one; GRANT SELECT (id) ON t TO two; GRANT UPDATE ON t TO two;
        GRANT SELECT ON t_1 TO dm_writer; GRANT SELECT (hidden) ON t TO dm_reader;
        CREATE PUBLICATION all_columns FOR TABLE t;
        ${major >= 15 ? "CREATE PUBLICATION some_columns FOR TABLE t_1 (id)" : ""}`);
      const may = await database.query<{ role: string }>(
        `SELECT r.rolname::text AS role FROM pg_roles r WHERE NOT r.rolsuper AND r.rolname !~ '^pg_'
           AND (has_column_privilege(r.oid, 't', 'hidden', 'SELECT') OR has_column_privilege(r.oid, 't_1', 'hidden', 'SELECT')) ORDER BY 1`,
      );
      expect(may.map(({ role }) => role)).toEqual(["dm_reader", "dm_writer", "one"]);
      const told = await readersOf(database, "t", "hidden");
      expect(told).toEqual({ readers: may.map(({ role }) => role), publications: ["all_columns"] });
      const others = { readers: ["dm_writer", "one", "two"], publications: told.publications };
      expect(await readersOf(database, "t", "id")).toMatchObject({ readers: others.readers });
    });
  });
});

const newest = newestServer();
const table = (columns: string, rest = "") => ({
  "a.sql": `CREATE TABLE person (id int PRIMARY KEY${columns}); CREATE TABLE letter (id int);
GRANT SELECT ON letter TO dm_reader; GRANT SELECT (id) ON person TO two;\n${rest}`,
});
const told = async (project: Project) => {
  const { revisions } = await planRevision(project, { message: "next" });
  await applyRevisions(project, {});
  return revisions.flatMap(({ up }) =>
    up.flatMap(hazardsIn).flatMap(({ code, what }) => (code === "STAYS_READABLE" ? [what] : [])),
  );
};

it.skipIf(newest === undefined)(
  "a plan tells who can still read what it puts away, and who newly can; tables are their owner's alone",
  async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", async (_, url) => {
      await withProject({ database: url, schema: table(", name text, born date") }, async (project) => {
        const as = (role: string, sql: string) =>
          withDatabase(url, async (database) => {
            await database.script(`SET ROLE ${role}`);
            return database.query(sql);
          });
        expect(await told(project)).toEqual([]);
        await writeSchema(project.root, table(", born date"));
        expect(await told(project)).toEqual([]);
        const list = await listArchive(project);
        expect(list.things).toMatchObject([{ readers: [], publications: [] }]);
        const place = list.things[0]?.place?.split(".").at(-1);
        await expect(as("two", `SELECT ${place} FROM person`)).rejects.toThrow(/permission denied/);

        await writeSchema(
          project.root,
          table(
            ", born date",
            "GRANT SELECT ON person TO dm_reader; CREATE PUBLICATION news FOR TABLE person;\n",
          ),
        );
        expect((await told(project)).sort().join("\n")).toMatch(
          /^dm_reader can read name of table public.person, .*\npublication news publishes name of /,
        );
        expect(await as("dm_reader", `SELECT ${place} FROM person`)).toEqual([]);
        await writeSchema(project.root, {
          "a.sql": `CREATE TABLE person (id int PRIMARY KEY);
            GRANT SELECT (id) ON person TO two; GRANT SELECT ON person TO dm_reader; CREATE PUBLICATION news FOR TABLE person;`,
        });
        const news = await told(project);
        expect(news).toHaveLength(1);
        expect(news[0]).toMatch(
          /^what goes to quarantine in table public.person can still be read by dm_reader; .* published by publication news/,
        );
        const { things } = await listArchive(project);
        expect(
          things.map(({ what, readers, publications }) => [what.column ?? what.table, readers, publications]),
        ).toEqual([
          ["name", ["dm_reader"], ["news"]],
          ["letter", [], []],
          ["born", ["dm_reader"], ["news"]],
        ]);
        const text = archiveText({ environment: "local", database: "", things });
        expect(
          text.match(/can be read by dm_reader, not by its owner alone\n {2}is published by news/g),
        ).toHaveLength(2);
        const letter = things.find(({ what }) => what.table === "letter")?.place;
        await expect(as("dm_reader", `SELECT FROM ${letter}`)).rejects.toThrow(/permission denied/);
      });
    });
  },
);
