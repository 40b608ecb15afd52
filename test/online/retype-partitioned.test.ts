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
    ${code} PRIMARY KEY (day, kind, id)) PARTITION BY RANGE (day);
  CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100);
  CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (100) TO (200) PARTITION BY LIST (kind);
  CREATE TABLE visit_2a PARTITION OF visit_2 DEFAULT;
  CREATE INDEX visit_minutes ON visit (minutes) WHERE id > 0;
  CREATE UNIQUE INDEX visit_1_id ON visit_1 (id);
  CREATE INDEX visit_2_minutes ON visit_2 (minutes, room);
  ALTER TABLE visit_1 ALTER minutes SET DEFAULT 7, ADD CONSTRAINT short CHECK (minutes < 100000);
  CREATE VIEW long AS SELECT id, minutes FROM visit WHERE minutes > 30;`;
const before = `${schema("int", "code text NOT NULL, note text NOT NULL,")}
  CREATE INDEX visit_note ON visit (note);`;
const after = schema("bigint", "code int NOT NULL, -- @using code::int\n");
const rows = `
  INSERT INTO room SELECT generate_series(1, 10);
  INSERT INTO visit SELECT i, i, 'kind', i + 1, i % 10 + 1, '00' || i, 'n' || i FROM generate_series(0, 199) AS i;`;

/** Knows the columns by their names, not by their types, and moves rows between partitions. */
const client = (columns: string, values: string) => async (database: Database, at: number) => {
  const insert = (table: string, day: number, id: number) =>
    database.query(
      `INSERT INTO ${table} (day, id, kind, room, ${columns}) VALUES (${day}, ${id}, 'kind', 1, ${values})`,
    );
  await insert("visit", at % 200, at);
  await insert("visit_1", 5, -at);
  await database.query(`UPDATE visit SET minutes = 40, day = 199 - day WHERE id IN (${at}, -${at})`);
  const found = await database.query(`SELECT minutes::int FROM long WHERE id IN (${at}, -${at})`);
  expect(found).toEqual([{ minutes: 40 }, { minutes: 40 }]);
  await database.query(`DELETE FROM visit WHERE id IN (${at}, -${at})`);
};
const old = client("code, note", "'07', 'note'");
const young = client("code", "'07'");

const allow = ["all"];

describe.each(endsOfServers)("columns of a partitioned table on %s", (postgres) => {
  it("change their types and go in phases, and come back from each", { timeout: 300_000 }, () =>
    withClinic(postgres, { schema: before, rows }, async (project, url) => {
      const query = (text: string) => withDatabase(url, (database) => database.query(text));
      const read = () => query("SELECT day, id, kind, minutes, room, code, note FROM visit ORDER BY id");
      const began = await read();
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "types" });
      expect(revisions.map(({ phase }) => phase)).toEqual(phases);
      expect(blockingIn(revisions)).toEqual([]);
      expect(blockingIn(revisions, "down")).toEqual([]);
      const lines = statementsOf(revisions);
      expect(lines.filter((line) => / ON ONLY /.test(line))).toHaveLength(3);
      expect(lines.filter((line) => /CREATE .*INDEX CONCURRENTLY/.test(line))).toHaveLength(6);
      const isNewest = postgres === newestServer()?.major;
      for (const [at, { id, phase }] of (isNewest ? revisions.slice(0, 3) : []).entries()) {
        await applyRevisions(project, { target: id, allow });
        // Who moves to another partition is inserted there, and keeps the old values all the same.
        await query("UPDATE visit SET day = 199 - day WHERE id < 9");
        await query("UPDATE visit SET day = 199 - day WHERE id < 9");
        await rollbackRevisions(project, { target: `-${at + 1}`, allow });
        expect(await read(), phase).toEqual(began);
      }
      const back = (target: string) => () => rollbackRevisions(project, { target, allow });
      await besideClients(postgres, url, old, () => applyRevisions(project, { target: "+3", allow }));
      await withDatabase(url, (database) => young(database, 1000));
      await besideClients(postgres, url, young, () => applyRevisions(project, { cleanup: true, allow }));
      const [row] = await query(
        "SELECT pg_typeof(id)::text AS id, pg_typeof(minutes)::text AS minutes, code FROM visit_2a WHERE id = 107",
      );
      expect(row).toEqual({ id: "bigint", minutes: "bigint", code: 107 });
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await besideClients(postgres, url, young, back("-1"));
      await besideClients(postgres, url, old, back("-3"));
      expect(await read()).toEqual(began);
      if (!isNewest) return;
      await withDatabase(url, async (database) => {
        await stepByStep(database, revisions.slice(0, 3), old);
        await stepByStep(database, revisions.slice(3), young);
      });
    }),
  );
});

describe.skipIf(newestServer() === undefined)("a column of a partitioned table", () => {
  it("goes on counting, and loses labels of its enum, but where a foreign key references it", {
    timeout: 300_000,
  }, () => {
    const tables = (type: string, labels: string) => `
      CREATE TYPE mood AS ENUM (${labels});
      CREATE TABLE visit (day int, id ${type} GENERATED ALWAYS AS IDENTITY, mood mood) PARTITION BY RANGE (day);
      CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100);
      CREATE TABLE room (day int, id ${type}, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
      CREATE TABLE room_1 PARTITION OF room FOR VALUES FROM (0) TO (100);
      CREATE TABLE bill (day int, room ${type}, FOREIGN KEY (day, room) REFERENCES room);`;
    const contents = {
      schema: tables("int", "'well', 'ill', 'bored'"),
      rows: "INSERT INTO visit (day, mood) SELECT i, 'ill' FROM generate_series(1, 20) i",
    };
    return withClinic(newestServer()?.major ?? 0, contents, async (project, url) => {
      const query = (text: string) => withDatabase(url, (database) => database.query(text));
      const began = await query("SELECT * FROM visit ORDER BY id");
      await writeSchema(project.root, { "clinic.sql": tables("bigint", "'ill', 'well'") });
      const { revisions } = await planRevision(project, { message: "types" });
      expect(revisions.map(({ phase }) => phase)).toEqual(phases);
      const atOnce = statementsOf(revisions).filter((line) => /ALTER COLUMN .* TYPE/.test(line));
      expect(atOnce).toEqual(["ALTER TABLE public.room ALTER COLUMN id TYPE bigint;"]);
      await applyRevisions(project, { cleanup: true, allow });
      const added = "INSERT INTO visit (day, mood) VALUES (50, 'well') RETURNING id::int, mood";
      expect(await query(added)).toEqual([{ id: 21, mood: "well" }]);
      await rollbackRevisions(project, { target: "-4", allow });
      expect(await query(added)).toEqual([{ id: 22, mood: "well" }]);
      expect((await query("SELECT day, id, mood FROM visit ORDER BY id")).slice(0, 20)).toEqual(began);
    });
  });
});
