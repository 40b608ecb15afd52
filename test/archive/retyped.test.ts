import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { listArchive, purgeArchive } from "../../src/project/archive.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfServers, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const before = `
CREATE TYPE mood AS ENUM ('well', 'ill', 'bored');
CREATE DOMAIN size AS numeric CHECK (value > 0);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changes := NEW.changes + 1; RETURN NEW; END';
CREATE TABLE patient (
  id int PRIMARY KEY,
  changes int NOT NULL DEFAULT 0,
  weight numeric NOT NULL,
  height numeric(6,3),
  girth size,
  born timestamp,
  name text,
  file varchar(4),
  mood mood,
  moods mood[],
  room int,
  note varchar(10)
);
CREATE INDEX patient_born ON patient (born);
CREATE TRIGGER noted BEFORE UPDATE ON patient FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TABLE visit (id int, day date, cost numeric) PARTITION BY RANGE (day);
CREATE TABLE visit_old PARTITION OF visit FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE visit_new PARTITION OF visit FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
`;
const after = before
  .replace("('well', 'ill', 'bored')", "('ill', 'well')")
  .replace("weight numeric NOT NULL", "weight int NOT NULL")
  .replace("numeric(6,3)", "real")
  .replace("girth size", "girth numeric(4,1)")
  .replace("born timestamp", "born date")
  .replace("name text", "name varchar(3) -- @using left(name, 3)\n")
  .replace("varchar(4)", "int -- @using file::int\n")
  .replace(
    "mood mood,",
    "mood mood, -- @using (CASE mood::text WHEN 'bored' THEN 'ill' ELSE mood::text END)::mood\n",
  )
  .replace("moods mood[]", "moods text[]")
  .replace("room int", "room bigint")
  .replace("varchar(10)", "varchar(20)")
  .replace("cost numeric", "cost int");
const rows = `
INSERT INTO patient (id, weight, height, girth, born, name, file, mood, moods, room, note) VALUES
  (1, 70.5, 1.755, 12.25, '2000-01-02 03:04:05.678', 'Albert', '007', 'bored', '{bored,ill}', 1, 'a'),
  (2, 80.25, 1.8, 7, '2001-01-01', 'Bo', '12', 'well', NULL, 2, 'b'),
  (3, 90, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO visit VALUES (1, '2019-05-05', 10.5), (2, '2021-05-05', 20.5);
`;

const query = (project: Project, sql: string) =>
  withDatabase(project.environment.database, (database) => database.query(sql));
const script = (project: Project, sql: string) =>
  withDatabase(project.environment.database, (database) => database.script(sql));
const columns =
  "id, changes, weight::text, height::text, girth::text, born::text, name, file::text, mood::text, moods::text, room, note";
const patients = (project: Project) => query(project, `SELECT ${columns} FROM patient ORDER BY id`);
const visits = (project: Project) => query(project, "SELECT id, cost::text FROM visit ORDER BY id");

/** A project with rows, and schema files that want other types. */
function withPatients(url: string | undefined, work: (project: Project) => Promise<void>): Promise<void> {
  return withProject({ schema: { "a.sql": before }, ...(url && { database: url }) }, async (project) => {
    await planRevision(project, { message: "all" });
    await applyRevisions(project, {});
    await script(project, rows);
    await writeSchema(project.root, { "a.sql": after });
    await work(project);
  });
}

describe.each(endsOfServers)(
  "on %s, values that another type does not hold",
  { timeout: 300_000 },
  (postgres) => {
    it("are kept, and come back where nobody has written others", async () => {
      const body = (url?: string) =>
        withPatients(url, async (project) => {
          const [began, paid] = [await patients(project), await visits(project)];
          const discarding = { message: "types", discard: true, dryRun: true };
          const [plain] = (await planRevision(project, discarding)).revisions;
          expect(plain?.hazards).toEqual(["DATA_LOSS", "MAY_FAIL_ON_DATA", "BREAKS_OLD_CODE"]);
          expect(plain?.up.map(({ sql }) => sql).join()).not.toContain("ADD COLUMN");
          const { revisions } = await planRevision(project, { message: "types" });
          expect(revisions.map(({ hazards }) => hazards)).toEqual([["MAY_FAIL_ON_DATA", "BREAKS_OLD_CODE"]]);
          await applyRevisions(project, {});
          // No trigger of the table has fired.
          expect(
            await query(
              project,
              "SELECT changes, weight, born::text, name, file, mood FROM patient WHERE id = 1",
            ),
          ).toEqual([{ changes: 0, weight: 71, born: "2000-01-02", name: "Alb", file: 7, mood: "ill" }]);
          const { things } = await listArchive(project);
          expect(
            things
              .map(({ what: { table, column, was }, rows: values }) => `${table}.${column} ${was} ${values}`)
              .sort(),
          ).toEqual([
            "patient.born timestamp without time zone 2",
            "patient.file character varying(4) 2",
            "patient.girth public.size 2",
            "patient.height numeric(6,3) 2",
            "patient.mood public.mood 2",
            "patient.name text 2",
            "patient.weight numeric 3",
            "visit.cost numeric 2",
          ]);
          expect((await planRevision(project, { message: "nothing" })).changes).toEqual([]);
          await script(
            project,
            `UPDATE patient SET weight = 75, name = 'Ben', file = 1234, mood = 'ill', note = 'longer' WHERE id = 2;
           INSERT INTO patient (id, weight, born, name) VALUES (4, 50, '2010-10-10', 'Eva');
           INSERT INTO visit VALUES (3, '2022-02-02', 7)`,
          );
          const { restored, notes } = await rollbackRevisions(project, {});
          expect(
            restored.map(({ column, original, converted }) => `${column} ${original} ${converted}`).sort(),
          ).toEqual([
            "column public.patient.born 3 1",
            "column public.patient.file 3 1",
            "column public.patient.girth 4 0",
            "column public.patient.height 4 0",
            "column public.patient.mood 3 1",
            "column public.patient.name 2 2",
            "column public.patient.weight 2 2",
            "column public.visit.cost 2 1",
          ]);
          expect(notes.join("\n")).toContain(
            "column public.visit.cost: 2 rows have their original values back, 1 was converted",
          );
          const [journaled] = await query(project, "SELECT about FROM dm.journal ORDER BY id DESC LIMIT 1");
          expect(journaled?.about).toContain(
            "column public.visit.cost: 2 rows have their original values back",
          );
          const [one, two, three] = began;
          const four = { id: 4, changes: 0, weight: "50", born: "2010-10-10 00:00:00", name: "Eva" };
          expect(await patients(project)).toEqual([
            one,
            { ...two, changes: 1, weight: "75", name: "Ben", file: "1234", mood: "ill", note: "longer" },
            three,
            expect.objectContaining(four),
          ]);
          expect(await visits(project)).toEqual([...paid, { id: 3, cost: "7" }]);
          expect((await listArchive(project)).things).toEqual([]);

          await applyRevisions(project, {});
          await purgeArchive(project, "0d");
          const left = await query(
            project,
            "SELECT attname FROM pg_attribute WHERE attname ~ '^dm_archived' AND NOT attisdropped",
          );
          expect(left).toEqual([]);
          await expect(rollbackRevisions(project, {})).rejects.toMatchObject({ code: "DM5503" });
        });
      await (postgres === "pglite" ? body() : withTemporaryDatabase(postgres, (_, url) => body(url)));
    });
  },
);
