import { expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { listArchive, restoreArchived } from "../../src/project/archive.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { archiveText } from "../../src/report/archive.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const newest = newestServer();
const rest = "CREATE TABLE stays (id int);\n";
const before = `${rest}
CREATE SCHEMA old; COMMENT ON SCHEMA old IS 'once'; GRANT USAGE ON SCHEMA old TO dm_reader; ALTER SCHEMA old OWNER TO one;
CREATE SCHEMA kinds; CREATE TYPE kinds.mood AS ENUM ('well', 'ill');
CREATE TABLE old.letter (id serial PRIMARY KEY, text text); GRANT SELECT ON old.letter TO dm_reader;
CREATE TABLE old.person (id int PRIMARY KEY, mood kinds.mood NOT NULL, letter int REFERENCES old.letter);
CREATE FUNCTION old.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
`;

it.skipIf(newest === undefined)(
  "a dropped schema comes back with its tables: by a rollback as it was, by a restore with its owner, comment and grants",
  async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", async (_, url) => {
      await withProject({ database: url, schema: { "a.sql": before } }, async (project) => {
        const query = (sql: string) => withDatabase(url, (database) => database.query(sql));
        const all = () =>
          query("SELECT p.*, l.text FROM old.person p JOIN old.letter l ON l.id = p.letter ORDER BY p.id");
        const schema = () =>
          query(
            "SELECT nspacl::text, nspowner::regrole::text, obj_description(oid) FROM pg_namespace WHERE nspname = 'old'",
          );
        await planRevision(project, { message: "all" });
        await applyRevisions(project, {});
        await query("INSERT INTO old.letter (text) VALUES ('Dear Al'), ('Dear Bo')");
        await query("INSERT INTO old.person VALUES (1, 'ill', 2), (2, 'well', 1)");
        const [rows, home] = [await all(), await schema()];
        await writeSchema(project.root, { "a.sql": rest });
        await planRevision(project, { message: "less" });
        await applyRevisions(project, {});
        expect(await query("SELECT nspname FROM pg_namespace WHERE nspname IN ('old', 'kinds')")).toEqual([]);
        const list = await listArchive(project);
        expect(list.things.map(({ place, what }) => [what.schema, what.table, place])).toEqual([
          ["old", "letter", expect.stringMatching(/^dm_archive\.old_letter_/)],
          ["old", "person", expect.stringMatching(/^dm_archive\.old_person_/)],
        ]);
        expect(archiveText(list)).toMatch(/table old\.person .*\n.*\n.*\n {2}went with schema old, kinds/);
        await rollbackRevisions(project, {});
        expect((await drift(project, {})).changes).toEqual([]);
        expect([await all(), await schema()]).toEqual([rows, home]);

        await applyRevisions(project, {});
        await expect(restoreArchived(project, "schema other")).rejects.toMatchObject({ code: "DM5501" });
        await restoreArchived(project, "old.person");
        expect(await schema()).toEqual(home);
        expect((await query("SELECT id, mood FROM old.person ORDER BY id")).length).toBe(2);
        await query("DROP SCHEMA old, kinds CASCADE");
        await restoreArchived(project, "schema old");
        expect(await schema()).toEqual(home);
        expect(await query("SELECT text FROM old.letter ORDER BY id")).toEqual([
          { text: "Dear Al" },
          { text: "Dear Bo" },
        ]);
        await query("DROP SCHEMA old CASCADE");
        expect((await listArchive(project)).things).toEqual([]);
      });
    });
  },
);
