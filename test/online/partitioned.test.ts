import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfServers } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { besideClients, interrupted, stepByStep } from "./clients.js";
import { blockingIn, statementsOf, withClinic } from "./clinic.js";

describe.each(endsOfServers)("partitioned tables on %s", (postgres) => {
  it("get keys, constraints and indexes while others read and write", { timeout: 300_000 }, () => {
    const partitions = `
      CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100);
      CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (100) TO (200) PARTITION BY LIST (kind);
      CREATE TABLE visit_2a PARTITION OF visit_2 DEFAULT;`;
    const schema = `
      CREATE TABLE room (id int PRIMARY KEY);
      CREATE TABLE visit (day int NOT NULL, id int, kind text NOT NULL, minutes int, room int, note text)
        PARTITION BY RANGE (day);
      ${partitions}
      CREATE INDEX visit_note ON visit (note);`;
    const after = `
      CREATE TABLE room (id int PRIMARY KEY);
      CREATE TABLE visit (
        day int NOT NULL, id int NOT NULL, kind text NOT NULL, minutes int CHECK (minutes > 0), room int, note text,
        PRIMARY KEY (day, kind, id),
        CONSTRAINT visit_room FOREIGN KEY (room) REFERENCES room
      ) PARTITION BY RANGE (day);
      ${partitions}
      CREATE INDEX visit_note ON visit (note DESC);
      CREATE INDEX visit_minutes ON visit (minutes);
      CREATE INDEX visit_1_room ON visit_1 (room);`;
    const rows = `
      INSERT INTO room SELECT generate_series(1, 10);
      INSERT INTO visit SELECT i, i, 'kind', i + 1, i % 10 + 1, 'note ' || i FROM generate_series(0, 199) AS i;`;
    const client = async (database: Database, at: number) => {
      await database.query(`INSERT INTO visit VALUES ($1 % 200, $1, 'kind', 5, 1, 'new')`, [at]);
      await database.query("UPDATE visit SET note = 'read', day = 199 - day WHERE id = $1", [at]);
      const found = await database.query("SELECT note FROM visit WHERE id = $1", [at]);
      expect(found).toEqual([{ note: "read" }]);
      await database.query("DELETE FROM visit WHERE id = $1", [at]);
    };
    return withClinic(postgres, { schema, rows }, async (project, url) => {
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "keys" });
      expect(revisions.map(({ phase }) => phase)).toEqual(["additive", "constraint"]);
      expect(blockingIn(revisions)).toEqual([]);
      const lines = statementsOf(revisions);
      expect(lines.filter((line) => / ON ONLY /.test(line))).toHaveLength(4);
      expect(lines.filter((line) => /INDEX CONCURRENTLY/.test(line))).toHaveLength(7);
      const apply = () => applyRevisions(project, { allow: ["all"] });
      if (postgres !== "pglite") await interrupted(url, "visit_1", apply);
      await besideClients(postgres, url, client, apply);
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await besideClients(postgres, url, client, () =>
        rollbackRevisions(project, { target: "-2", allow: ["all"] }),
      );
      await withDatabase(url, async (database) => {
        expect(await stepByStep(database, revisions, client)).toBeGreaterThan(10);
      });
    });
  });
});
