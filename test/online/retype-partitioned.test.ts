import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfServers, newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { besideClients, stepByStep } from "./clients.js";
import { blockingIn, statementsOf, withClinic } from "./clinic.js";

const phases = ["additive", "backfill", "constraint", "cleanup"];

const schema = (number: string, code: string) => `
  CREATE TABLE room (id bigint PRIMARY KEY);
  CREATE TABLE visit (day int NOT NULL, id ${number} NOT NULL, kind text NOT NULL,
    minutes ${number} DEFAULT 5 CHECK (minutes > 0), room ${number} CONSTRAINT visit_room REFERENCES room,
    ${code}, PRIMARY KEY (day, kind, id)) PARTITION BY RANGE (day);
  CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100);
  CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (100) TO (200) PARTITION BY LIST (kind);
  CREATE TABLE visit_2a PARTITION OF visit_2 DEFAULT;
  CREATE INDEX visit_minutes ON visit (minutes) WHERE id > 0;
  CREATE UNIQUE INDEX visit_1_id ON visit_1 (id);
  CREATE INDEX visit_2_minutes ON visit_2 (minutes, room);
  ALTER TABLE visit_1 ALTER minutes SET DEFAULT 7, ADD CONSTRAINT short CHECK (minutes < 100000);
  CREATE VIEW long AS SELECT id, minutes FROM visit WHERE minutes > 30;`;
const before = schema("int", "code text NOT NULL");
const after = schema("bigint", "code int NOT NULL -- @using code::int\n");
const rows = `
  INSERT INTO room SELECT generate_series(1, 10);
  INSERT INTO visit SELECT i, i, 'kind', i + 1, i % 10 + 1, '00' || i FROM generate_series(0, 199) AS i;`;

/** Knows the columns by their names, not by their types, and moves rows between partitions. */
const client = async (database: Database, at: number) => {
  const columns = "(day, id, kind, room, code)";
  await database.query(`INSERT INTO visit ${columns} VALUES (${at} % 200, ${at}, 'kind', 1, '${at}')`);
  await database.query(`INSERT INTO visit_1 ${columns} VALUES (5, -${at}, 'kind', 2, '01')`);
  await database.query(`UPDATE visit SET minutes = 40, day = 199 - day WHERE id IN (${at}, -${at})`);
  const found = await database.query(`SELECT minutes::int FROM long WHERE id IN (${at}, -${at})`);
  expect(found).toEqual([{ minutes: 40 }, { minutes: 40 }]);
  await database.query(`DELETE FROM visit WHERE id IN (${at}, -${at})`);
};

const allow = ["all"];

describe.each(endsOfServers)("columns of a partitioned table on %s", (postgres) => {
  it("change their types in phases, and come back from each", { timeout: 300_000 }, () =>
    withClinic(postgres, { schema: before, rows }, async (project, url) => {
      const query = (text: string) => withDatabase(url, (database) => database.query(text));
      const read = () => query("SELECT day, id, kind, minutes, room, code FROM visit ORDER BY id");
      const began = await read();
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "types" });
      expect(revisions.map(({ phase }) => phase)).toEqual(phases);
      expect(blockingIn(revisions)).toEqual([]);
      expect(blockingIn(revisions, "down")).toEqual([]);
      const lines = statementsOf(revisions);
      expect(lines.filter((line) => / ON ONLY /.test(line))).toHaveLength(3);
      expect(lines.filter((line) => /CREATE .*INDEX CONCURRENTLY/.test(line))).toHaveLength(6);
      for (const [at, { id, phase }] of revisions.slice(0, 3).entries()) {
        await applyRevisions(project, { target: id, allow });
        // Who moves to another partition is inserted there, and keeps the old values all the same.
        await query("UPDATE visit SET day = 199 - day WHERE id < 9");
        await query("UPDATE visit SET day = 199 - day WHERE id < 9");
        await rollbackRevisions(project, { target: `-${at + 1}`, allow });
        expect(await read(), phase).toEqual(began);
      }
      await besideClients(postgres, url, client, () => applyRevisions(project, { cleanup: true, allow }));
      const [row] = await query(
        "SELECT pg_typeof(id) AS id, pg_typeof(minutes) AS minutes, code FROM visit_2a WHERE id = 107",
      );
      expect(row).toEqual({ id: "bigint", minutes: "bigint", code: 107 });
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await besideClients(postgres, url, client, () => rollbackRevisions(project, { target: "-4", allow }));
      expect(await read()).toEqual(began);
      await withDatabase(url, (database) => stepByStep(database, revisions, client));
    }),
  );
});

describe.skipIf(newestServer() === undefined)("a column of a partitioned table", () => {
  const postgres = newestServer()?.major ?? 0;

  it("goes on counting, and loses labels of its enum", { timeout: 300_000 }, () => {
    const tables = (type: string, labels: string) => `
      CREATE TYPE mood AS ENUM (${labels});
      CREATE TABLE visit (day int, id ${type} GENERATED ALWAYS AS IDENTITY, mood mood) PARTITION BY RANGE (day);
      CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100);`;
    const contents = {
      schema: tables("int", "'well', 'ill', 'bored'"),
      rows: "INSERT INTO visit (day, mood) SELECT i, 'ill' FROM generate_series(1, 20) i",
    };
    return withClinic(postgres, contents, async (project, url) => {
      const query = (text: string) => withDatabase(url, (database) => database.query(text));
      const began = await query("SELECT * FROM visit ORDER BY id");
      await writeSchema(project.root, { "clinic.sql": tables("bigint", "'ill', 'well'") });
      const { revisions } = await planRevision(project, { message: "types" });
      expect(revisions.map(({ phase }) => phase)).toEqual(phases);
      expect([...blockingIn(revisions), ...blockingIn(revisions, "down")]).toEqual([]);
      await applyRevisions(project, { cleanup: true, allow });
      const added = "INSERT INTO visit (day, mood) VALUES (50, 'well') RETURNING id::int, mood";
      expect(await query(added)).toEqual([{ id: 21, mood: "well" }]);
      await rollbackRevisions(project, { target: "-4", allow });
      expect(await query(added)).toEqual([{ id: 22, mood: "well" }]);
      expect((await query("SELECT day, id, mood FROM visit ORDER BY id")).slice(0, 20)).toEqual(began);
    });
  });

  it("changes at once where a foreign key references it", { timeout: 300_000 }, () => {
    const tables = (type: string) => `
      CREATE TABLE visit (day int, id ${type}, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
      CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100);
      CREATE TABLE bill (day int, visit ${type}, FOREIGN KEY (day, visit) REFERENCES visit);`;
    return withClinic(postgres, { schema: tables("int"), rows: "" }, async (project) => {
      await writeSchema(project.root, { "clinic.sql": tables("bigint") });
      const { revisions } = await planRevision(project, { message: "types" });
      expect(statementsOf(revisions)).toContain("ALTER TABLE public.visit ALTER COLUMN id TYPE bigint;");
    });
  });
});
