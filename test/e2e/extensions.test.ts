import { describe, expect, test } from "vitest";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { eachPostgres, newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const files = (version: string) => ({
  "extensions.sql": `CREATE EXTENSION hstore${version};\n`,
  "note.sql": "CREATE TABLE note (tags hstore);\nCREATE INDEX note_tags ON note USING gin (tags);\n",
});

const texts = (steps: readonly { readonly sql: string }[] | undefined) =>
  (steps ?? []).map(({ sql }) => sql).join("\n");

// The workflows are the same on each version; what they send is tested on each in test/kinds.
const some = eachPostgres.filter((each) => each === "pglite" || each === newestServer()?.major);

const newest = newestServer();

test.skipIf(newest === undefined)(
  "what was added to an extension's table is told of, and stays",
  async () => {
    await withTemporaryDatabase(newest?.major ?? "pglite", (database, url) =>
      withProject({ database: url, schema: { "x.sql": "CREATE EXTENSION hstore;\n" } }, async (project) => {
        await planRevision(project, { message: "one" });
        await applyRevisions(project, {});
        await database.script(
          "CREATE TABLE kept (id integer); ALTER EXTENSION hstore ADD TABLE kept; CREATE INDEX mine ON kept (id)",
        );
        const { changes, unmodelled } = await planRevision(project, { message: "two" });
        expect(changes).toEqual([]);
        const named = unmodelled.map(({ kind, name }) => `${kind} ${name}`);
        const drifted = await drift(project);
        expect(drifted.changes).toEqual([]);
        expect(drifted.unmodelled.map(({ kind, name }) => `${kind} ${name}`)).toEqual(named);
        expect(named).toEqual([
          "extension table's column id on public.kept",
          "extension table's index mine on public.kept",
        ]);
      }),
    );
  },
);

describe.each(some)("the version of an extension on %s", (postgres) => {
  const inProject = (work: (project: Project) => Promise<void>) =>
    postgres === "pglite"
      ? withProject({ schema: files(" VERSION '1.4'") }, work)
      : withTemporaryDatabase(postgres, (_, database) =>
          withProject({ database, schema: files(" VERSION '1.4'") }, work),
        );

  test("is what the files name, and what is there where they name none", { timeout: 120_000 }, async () => {
    await inProject(async (project) => {
      const first = await planRevision(project, { message: "old" });
      expect(texts(first.revisions[0]?.up)).toContain("CREATE EXTENSION hstore SCHEMA public VERSION '1.4'");
      await applyRevisions(project, {});
      await writeSchema(project.root, files(""));
      expect((await planRevision(project, { message: "any" })).changes).toEqual([]);

      await writeSchema(project.root, files(" VERSION '1.5'"));
      const newer = await planRevision(project, { message: "newer" });
      expect(texts(newer.revisions[0]?.up)).toBe(
        "-- hazard EXTENSION_UPGRADE: extension hstore is updated\nALTER EXTENSION hstore UPDATE TO '1.5';",
      );
      // No script leads back, and nothing else may be lost by it.
      expect(texts(newer.revisions[0]?.down)).toBe("");
      await applyRevisions(project, { allow: ["EXTENSION_UPGRADE"] });
      await rollbackRevisions(project, {});
      expect((await planRevision(project, { message: "again" })).changes).toEqual([]);

      await writeSchema(project.root, files(" VERSION '1.3'"));
      await expect(planRevision(project, { message: "gone" })).rejects.toMatchObject({ code: "DM2101" });
    });
  });
});
