import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfServers } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { besideClients, type Client, stepByStep } from "./clients.js";
import { blockingIn, withClinic } from "./clinic.js";

const before = `
  CREATE TABLE person (id int PRIMARY KEY, points numeric NOT NULL DEFAULT 7, code varchar(20) UNIQUE, nick text);
  CREATE INDEX person_points ON person (points);
  CREATE VIEW v AS SELECT id, nick FROM person WHERE points > 0;`;
const after = `
  CREATE TABLE person (id int PRIMARY KEY,
    score int NOT NULL DEFAULT 7 CHECK (score > 0), -- @renamed from=points
    number bigint UNIQUE, -- @renamed from=code
    alias text -- @renamed from=nick
  );
  CREATE INDEX person_points ON person (score);
  CREATE VIEW v AS SELECT id, alias AS nick FROM person WHERE score > 0;`;
const rows = "INSERT INTO person SELECT i, i + 0.25, i, 'n' || i FROM generate_series(1, 200) AS i";

type Row = Record<string, unknown>;

const oldRow = (database: Database, id: number) =>
  database.query<Row>("SELECT points::text, code, nick FROM person WHERE id = $1", [id]);
const newRow = (database: Database, id: number) =>
  database.query<Row>("SELECT score, number::int, alias FROM person WHERE id = $1", [id]);

/** Reads what it has written, as it has written it. */
const old: Client = async (database, at) => {
  await database.query("INSERT INTO person (id, points, code, nick) VALUES ($1, 1.25, $2, 'a')", [
    at,
    `${at}`,
  ]);
  await database.query("UPDATE person SET nick = 'b' WHERE id = $1", [at]);
  expect(await oldRow(database, at)).toEqual([{ points: "1.25", code: `${at}`, nick: "b" }]);
  await database.query("UPDATE person SET points = 2.25 WHERE code = $1", [`${at}`]);
  expect(await oldRow(database, at)).toEqual([{ points: "2.25", code: `${at}`, nick: "b" }]);
  const upsert = "INSERT INTO person (id, code) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET code = NULL";
  await database.query(upsert, [at, `${at}`]);
  expect(await oldRow(database, at)).toEqual([{ points: "2.25", code: null, nick: "b" }]);
  await database.query("DELETE FROM person WHERE id = $1", [at]);
  await database.query("INSERT INTO person (id) VALUES ($1)", [at]);
  expect(await oldRow(database, at)).toEqual([{ points: "7", code: null, nick: null }]);
};

const young: Client = async (database, at) => {
  await database.query("INSERT INTO person (id, score, number, alias) VALUES ($1::int, 3, $1::int, 'c')", [
    at,
  ]);
  await database.query("UPDATE person SET score = 4 WHERE number = $1", [at]);
  expect(await newRow(database, at)).toEqual([{ score: 4, number: at, alias: "c" }]);
  await database.query("DELETE FROM person WHERE id = $1", [at]);
  await database.query("INSERT INTO person (id) VALUES ($1)", [at]);
  expect(await newRow(database, at)).toEqual([{ score: 7, number: null, alias: null }]);
};

/** Each reads what the other writes. */
const both: Client = async (database, at) => {
  await old(database, at);
  await young(database, at + 500_000);
  await database.query("UPDATE person SET points = 5.75, code = $2, nick = 'x' WHERE id = $1", [at, `${at}`]);
  expect(await newRow(database, at)).toEqual([{ score: 6, number: at, alias: "x" }]);
  await database.query("UPDATE person SET alias = 'y' WHERE id = $1", [at]);
  expect(await oldRow(database, at)).toEqual([{ points: "5.75", code: `${at}`, nick: "y" }]);
  await database.query("UPDATE person SET score = 8, number = -$1::int WHERE id = $1::int", [at]);
  expect(await oldRow(database, at)).toEqual([{ points: "8", code: `-${at}`, nick: "y" }]);
};

describe.each(endsOfServers.slice(-1))("columns with another name and another type on %s", (postgres) => {
  it("are read and written under both, as each version knows them", { timeout: 300_000 }, () =>
    withClinic(postgres, { schema: before, rows }, async (project, url) => {
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "names" });
      expect(revisions.at(-1)?.phase).toBe("cleanup");
      expect(blockingIn(revisions)).toEqual([]);
      const broken = revisions.map(({ up }) =>
        up.flatMap(hazardsIn).filter(({ code }) => /BREAKS/.test(code)),
      );
      expect(broken.slice(0, -1).flat()).toEqual([]);
      const lasting = revisions.length - 1;
      const allow = ["all"];
      const clear = () =>
        withDatabase(url, (database) => database.script("DELETE FROM person WHERE id > 200"));
      const beside = async (client: Client, work: () => Promise<unknown>) => {
        await besideClients(postgres, url, client, work);
        await clear();
      };
      const values = () =>
        withDatabase(url, (database) =>
          database.query("SELECT id, points, code, nick FROM person ORDER BY id"),
        );
      const began = await values();
      await beside(old, () => applyRevisions(project, { allow }));
      expect(await values()).toEqual(began);
      await withDatabase(url, (database) => both(database, 1000));
      await beside(young, () => applyRevisions(project, { cleanup: true, allow }));
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await beside(young, () => rollbackRevisions(project, { target: "-1", allow }));
      await withDatabase(url, (database) => both(database, 1000));
      await clear();
      expect(await values()).toEqual(began);
      await beside(old, () => rollbackRevisions(project, { target: `-${lasting}`, allow }));
      expect(await values()).toEqual(began);
      await withDatabase(url, (database) => stepByStep(database, revisions.slice(0, -1), old));
      await clear();
    }),
  );
});

const moods = (labels: string, column: string) => `
  CREATE TYPE mood AS ENUM (${labels});
  CREATE TABLE person (id int PRIMARY KEY, ${column});
  CREATE TABLE entry (id int PRIMARY KEY, mood mood);
  CREATE INDEX person_mood ON person (${column.split(" ")[0]}) WHERE id > 0;`;
const moodRows = `INSERT INTO person SELECT i, (ARRAY['ill', 'well'])[1 + i % 2]::mood FROM generate_series(1, 100) AS i;
  INSERT INTO entry SELECT id, mood FROM person;`;

describe.each(endsOfServers.slice(-1))("an enum that loses labels on %s", (postgres) => {
  it("has the old ones under the old name of its column", { timeout: 300_000 }, () => {
    const schema = moods("'bored', 'ill', 'well'", "mood mood NOT NULL DEFAULT 'well'");
    return withClinic(postgres, { schema, rows: moodRows }, async (project, url) => {
      const file = moods("'well', 'ill'", "feeling mood NOT NULL DEFAULT 'well' -- @renamed from=mood\n");
      await writeSchema(project.root, { "clinic.sql": file });
      const { revisions } = await planRevision(project, { message: "moods" });
      expect(revisions.map(({ phase }) => phase).at(-1)).toBe("cleanup");
      expect(blockingIn(revisions)).toEqual([]);
      const broken = revisions.map(({ up }) =>
        up.flatMap(hazardsIn).filter(({ code }) => /BREAKS/.test(code)),
      );
      const lasting = revisions.length - 1;
      const stale: Client = async (database, at) => {
        await database.query("INSERT INTO person (id, mood) VALUES ($1, 'ill')", [at]);
        await database.query("UPDATE person SET mood = 'well' WHERE id = $1", [at]);
        const found = await database.query("SELECT mood::text FROM person WHERE id = $1 AND mood = 'well'", [
          at,
        ]);
        expect(found).toEqual([{ mood: "well" }]);
        await database.query("DELETE FROM person WHERE id = $1", [at]);
        await database.query("INSERT INTO person (id) VALUES ($1)", [at]);
        expect(await database.query("SELECT mood::text FROM person WHERE id = $1", [at])).toEqual([
          { mood: "well" },
        ]);
      };
      const fresh: Client = async (database, at) => {
        await database.query("INSERT INTO person (id, feeling) VALUES ($1, 'ill')", [at]);
        await database.query("UPDATE person SET feeling = 'well' WHERE id = $1 AND feeling > 'well'", [at]);
        const found = await database.query("SELECT feeling FROM person WHERE id = $1", [at]);
        expect(found).toEqual([{ feeling: "well" }]);
      };
      const clear = () =>
        withDatabase(url, (database) => database.script("DELETE FROM person WHERE id > 100"));
      const values = () =>
        withDatabase(url, (database) =>
          database.script(
            "SELECT id, mood::text FROM person ORDER BY id; SELECT id, mood::text FROM entry ORDER BY id",
          ),
        );
      const began = await values();
      await besideClients(postgres, url, stale, () => applyRevisions(project, { allow: ["all"] }));
      await clear();
      expect(await values()).toEqual(began);
      await withDatabase(url, async (database) => {
        await stale(database, 1000);
        await fresh(database, 1001);
        await database.query("UPDATE person SET feeling = 'ill' WHERE id = 1000");
        await database.query("UPDATE person SET mood = 'ill' WHERE id = 1001");
        const both = await database.query("SELECT mood::text, feeling::text FROM person WHERE id >= 1000");
        expect(both).toEqual(Array(2).fill({ mood: "ill", feeling: "ill" }));
      });
      await clear();
      expect(broken.slice(0, -1).flat()).toEqual([]);
      await besideClients(postgres, url, fresh, () =>
        applyRevisions(project, { cleanup: true, allow: ["all"] }),
      );
      await clear();
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await rollbackRevisions(project, { target: "-1", allow: ["all"] });
      expect(await values()).toEqual(began);
      await besideClients(postgres, url, stale, () =>
        rollbackRevisions(project, { target: `-${lasting}`, allow: ["all"] }),
      );
      await clear();
      expect(await values()).toEqual(began);
    });
  });
});
