import { expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { introspect } from "../../src/introspect/introspect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const newest = newestServer();
const tables = (labels: string, columns: string) => ({
  "a.sql": `CREATE TYPE mood AS ENUM (${labels});
    CREATE TABLE t (id int PRIMARY KEY, ${columns}, mood mood, moods mood[]);\n`,
});

it.skipIf(newest === undefined)(
  "rows that the new type of a column in phases does not take are named before the first phase changes anything",
  async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", (_, url) =>
      withProject({ database: url, schema: tables("'well', 'ill', 'bored'", "code text") }, async (plain) => {
        const project = { ...plain, online: { ...plain.online, mode: "always" as const } };
        const run = (sql: string) => withDatabase(url, (database) => database.script(sql));
        const fingerprint = async () => (await withDatabase(url, introspect)).fingerprint;
        await planRevision(project, { message: "all" });
        await applyRevisions(project, {});
        await run(
          `INSERT INTO t SELECT i, i::text, 'well', '{ill,NULL}' FROM generate_series(1, 20) i;
             UPDATE t SET mood = 'bored' WHERE id IN (3, 4, 5); UPDATE t SET moods = '{well,bored}' WHERE id = 6;
             UPDATE t SET code = 'x' WHERE id = 7`,
        );
        await writeSchema(project.root, tables("'ill', 'well'", "code int"));
        const { revisions } = await planRevision(project, { message: "less" });
        expect(revisions.map(({ phase }) => phase)).toEqual([
          "additive",
          "backfill",
          "constraint",
          "cleanup",
        ]);
        const before = await fingerprint();
        const refused = async (finds: string, ...keys: readonly string[]) => {
          const error = await applyRevisions(project, { cleanup: true }).catch((one: unknown) => one);
          expect(error).toMatchObject({ code: "DM5207", message: expect.stringContaining(finds) });
          expect(error).toMatchObject({ details: [`${keys.length} found:`, ...keys, expect.anything()] });
          expect(await fingerprint()).toBe(before);
        };
        await refused("rows whose code is no integer", '{"id":7,"code":"x"}');
        await run("UPDATE t SET code = '7' WHERE id = 7");
        await refused(
          "rows whose mood is no public.mood",
          ...[3, 4, 5].map((id) => `{"id":${id},"mood":"bored"}`),
        );
        await run("UPDATE t SET mood = 'ill' WHERE mood = 'bored'");
        await refused("rows whose moods is no public.mood[]", '{"id":6,"moods":["well","bored"]}');
        await run("UPDATE t SET moods = '{well,ill}' WHERE id = 6");
        await applyRevisions(project, { cleanup: true });
        await rollbackRevisions(project, { target: "-4" });
        expect(await fingerprint()).toBe(before);
      }),
    );
  },
);
