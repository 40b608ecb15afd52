import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { restoreArchived } from "../../src/project/archive.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const newest = newestServer();
const before = `
CREATE TABLE patient (id int PRIMARY KEY, name text NOT NULL DEFAULT '?');
CREATE TABLE letter (id serial PRIMARY KEY, patient int REFERENCES patient, text text);
GRANT SELECT ON letter TO dm_reader;
CREATE SCHEMA old; COMMENT ON SCHEMA old IS 'once';
CREATE TABLE old.bill (id int PRIMARY KEY, patient int REFERENCES public.patient);
`;

describe.skipIf(newest === undefined)("a way back, after what it brings back was restored,", () => {
  it("finds it where it is, with what was written since, or says what stands in its way", async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", (_, url) =>
      withProject({ database: url, schema: { "a.sql": before } }, async (project) => {
        const query = (text: string) => withDatabase(url, (database) => database.query(text));
        await planRevision(project, { message: "all" });
        await applyRevisions(project, {});
        await query("INSERT INTO patient VALUES (1, 'Al'), (2, 'Bo')");
        await query("INSERT INTO letter (patient, text) VALUES (1, 'Dear Al')");
        await query("INSERT INTO old.bill VALUES (7, 2)");
        await writeSchema(project.root, { "a.sql": "CREATE TABLE patient (id int PRIMARY KEY);\n" });
        await planRevision(project, { message: "less" });
        await applyRevisions(project, {});
        for (const thing of ["public.letter", "column public.patient.name", "schema old"])
          await restoreArchived(project, thing);
        await query("INSERT INTO letter (patient, text) VALUES (2, 'Dear Bo')");
        const { notes } = await rollbackRevisions(project, {});
        expect(notes.filter((note) => note.includes("had been restored"))).toHaveLength(3);
        expect((await drift(project, {})).changes).toEqual([]);
        expect(
          await query(
            "SELECT p.*, l.text, b.id AS bill FROM patient p JOIN letter l ON l.patient = p.id LEFT JOIN old.bill b ON b.patient = p.id ORDER BY 1",
          ),
        ).toEqual([
          { id: 1, name: "Al", text: "Dear Al", bill: null },
          { id: 2, name: "Bo", text: "Dear Bo", bill: 7 },
        ]);
        expect(await query("SELECT id FROM dm.archive")).toEqual([]);

        await applyRevisions(project, {});
        await restoreArchived(project, "public.letter");
        await query("ALTER TABLE letter ADD COLUMN note text DEFAULT 'n'");
        await query("CREATE VIEW reads AS SELECT note FROM letter");
        await expect(rollbackRevisions(project, {})).rejects.toMatchObject({ exit: 3 });
        const rows = [{ text: "Dear Al" }, { text: "Dear Bo" }];
        expect(await query("SELECT text FROM letter ORDER BY id")).toEqual(rows);
        await query("DROP VIEW reads");
        await query("ALTER INDEX letter_pkey RENAME TO mine");
        await expect(rollbackRevisions(project, {})).rejects.toMatchObject({ code: "DM5506" });
        expect(await query("SELECT text FROM letter ORDER BY id")).toEqual(rows);
        await query("DROP TABLE letter");
        await expect(rollbackRevisions(project, {})).rejects.toMatchObject({
          code: "DM5503",
          details: [expect.stringContaining("table public.letter was restored")],
        });
      }),
    );
  });
});
