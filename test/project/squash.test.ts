import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DmError } from "../../src/error.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { baseline } from "../../src/project/baseline.js";
import { openProject, type Project } from "../../src/project/config.js";
import { drift } from "../../src/project/drift.js";
import { newRevision } from "../../src/project/new.js";
import { planRevision } from "../../src/project/plan.js";
import { squash } from "../../src/project/squash.js";
import { status } from "../../src/project/status.js";
import { newestServer, type Postgres, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const postgres: Postgres = newestServer()?.major ?? "pglite";
const minutes = 60_000;

const table = (more = "") => ({ "patient.sql": `CREATE TABLE patient (id int PRIMARY KEY${more});\n` });

/** The same project on as many databases of its own as there are names. */
async function onDatabases(
  names: readonly string[],
  work: (projects: Project[]) => Promise<void>,
): Promise<void> {
  const open = async (rest: readonly string[], urls: readonly string[]): Promise<void> => {
    const [name, ...others] = rest;
    if (name !== undefined && postgres !== "pglite")
      return withTemporaryDatabase(postgres, (_, url) => open(others, [...urls, url]));
    await withProject({ schema: table(), ...(urls[0] && { database: urls[0] }) }, async ({ root }) => {
      const places = postgres === "pglite" ? names.map((one) => `pglite:${join(root, ".dm", one)}`) : urls;
      const env = "local";
      await work(await Promise.all(places.map((database) => openProject({ cwd: root, env, database }))));
    });
  };
  await open(names, []);
}

async function planned(project: Project, more: string, message: string): Promise<string> {
  await writeSchema(project.root, table(more));
  const {
    revisions: [revision],
  } = await planRevision(project, { message });
  return revision?.id ?? "";
}

async function expectAtHead(project: Project): Promise<void> {
  expect((await status(project)).pending).toEqual([]);
  expect((await drift(project, { against: "rev:head" })).changes).toEqual([]);
}

const files = async (project: Project) => (await readdir(project.revisions)).sort();

describe("a squashed range", () => {
  it(
    "is run where nothing of it is applied, gone on with inside of it, and taken as done behind it",
    async () => {
      await onDatabases(["before", "inside", "behind"], async ([before, inside, behind]) => {
        if (before === undefined || inside === undefined || behind === undefined) throw new Error("three");
        const a = await planned(behind, "", "a");
        for (const project of [before, inside, behind]) await applyRevisions(project, {});
        const b = await planned(behind, ", name text", "b");
        for (const project of [inside, behind]) await applyRevisions(project, {});
        const c = await planned(behind, ", name text, email text", "c");
        await applyRevisions(behind, {});

        const { revision, isPlanned, kept } = await squash(behind, {
          range: `${b}..${c}`,
          message: "b and c",
        });
        expect({ isPlanned, parents: revision.parents, replaces: revision.replaces }).toEqual({
          isPlanned: true,
          parents: [a],
          replaces: [b, c],
        });
        expect(revision.up).toHaveLength(1);
        expect(kept).toHaveLength(2);
        expect(await files(behind)).toHaveLength(4);

        const d = await planned(behind, ", name text, email text, born date", "d");
        expect((await status(behind)).heads).toEqual([revision.id]);
        const run = async (project: Project) => {
          const { applied } = await applyRevisions(project, {});
          await expectAtHead(project);
          return applied.map(({ id }) => id);
        };
        expect(await run(before)).toEqual([revision.id, d]);
        expect(await run(inside)).toEqual([c, d]);
        expect(await run(behind)).toEqual([d]);

        const { applied } = await rollbackRevisions(behind, { target: a, allow: ["all"] });
        expect(applied.map(({ id }) => id)).toEqual([d, revision.id]);
        await applyRevisions(behind, {});

        const again = await squash(behind, { range: "base..head", message: "all" });
        expect(again.revision.replaces).toEqual([a, b, c, revision.id, d]);
        for (const project of [before, inside, behind]) {
          expect((await applyRevisions(project, {})).applied).toEqual([]);
          await expectAtHead(project);
          expect((await status(project)).heads).toEqual([again.revision.id]);
        }
      });
    },
    8 * minutes,
  );

  it(
    "keeps the steps of what was written by hand, and is refused where something else stands inside of it",
    async () => {
      await onDatabases(["one"], async ([project]) => {
        if (project === undefined) throw new Error("one");
        const a = await planned(project, "", "a");
        const { file, id } = await newRevision(project, { message: "rows" });
        const text = await readFile(file, "utf8");
        const up = "INSERT INTO public.patient VALUES (1);";
        await writeFile(
          file,
          text.replace(/-- what to do.*/, up).replace(/-- how to undo.*/, "DELETE FROM public.patient;"),
        );
        await planned(project, ", name text", "c");
        await newRevision(project, { message: "aside", head: a });
        const refused = await squash(project, { range: `${a}..${id}` }).catch((error: DmError) => error);
        expect(refused).toMatchObject({ code: "DM4133", exit: 3 });
        const { revision, isPlanned } = await squash(project, { range: `${id}..` });
        expect(isPlanned).toBe(false);
        expect(revision.up.map(({ sql }) => sql)).toContain(up);
        expect(revision.up[1]?.mode).toBe("commit");
      });
    },
    5 * minutes,
  );
});

describe("a baseline", () => {
  it(
    "starts anew from whole files and from broken ones, and the database counts as being there",
    async () => {
      await onDatabases(["one", "new"], async ([project, fresh]) => {
        if (project === undefined || fresh === undefined) throw new Error("two");
        const a = await planned(project, "", "a");
        const b = await planned(project, ", name text", "b");
        await applyRevisions(project, {});
        const { revision, isStamped } = await baseline(project, {});
        expect({ isStamped, parents: revision.parents }).toEqual({ isStamped: true, parents: [] });
        expect(revision.replaces).toEqual([a, b]);
        expect(await files(project)).toHaveLength(3);
        await expectAtHead(project);
        await applyRevisions(fresh, {});
        await expectAtHead(fresh);

        await planned(project, ", name text, email text", "c");
        await applyRevisions(project, {});
        const [first = ""] = (await files(project)).filter((name) => name.includes(revision.id));
        await rm(join(project.revisions, first));
        const second = await baseline(project, {});
        expect(second.isStamped).toBe(true);
        expect(second.notes.join()).toContain("of no use");
        await expectAtHead(project);
        expect((await planRevision(project, { message: "nothing", dryRun: true })).changes).toEqual([]);
      });
    },
    8 * minutes,
  );
});
