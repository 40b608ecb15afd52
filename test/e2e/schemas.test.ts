import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { introspect } from "../../src/introspect/introspect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { diffSources } from "../../src/project/diff.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { describeChanges } from "../../src/proof/prove.js";
import {
  eachPostgres,
  endsOfServers,
  type Postgres,
  shared,
  withTemporaryDatabase,
} from "../support/databases.js";
import { withProject } from "../support/project.js";

const isAll = process.env.DM_TEST_ALL === "1";

/** Real schemas, each one file that psql loads whole; of the two largest, which are alike, one unless all is asked for. */
const names = [
  "chinook",
  "chinook-serial",
  "langfuse",
  "nakama",
  "omop-cdm-5.4",
  ...(isAll ? ["trigger_dev"] : []),
];

const folder = shared("schemas");

/** Each statement of theirs runs on every version in test/corpus/real-schemas.test.ts. */
const places = isAll ? eachPostgres : endsOfServers.slice(-1);

describe.skipIf(folder === undefined).each(places)("a real schema on %s", (major) => {
  it.each(names)("%s goes from nothing to whole and back", { timeout: 240_000 }, async (name) => {
    const file = `${folder}/${name}.sql`;
    await withTemporaryDatabase(major, async (_, url) => {
      await withProject({ ...on(major, url), schemaFile: file }, async (project) => {
        const before = await readState(project.environment.database);
        const planned = await planRevision(project, { message: name });
        expect(planned.unmodelled).toEqual([]);
        expect(basename(planned.files[0] ?? "")).toContain(planned.revisions[0]?.id);
        await applyRevisions(project, {});
        expect((await planRevision(project, { message: "again" })).changes).toEqual([]);
        expect((await drift(project)).changes).toEqual([]);
        if (major !== "pglite") {
          await withTemporaryDatabase(major, async (loaded, loadedUrl) => {
            await loaded.script(await readFile(file, "utf8"));
            const { changes } = await diffSources(project, loadedUrl, url);
            expect(describeChanges(changes)).toEqual([]);
          });
        }
        await rollbackRevisions(project, { target: "base" });
        expect((await readState(project.environment.database)).fingerprint).toBe(before.fingerprint);
      });
    });
  });

  it("omop-cdm goes from 5.3 to 5.4 and back", { timeout: 240_000 }, async () => {
    await withTemporaryDatabase(major, async (_, url) => {
      await withProject({ ...on(major, url), schemaFile: `${folder}/omop-cdm-5.3.sql` }, async (project) => {
        await planRevision(project, { message: "5.3" });
        await applyRevisions(project, {});
        const older = await readState(project.environment.database);
        const newer = { ...project, schema: `${folder}/omop-cdm-5.4.sql` };
        const decideRename = () => Promise.resolve("new" as const);
        const { changes } = await planRevision(newer, { message: "5.4", decideRename });
        expect(changes.length).toBeGreaterThan(0);
        await applyRevisions(newer, { allow: ["all"] });
        expect((await planRevision(newer, { message: "again", decideRename })).changes).toEqual([]);
        await rollbackRevisions(newer, {});
        expect((await readState(project.environment.database)).fingerprint).toBe(older.fingerprint);
      });
    });
  });
});

/** PGlite lives in the project's own directory. */
function on(major: Postgres, url: string): { database?: string } {
  return major === "pglite" ? {} : { database: url };
}

async function readState(url: string) {
  const { withDatabase } = await import("../../src/database/connect.js");
  return withDatabase(url, (database) => introspect(database));
}
