import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { dm } from "../cli/terminal.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const table = "CREATE TABLE patient (id int PRIMARY KEY, name text NOT NULL DEFAULT '?');\n";
const letter = "CREATE TABLE letter (id serial PRIMARY KEY, text text);\n";
const newest = newestServer();

describe.skipIf(newest === undefined)("dm archive", () => {
  it("lists what was dropped, restores one thing, purges after asking, and a way back then refuses", async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", (_, url) =>
      withProject({ database: url, schema: { "a.sql": table + letter } }, async (project) => {
        const archive = (...argv: string[]) =>
          dm(["archive", ...argv, "--config", join(project.root, "dm.yaml")]);
        const query = (text: string) => withDatabase(url, (database) => database.query(text));
        await planRevision(project, { message: "all" });
        await applyRevisions(project, {});
        await query("INSERT INTO patient VALUES (1, 'Al'), (2, 'Bo')");
        await query("INSERT INTO letter (text) SELECT 'Dear ' || n FROM generate_series(1, 12) n");
        expect((await archive("list")).stdout).toBe("nothing is in quarantine on local\n");

        await writeSchema(project.root, { "a.sql": "CREATE TABLE patient (id int PRIMARY KEY);\n" });
        const {
          revisions: [revision],
        } = await planRevision(project, { message: "less" });
        await applyRevisions(project, {});
        const listed = JSON.parse((await archive("list", "--json")).stdout);
        expect(listed.things).toMatchObject([
          { kind: "table", table: "letter", column: null, rows: 12, revision: revision?.id, purgedAt: null },
          { kind: "column", table: "patient", column: "name", rows: 2 },
        ]);
        expect(listed.things[0].place).toMatch(/^dm_archive\.letter_/);
        expect(listed.things[0].bytes).toBeGreaterThan(0);
        expect((await drift(project, {})).changes).toEqual([]);

        expect(await archive("restore", "nothing")).toMatchObject({ code: 1 });
        expect(await archive("restore", "public.letter")).toMatchObject({ code: 0 });
        expect(await query("SELECT count(*)::int AS rows FROM letter")).toEqual([{ rows: 12 }]);
        await query("INSERT INTO letter (text) VALUES ('goes on after the last number')");
        expect((await drift(project, {})).changes.length).toBeGreaterThan(0);

        expect(await archive("purge", "--older-than", "soon")).toMatchObject({ code: 1 });
        expect(await archive("purge", "--older-than", "90d", "--yes")).toMatchObject({ code: 0 });
        expect(await archive("purge", "--older-than", "0d")).toMatchObject({ code: 3 });
        expect(await query("SELECT * FROM dm.archive WHERE purged_at IS NOT NULL")).toEqual([]);
        await query("DROP TABLE letter");
        expect(await archive("purge", "--older-than", "0d", "--yes")).toMatchObject({ code: 0 });
        expect(
          await query("SELECT direction, about FROM dm.journal WHERE about IS NOT NULL ORDER BY id"),
        ).toEqual([
          { direction: "restore", about: "table public.letter, 12 rows" },
          { direction: "purge", about: "column public.patient.name, 2 values" },
        ]);
        const log = (...argv: string[]) => dm(["log", ...argv, "--config", join(project.root, "dm.yaml")]);
        expect((await log()).stdout).toMatch(/restore .*table public\.letter, 12 rows/);
        const { entries } = JSON.parse((await log("--json")).stdout);
        expect(entries.at(-1)).toMatchObject({
          direction: "purge",
          about: expect.stringContaining("patient.name"),
        });
        expect(entries[0]).toMatchObject({ direction: "up", about: null });
        const hidden = "SELECT FROM pg_attribute WHERE attname ~ '^dm_archived' AND NOT attisdropped";
        expect(await query(hidden)).toEqual([]);
        await expect(rollbackRevisions(project, {})).rejects.toMatchObject({ code: "DM5503" });
      }),
    );
  });
});
