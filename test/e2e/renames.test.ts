import { describe, expect, it } from "vitest";
import { connect } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { withProject, writeSchema } from "../support/project.js";

async function query(project: Project, text: string): Promise<unknown[][]> {
  const database = await connect(project.environment.database);
  try {
    return (await database.query(text)).map((row) => Object.values(row));
  } finally {
    await database.close();
  }
}

const before = {
  "clinic.sql": `
    CREATE SCHEMA app;
    CREATE TABLE app.patient (id serial PRIMARY KEY, first text, last text);
    CREATE TABLE visit (id serial PRIMARY KEY, patient integer REFERENCES app.patient, at date);
    CREATE VIEW app.names AS SELECT first || ' ' || last AS name FROM app.patient;`,
};
const after = {
  "clinic.sql": `
    CREATE SCHEMA app;
    CREATE SCHEMA care;
    -- @renamed from=app.patient
    CREATE TABLE care.person (
      id serial PRIMARY KEY,
      last text, -- @renamed from=first
      first text -- @renamed from=last
    );
    -- @renamed from=public.visit
    CREATE TABLE care.visit (id serial PRIMARY KEY, patient integer REFERENCES care.person, at date);
    CREATE VIEW app.names AS SELECT last || ' ' || first AS name FROM care.person;`,
};

const plain = (columns: string) => ({ "t.sql": `CREATE TABLE t (id integer, ${columns});` });

describe("two columns of one type", () => {
  it("exchange their names once, as their new order in the file says", async () => {
    await withProject({ schema: plain("a text, b text") }, async (project) => {
      await planRevision(project, { message: "before" });
      await applyRevisions(project, {});
      await query(project, "INSERT INTO t VALUES (1, 'was a', 'was b')");
      await writeSchema(project.root, plain("\nb text, -- @renamed from=a\na text -- @renamed from=b\n"));
      expect((await planRevision(project, { message: "exchange" })).renames).toHaveLength(2);
      await applyRevisions(project, {});
      expect(await query(project, "SELECT a, b FROM t")).toEqual([["was b", "was a"]]);
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await rollbackRevisions(project, {});
      expect(await query(project, "SELECT a, b FROM t")).toEqual([["was a", "was b"]]);
    });
  });
});

describe("tables that move, change their names, and columns that exchange theirs", () => {
  it("keep every row, there and back, and are over once they happened", async () => {
    await withProject({ schema: before }, async (project) => {
      await planRevision(project, { message: "before" });
      await applyRevisions(project, {});
      await query(project, "INSERT INTO app.patient (first, last) VALUES ('Ada', 'Lovelace')");
      await query(project, "INSERT INTO visit (patient, at) VALUES (1, '2020-01-01')");

      await writeSchema(project.root, after);
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "after" });
      expect(revision?.hazards).toEqual(["BREAKS_OLD_CODE"]);
      await applyRevisions(project, {});
      const joined =
        "SELECT first, last, at::text, name FROM care.person p JOIN care.visit v ON v.patient = p.id, app.names";
      expect(await query(project, joined)).toEqual([["Lovelace", "Ada", "2020-01-01", "Ada Lovelace"]]);
      expect(await query(project, "INSERT INTO care.person (first) VALUES ('x') RETURNING id")).toEqual([
        [2],
      ]);
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);

      await rollbackRevisions(project, {});
      expect(await query(project, "SELECT first, last FROM app.patient WHERE id = 1")).toEqual([
        ["Ada", "Lovelace"],
      ]);
      expect(await query(project, "SELECT name FROM app.names WHERE name IS NOT NULL")).toEqual([
        ["Ada Lovelace"],
      ]);
    });
  });
});
