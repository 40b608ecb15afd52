import { expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { listArchive, purgeArchive, restoreArchived } from "../../src/project/archive.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const newest = newestServer();
const schema = (type: string, visit: string, views: string) => ({
  "a.sql": `CREATE TABLE patient (id int PRIMARY KEY, name ${type}); ${visit} ${views}`,
});
const visit = "CREATE TABLE visit (patient int, fee int);";
const views = `
CREATE MATERIALIZED VIEW sums AS SELECT p.name, sum(v.fee) AS fees FROM patient p JOIN visit v ON v.patient = p.id GROUP BY p.name;
CREATE UNIQUE INDEX sums_name ON sums (name); COMMENT ON COLUMN sums.fees IS 'all of them';
CREATE MATERIALIZED VIEW best AS SELECT name FROM sums WHERE fees > 10;`;

it.skipIf(newest === undefined)(
  "dropped materialised views come back with the rows that they had; what they read may change meanwhile",
  async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", async (_, url) => {
      await withProject({ database: url, schema: schema("text", visit, views) }, async (project) => {
        const query = (sql: string) => withDatabase(url, (database) => database.query(sql));
        const rows = async () => [
          await query("SELECT name, fees::int FROM sums ORDER BY name"),
          await query("SELECT name FROM best"),
        ];
        const plan = async (files: Readonly<Record<string, string>>) => {
          await writeSchema(project.root, files);
          const { revisions } = await planRevision(project, { message: "next" });
          return applyRevisions(project, {}).then((result) => ({ revisions, ...result }));
        };
        await plan({});
        await query("INSERT INTO patient VALUES (1, '1'), (2, '22')");
        await query("INSERT INTO visit VALUES (1, 5), (2, 50)");
        await query("REFRESH MATERIALIZED VIEW sums");
        await query("REFRESH MATERIALIZED VIEW best");
        // What the views hold is older than what they read.
        await query("INSERT INTO visit VALUES (1, 500)");
        const before = await rows();
        expect(before).toEqual([
          [
            { name: "1", fees: 5 },
            { name: "22", fees: 50 },
          ],
          [{ name: "22" }],
        ]);

        const { revisions } = await plan(schema("text", "", ""));
        expect(revisions.flatMap((revision) => revision.hazards ?? [])).not.toContain("DATA_LOSS");
        const { things } = await listArchive(project);
        expect(things.map(({ what, rows: count }) => [what.kind, what.table, count])).toEqual([
          ["materialized view", "best", 1],
          ["materialized view", "sums", 2],
          ["table", "visit", 3],
        ]);
        await rollbackRevisions(project, {});
        expect([await rows(), (await drift(project, {})).changes]).toEqual([before, []]);

        await applyRevisions(project, {});
        await restoreArchived(project, "public.sums");
        expect((await rows().catch(String)).toString()).toMatch(/"best" does not exist/);
        expect(await query("SELECT indexname FROM pg_indexes WHERE tablename = 'sums'")).toHaveLength(1);
      });
    });
  },
);

it.skipIf(newest === undefined)(
  "what a materialised view in quarantine reads may change: its rows stay, and the way back computes them anew",
  async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", async (_, url) => {
      await withProject({ database: url, schema: schema("text", visit, views) }, async (project) => {
        const query = (sql: string) => withDatabase(url, (database) => database.query(sql));
        await planRevision(project, { message: "all" });
        await applyRevisions(project, {});
        await query("INSERT INTO patient VALUES (1, '1'), (2, '22')");
        await query("INSERT INTO visit VALUES (1, 5), (2, 50)");
        await query("REFRESH MATERIALIZED VIEW sums");
        await query("REFRESH MATERIALIZED VIEW best");
        await writeSchema(project.root, schema("text", visit, ""));
        await planRevision(project, { message: "no views" });
        await applyRevisions(project, {});
        await writeSchema(project.root, schema("int -- @using name::int\n", visit, ""));
        await planRevision(project, { message: "another type" });
        const { notes } = await applyRevisions(project, {});
        expect(notes.join("\n")).toMatch(
          /best_\w+ in quarantine is a table by now.*\n.*sums_\w+ in quarantine/,
        );
        const { things } = await listArchive(project);
        expect(things.map(({ what, rows }) => [what.table, rows])).toEqual([
          ["best", 1],
          ["sums", 2],
          ["patient", 2],
        ]);
        await rollbackRevisions(project, { target: "-2" });
        expect(await query("SELECT name, fees::int FROM sums ORDER BY name")).toEqual([
          { name: "1", fees: 5 },
          { name: "22", fees: 50 },
        ]);
        expect((await drift(project, {})).changes).toEqual([]);
        expect((await listArchive(project)).things).toEqual([]);
        await applyRevisions(project, { target: "+1" });
        await purgeArchive(project, "0d");
        expect(await query("SELECT FROM pg_class WHERE relnamespace = 'dm_archive'::regnamespace")).toEqual(
          [],
        );
      });
    });
  },
);
