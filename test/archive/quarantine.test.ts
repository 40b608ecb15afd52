import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfPostgres, withTemporaryDatabase } from "../support/databases.js";
import { withProject, withServerProject, writeSchema } from "../support/project.js";

const before = `
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('well', 'ill');
CREATE FUNCTION app.new_file() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT 'file' $$;
CREATE TABLE app.dentist (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE app.patient (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  mood app.mood NOT NULL DEFAULT 'well',
  dentist int REFERENCES app.dentist,
  born date NOT NULL DEFAULT '2000-01-01',
  file text NOT NULL DEFAULT app.new_file(),
  age_group int GENERATED ALWAYS AS (length(name)) STORED,
  UNIQUE (name, born)
);
CREATE INDEX patient_born ON app.patient (born);
COMMENT ON COLUMN app.patient.mood IS 'today';
CREATE TABLE app.letter (id serial PRIMARY KEY, patient int NOT NULL REFERENCES app.patient, text text CHECK (text <> ''));
CREATE INDEX letter_patient ON app.letter (patient);
CREATE VIEW app.letters AS SELECT * FROM app.letter;
CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER note BEFORE INSERT ON app.letter FOR EACH ROW EXECUTE FUNCTION app.note();
`;

const after = `
CREATE SCHEMA app;
CREATE TABLE app.dentist (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE app.patient (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dentist int REFERENCES app.dentist
);
CREATE TABLE app.visit (id int PRIMARY KEY, at timestamptz);
`;

const rows = `
INSERT INTO app.dentist VALUES (1, 'Mo');
INSERT INTO app.patient (name, mood, dentist, born) VALUES ('Al', 'ill', 1, '1999-09-09'), ('Bo', 'well', NULL, '2001-01-01');
INSERT INTO app.letter (patient, text) VALUES (1, 'Dear Al'), (2, 'Dear Bo');
`;

const query = (project: Project, sql: string) =>
  withDatabase(project.environment.database, (database: Database) => database.query(sql));
const script = (project: Project, sql: string) =>
  withDatabase(project.environment.database, (database: Database) => database.script(sql));

describe.each(endsOfPostgres)("on %s, what a plan drops", (postgres) => {
  const at = (url: string) => (postgres === "pglite" ? {} : { database: url });

  it("goes to quarantine and comes back with every row", async () => {
    await withTemporaryDatabase(postgres, (_, url) =>
      withProject({ ...at(url), schema: { "all.sql": before } }, async (project) => {
        await planRevision(project, { message: "all" });
        await applyRevisions(project, {});
        await script(project, rows);
        const patients = await query(project, "SELECT * FROM app.patient ORDER BY id");
        const letters = await query(project, "SELECT * FROM app.letter ORDER BY id");
        await writeSchema(project.root, { "all.sql": after });
        const {
          revisions: [revision],
        } = await planRevision(project, { message: "less" });
        expect(revision?.hazards).not.toContain("DATA_LOSS");
        await applyRevisions(project, {});
        await query(project, "INSERT INTO app.patient (dentist) VALUES (1)");
        await query(project, "INSERT INTO app.visit VALUES (1, now())");
        expect((await planRevision(project, { message: "nothing" })).changes).toEqual([]);
        await expect(rollbackRevisions(project, {})).rejects.toMatchObject({
          code: "DM5207",
          message: expect.stringContaining("app.patient: rows without name"),
        });
        await script(
          project,
          `DO $$ BEGIN EXECUTE (SELECT format('UPDATE app.patient SET %I = ''new'' WHERE id = 3', attname)
          FROM pg_attribute WHERE attrelid = 'app.patient'::regclass AND attname ~ '_name$'); END $$`,
        );
        await rollbackRevisions(project, {});
        expect(await query(project, "SELECT * FROM app.patient WHERE id < 3 ORDER BY id")).toEqual(patients);
        expect(
          await query(project, "SELECT name, mood, born::text, file FROM app.patient WHERE id > 2"),
        ).toEqual([{ name: "new", mood: "well", born: "2000-01-01", file: "file" }]);
        expect(await query(project, "SELECT * FROM app.letter ORDER BY id")).toEqual(letters);
        await applyRevisions(project, {});
        expect(await query(project, "SELECT id FROM app.visit")).toEqual([{ id: 1 }]);
        await rollbackRevisions(project, {});
        expect(await query(project, "SELECT * FROM app.letter ORDER BY id")).toEqual(letters);
      }),
    );
  });
});

it("a table and a view take each other's place, and the rows that either way drops are kept", async () => {
  const table = "CREATE TABLE visit (id int PRIMARY KEY); CREATE INDEX visit_id ON visit (id);\n";
  const view = `CREATE TABLE stay (code text, room bigint, since date); CREATE VIEW visit AS SELECT room AS id FROM stay;
    CREATE VIEW visits AS SELECT count(*) FROM visit; COMMENT ON VIEW visit IS 'formerly a table';\n`;
  await withServerProject({ schema: { "a.sql": table } }, async (project) => {
    const { schema } = await planned("tables");
    expect(schema.hazards ?? []).not.toContain("DATA_LOSS");
    await script(project, "INSERT INTO visit VALUES (1), (2)");
    const steps: [string, string, number][] = [
      [view, "SELECT count::int AS n FROM visits", 0],
      [table, "SELECT count(*)::int AS n FROM visit", 0],
    ];
    for (const [state, question, n] of steps) {
      await writeSchema(project.root, { "a.sql": state });
      const { schema } = await planned("in its place");
      expect(schema.hazards ?? []).not.toContain("DATA_LOSS");
      expect(await query(project, question)).toEqual([{ n }]);
      expect((await planRevision(project, { message: "nothing" })).changes).toEqual([]);
    }
    await script(project, "INSERT INTO visit VALUES (3)");
    await rollbackRevisions(project, { allow: ["all"] });
    expect(await query(project, "SELECT count::int AS n FROM visits")).toEqual([{ n: 0 }]);
    await applyRevisions(project, { allow: ["all"] });
    expect(await query(project, "SELECT id FROM visit")).toEqual([{ id: 3 }]);
    await rollbackRevisions(project, { target: "-2", allow: ["all"] });
    expect(await query(project, "SELECT id FROM visit ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);

    async function planned(message: string) {
      const {
        revisions: [schema],
      } = await planRevision(project, { message });
      await applyRevisions(project, { allow: ["all"] });
      if (schema === undefined) throw new Error("there is nothing to do");
      return { schema };
    }
  });
});

it("columns in quarantine do without the collation that a later revision drops, and have it again", async () => {
  const people = (columns: string, collation = "") => `${collation}CREATE TABLE person (id int${columns});\n`;
  const collation = `CREATE COLLATION c (provider = libc, locale = 'POSIX');\n`;
  await withServerProject(
    { schema: { "a.sql": people(", name text COLLATE c, short varchar(5) COLLATE c", collation) } },
    async (project) => {
      await planRevision(project, { message: "all" });
      await applyRevisions(project, {});
      await script(project, "INSERT INTO person VALUES (1, 'Al', 'a')");
      for (const state of [people("", collation), people("")]) {
        await writeSchema(project.root, { "a.sql": state });
        await planRevision(project, { message: "less" });
        await applyRevisions(project, { allow: ["all"] });
      }
      await rollbackRevisions(project, { target: "-2", allow: ["all"] });
      expect(await query(project, "SELECT * FROM person")).toEqual([{ id: 1, name: "Al", short: "a" }]);
      const columns = await query(
        project,
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attcollation::regcollation::text AS collation
         FROM pg_attribute WHERE attrelid = 'person'::regclass AND attnum > 1 AND NOT attisdropped ORDER BY attnum`,
      );
      expect(columns).toEqual([
        { name: "name", type: "text", collation: "c" },
        { name: "short", type: "character varying(5)", collation: "c" },
      ]);
    },
  );
});

it("a table is not made anew over columns that are in quarantine in it", async () => {
  const people = (columns: string, rest = "") => ({
    "a.sql": `CREATE TABLE person (id int, ${columns})${rest};\n`,
  });
  await withProject({ schema: people("name text, born date") }, async (project) => {
    await planRevision(project, { message: "all" });
    await applyRevisions(project, {});
    await script(project, "INSERT INTO person VALUES (1, 'Al', '2000-01-01')");
    await writeSchema(project.root, people("born date"));
    await planRevision(project, { message: "no names" });
    await applyRevisions(project, {});
    await writeSchema(project.root, people("born date", " PARTITION BY RANGE (born)"));
    await expect(planRevision(project, { message: "by year" })).rejects.toMatchObject({
      code: "DM3107",
      exit: 3,
      message: expect.stringMatching(/^public\.person\.dm_archived_\w+_name is in quarantine/),
    });
  });
});
