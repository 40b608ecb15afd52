import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.js";
import { applyRevisions } from "../../src/project/apply.js";
import { openProject } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { dm, removeCache } from "./built.js";

const postgres = newestServer()?.major;
const isSkipped = skipAloud(postgres === undefined, "the commands about the chain need a server");
const minutes = 60_000;
afterAll(removeCache);

const table = (more = "") => `CREATE TABLE patient (id int PRIMARY KEY${more});\n`;

/** A project of two applied revisions, and the built program in it. */
interface Plot {
  readonly database: Database;
  readonly one: string;
  readonly two: string;
  /** Path of a revision's file, by its id. */
  file(id: string): Promise<string>;
  /** What there is to change: the files, and what the database has recorded. */
  everything(): Promise<unknown>;
  text(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  json(...argv: string[]): Promise<{ code: number; document: Record<string, unknown> }>;
  /** Runs what must fail: with this exit code, this error, and nothing changed. */
  refused(argv: readonly string[], exit: number, code: string): Promise<void>;
  /** The same, without --json: the words are on stderr. */
  refusedInWords(argv: readonly string[], exit: number, words: RegExp): Promise<void>;
}

async function withPlot(work: (plot: Plot) => Promise<void>): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), "dm-chain-"));
  try {
    await withTemporaryDatabase(postgres ?? "pglite", async (database, url) => {
      const schema = path.join(root, "schema/patient.sql");
      const revisions = path.join(root, "revisions");
      await mkdir(path.dirname(schema));
      await writeFile(
        path.join(root, "dm.yaml"),
        `environments: { local: { database: ${JSON.stringify(url)} } }\n`,
      );
      const project = await openProject({ cwd: root, env: "local" });
      const ids: string[] = [];
      for (const more of ["", ", name text"]) {
        await writeFile(schema, table(more));
        ids.push(...(await planRevision(project, { message: "m" })).revisions.map(({ id }) => id));
        await applyRevisions(project, {});
      }
      const [one = "", two = ""] = ids;
      const text = (...argv: string[]) =>
        dm(root, argv, { GIT_AUTHOR_NAME: "Ana", GIT_AUTHOR_EMAIL: "a@x.example" });
      const everything = async () => {
        const names = (await readdir(revisions, { recursive: true }))
          .filter((name) => /\.(sql|sum)$/.test(name))
          .sort();
        return {
          files: await Promise.all(
            names.map(async (name) => [name, await readFile(path.join(revisions, name), "utf8")]),
          ),
          recorded: await database.query("SELECT id, checksum FROM dm.revision ORDER BY id"),
          journal: await database.query("SELECT revision, direction FROM dm.journal ORDER BY id"),
          state: await database.query("SELECT fingerprint FROM dm.state"),
        };
      };
      const json = async (...argv: string[]) => {
        const { code, stdout } = await text(...argv, "--json");
        return { code, document: JSON.parse(stdout) };
      };
      await work({
        ...{ database, one, two, everything, text, json },
        file: async (id) =>
          path.join(revisions, (await readdir(revisions)).find((name) => name.includes(id)) ?? ""),
        async refused(argv, exit, code) {
          const before = await everything();
          const ran = await json(...argv);
          expect({ argv, ...ran }).toMatchObject({
            code: exit,
            document: { version: 1, command: argv[0], error: { code, exit, message: expect.any(String) } },
          });
          expect(await everything()).toEqual(before);
        },
        async refusedInWords(argv, exit, words) {
          const before = await everything();
          expect(await text(...argv)).toMatchObject({
            code: exit,
            stdout: "",
            stderr: expect.stringMatching(words),
          });
          expect(await everything()).toEqual(before);
        },
      });
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

describe.skipIf(isSkipped)("dm stamp", { timeout: 5 * minutes }, () => {
  test("records, forgets and purges, and tells what", async () => {
    await withPlot(async ({ database, one, two, file, text, json, refused, refusedInWords }) => {
      await refusedInWords(["stamp"], 1, /DM6001.*missing required argument 'id'[\s\S]*dm stamp --help/);
      await refused(["stamp", "cafe"], 1, "DM4040");
      expect(await json("stamp", "-1")).toEqual({
        code: 0,
        document: {
          version: 1,
          command: "stamp",
          recorded: [],
          forgotten: [two],
          heads: [one],
          notes: [expect.stringContaining(`the database is not as ${one} leaves one`)],
        },
      });
      const back = await text("stamp", "head");
      expect(back).toMatchObject({ code: 0, stderr: "" });
      expect(back.stdout).toBe(
        `recorded   ${two}\nnothing was run; the database counts as being at ${two}\n`,
      );
      expect((await text("stamp", "head", "--quiet")).stdout).toBe("");

      const path = await file(two);
      const whole = await readFile(path, "utf8");
      await appendFile(path, "-- mine\n");
      await refusedInWords(
        ["stamp", "base"],
        3,
        /DM4103.*not as they were written[\s\S]*edited: [\s\S]*git checkout/,
      );
      await refused(["stamp", "base", "--purge"], 3, "DM4103");
      await writeFile(path, whole);

      await database.script(
        "UPDATE dm.revision SET id = 'cafecafecafe' WHERE id = (SELECT max(id) FROM dm.revision)",
      );
      await refused(["stamp", "head"], 3, "DM4102");
      const purged = await json("stamp", one, "--purge");
      expect(purged).toMatchObject({ code: 0, document: { recorded: [one], heads: [one] } });
      expect(purged.document.forgotten).toContain("cafecafecafe");
      expect(await database.query("SELECT id FROM dm.revision")).toEqual([{ id: one }]);
    });
  });
});

describe.skipIf(isSkipped)("dm squash", { timeout: 5 * minutes }, () => {
  test("puts one revision in the place of a range, and keeps the old files", async () => {
    await withPlot(async ({ one, two, file, everything, text, json, refused, refusedInWords }) => {
      await refusedInWords(["squash"], 1, /DM6001.*missing required argument 'range'/);
      await refused(["squash", "head"], 1, "DM4121");
      await refused(["squash", `${two}..${one}`], 1, "DM4122");
      await refused(["squash", `${two}..${two}`], 1, "DM4135");
      const path = await file(one);
      const whole = await readFile(path, "utf8");
      await appendFile(path, "-- mine\n");
      await refused(["squash", "base..head"], 3, "DM4103");
      await writeFile(path, whole);

      const { code, document } = await json("squash", "base..head", "-m", "The beginning");
      expect({ code, document }).toMatchObject({
        code: 0,
        document: {
          version: 1,
          command: "squash",
          revision: {
            message: "The beginning",
            parents: [],
            replaces: [one, two],
            author: "Ana <a@x.example>",
          },
          file: expect.stringMatching(/_the_beginning\.sql$/),
          kept: [expect.stringContaining(`replaced/`), expect.stringContaining(`replaced/`)],
          isPlanned: true,
        },
      });
      expect(await everything()).toMatchObject({ files: expect.objectContaining({ length: 5 }) });
      const status = await json("status");
      expect(status).toMatchObject({ code: 0, document: { pending: [], files: [], drift: { changes: 0 } } });
      expect((await text("apply")).stdout).toMatch(/^(note|nothing)/m);
      await refused(["squash", "base..head"], 1, "DM4135");
    });
  });
});

describe.skipIf(isSkipped)("dm baseline", { timeout: 5 * minutes }, () => {
  test("starts the chain anew where the database is as it should be", async () => {
    await withPlot(async ({ database, one, two, json, text, refused, refusedInWords }) => {
      await refused(["baseline", "--since", "x"], 1, "DM6001");
      await database.script("ALTER TABLE patient ADD stray int");
      await refusedInWords(["baseline"], 3, /DM4137[\s\S]*stray[\s\S]*dm drift/);
      await database.script("ALTER TABLE patient DROP stray");
      const { code, document } = await json("baseline", "-m", "Anew");
      expect({ code, document }).toMatchObject({
        code: 0,
        document: {
          version: 1,
          command: "baseline",
          revision: { message: "Anew", parents: [], replaces: [one, two] },
          kept: [expect.any(String), expect.any(String)],
          isStamped: true,
          notes: [],
        },
      });
      const { id } = document.revision as { id: string };
      expect((await json("status")).document).toMatchObject({ heads: [id], pending: [], files: [] });
      const again = await text("baseline");
      expect(again).toMatchObject({ code: 0, stderr: "" });
      expect(again.stdout).toMatch(
        /^written {2}.*\nkept {5}.*\nthe database counts as being at [0-9a-f]{12}\n$/,
      );
    });
  });
});

describe.skipIf(isSkipped)("dm repair", { timeout: 5 * minutes }, () => {
  test("brings lost files back as they were, and no others", async () => {
    await withPlot(async ({ two, file, everything, text, json, refused, refusedInWords }) => {
      const whole = await everything();
      expect(await text("repair")).toEqual({ code: 0, stdout: "nothing is lost\n", stderr: "" });
      const path = await file(two);
      await rm(path);
      expect(await json("repair")).toEqual({
        code: 0,
        document: { version: 1, command: "repair", files: [path] },
      });
      expect(await everything()).toEqual(whole);
      await rm(path);
      expect(await text("repair")).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^written {2}.*\.sql\n$/),
      });

      await rm(path);
      const sum = path.replace(/[^/]*$/, "dm.sum");
      const lines = await readFile(sum, "utf8");
      await writeFile(sum, lines.replace(/^total /, "total x"));
      await refusedInWords(["repair"], 3, /DM4023.*dm\.sum itself was edited[\s\S]*git checkout/);
      await writeFile(sum, lines);
      await appendFile(await file(""), "SELECT 'no end");
      await refused(["repair"], 1, "DM4009");
    });
  });
});
