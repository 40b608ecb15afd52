import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.js";
import { type DmError, exitCode } from "../../src/error.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { openProject, type Project } from "../../src/project/config.js";
import { newRevision } from "../../src/project/new.js";
import { planRevision } from "../../src/project/plan.js";
import { status } from "../../src/project/status.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";
import { ended, start } from "./built.js";

const server = newestServer();
/** How many times a dm is killed; 50 for a long run. */
const kills = Number(process.env.DM_TEST_KILLS ?? 3);
const rows = 1000 * (kills + 1);

const schema = {
  "visit.sql":
    "CREATE TABLE visit (id int PRIMARY KEY, a int, b int, changes int NOT NULL DEFAULT 0, note text);\n",
};
const backfill =
  "-- dm:step backfill\nUPDATE public.visit SET b = a, changes = changes + 1 WHERE b IS DISTINCT FROM a;\n";

describe.skipIf(server === undefined)("a revision with a backfill", () => {
  /** A table full of rows, and a revision that is written by hand. */
  function withVisits(
    [up, down]: readonly [string, string],
    work: (project: Project, database: Database, id: string) => Promise<void>,
    { isProven = true, after = schema as Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    return withTemporaryDatabase(server?.major ?? 0, (database, url) =>
      withProject({ database: url, schema }, async (made) => {
        const pace = "backfill: { batch: { min: 10, max: 50 }, pause: 2 }\n";
        await appendFile(join(made.root, "dm.yaml"), pace);
        const project = await openProject({ cwd: made.root, env: "local" });
        await planRevision(project, { message: "first" });
        await applyRevisions(project, {});
        await database.query(`INSERT INTO visit (id, a) SELECT i, i FROM generate_series(1, ${rows}) i`);
        const { id, file } = await newRevision(project, { message: "fill" });
        const text = (await readFile(file, "utf8")).replace(/-- dm:up.*/s, "");
        await writeFile(file, `${text}-- dm:up\n\n${up}\n-- dm:down\n\n${down}`);
        await writeSchema(project.root, after);
        if (isProven) await planRevision(project, { message: "nothing but a proof" });
        await work(project, database, id);
      }),
    );
  }

  async function expectFilled(database: Database, id: string): Promise<void> {
    const query = "SELECT b = a AS done, changes, count(*)::int AS n FROM visit GROUP BY 1, 2";
    expect(await database.query(query)).toEqual([{ done: true, changes: 1, n: rows }]);
    const under = "SELECT FROM dm.progress UNION ALL SELECT FROM dm.backfill";
    expect(await database.query(under)).toEqual([]);
    expect(await database.query("SELECT id FROM dm.revision WHERE id = $1", [id])).toEqual([{ id }]);
  }

  const seen = async (database: Database) => {
    const [there] = await database.query("SELECT FROM pg_class WHERE oid = to_regclass('dm.backfill')");
    if (there === undefined) return 0;
    const [row] = await database.query<{ seen: number }>("SELECT seen::int4 AS seen FROM dm.backfill");
    return row?.seen ?? 0;
  };

  /** Until the backfill is beyond where it was. */
  async function underWay(database: Database): Promise<void> {
    const before = await seen(database);
    const deadline = Date.now() + 60_000;
    while ((await seen(database)) <= before) {
      if (Date.now() > deadline) throw new Error("it does not begin");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  test(`goes on after ${kills} kills, each row changed once`, {
    timeout: 60_000 + 10_000 * kills,
  }, async () => {
    await withVisits([backfill, ""], async (project, database, id) => {
      for (let kill = 0; kill < kills; kill++) {
        const child = start(project.root, ["apply"]);
        const end = ended(child);
        await underWay(database);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 100));
        child.kill("SIGKILL");
        expect((await end).code).toBe(-1);
      }
      const { unfinished } = await status(project);
      expect(unfinished).toMatchObject({ id, direction: "up", done: 0 });
      expect(unfinished?.backfill).toMatchObject({ relation: "public.visit", pass: 1 });
      const { notes } = await applyRevisions(project, {});
      expect(notes).toContain(`${id} was interrupted before; going on after its step 0`);
      await expectFilled(database, id);
    });
  });

  test("stops at Ctrl-C, is seen from another shell meanwhile, and can be taken back", async () => {
    const back =
      "-- dm:step backfill\nUPDATE public.visit SET b = NULL, changes = changes - 1 WHERE b IS NOT NULL;\n";
    await withVisits([backfill, back], async (project, database, id) => {
      const child = start(project.root, ["apply"]);
      const end = ended(child);
      await underWay(database);
      const { unfinished } = await status(project);
      expect(unfinished).toMatchObject({ id, by: expect.stringContaining("pid"), backfill: { pass: 1 } });
      expect(unfinished?.backfill?.seen).toBeGreaterThan(0);
      child.kill("SIGINT");
      expect((await end).code).toBe(exitCode.interrupted);
      expect((await status(project)).unfinished?.by).toBeUndefined();

      const { applied, heads } = await rollbackRevisions(project, {});
      expect(applied.map((one) => [one.id, one.direction])).toEqual([[id, "down"]]);
      expect(heads).toHaveLength(1);
      const left = "SELECT count(*)::int AS n FROM visit WHERE b IS NOT NULL OR changes <> 0";
      expect(await database.query(left)).toEqual([{ n: 0 }]);
      expect(await database.query("SELECT count(*)::int AS n FROM dm.revision")).toEqual([{ n: 1 }]);

      await applyRevisions(project, {});
      await expectFilled(database, id);
    });
  });

  const stop = (_: string, amount?: unknown) => {
    if (amount !== undefined) throw new Error("stopped");
  };
  const after = {
    "visit.sql": `${schema["visit.sql"].replace("note text", "note text, more int")}CREATE INDEX visit_more ON visit (more);\n`,
  };
  const column = "ALTER TABLE visit ADD COLUMN more int;\n\n";

  test("between schema changes turns back where its way back is one transaction", async () => {
    const index = "\n-- dm:step commit\nCREATE INDEX visit_more ON visit (more);\n";
    const up = `${column}${backfill}${index}`;
    const work = async (project: Project, database: Database) => {
      await expect(applyRevisions(project, { progress: stop })).rejects.toThrow("stopped");
      expect((await status(project)).unfinished).toMatchObject({ direction: "up", done: 1 });
      await rollbackRevisions(project, {});
      expect((await status(project)).unfinished).toBeUndefined();
      const columns = "SELECT FROM pg_attribute WHERE attrelid = 'visit'::regclass AND attname = 'more'";
      expect(await database.query(columns)).toEqual([]);
    };
    await withVisits([up, "ALTER TABLE visit DROP COLUMN more;\n"], work, { after });
  });

  test("between schema changes does not turn back on a way of several transactions", async () => {
    const down = "DROP INDEX visit_more;\n\n-- dm:step commit\nALTER TABLE visit DROP COLUMN more;\n";
    const up = `${column}${backfill}\n-- dm:step commit\nCREATE INDEX visit_more ON visit (more);\n`;
    const work = async (project: Project) => {
      await expect(applyRevisions(project, { progress: stop })).rejects.toThrow("stopped");
      const error = await rollbackRevisions(project, {}).catch((found: DmError) => found);
      expect(error).toMatchObject({ code: "DM5201", exit: exitCode.refused });
      await applyRevisions(project, {});
      expect((await rollbackRevisions(project, {})).applied).toHaveLength(1);
    };
    await withVisits([up, down], work, { after });
  });

  const unproven: [string, string, string, RegExp][] = [
    ["does not settle", "UPDATE public.visit SET b = a WHERE b IS NULL OR b = a;", "DM3403", /2 sample rows/],
    [
      "makes NULL what it looks for",
      "UPDATE public.visit SET b = NULL WHERE b IS NULL;",
      "DM3403",
      /2 sample rows/,
    ],
    ["updates a view", "UPDATE public.visits SET a = 1 WHERE a IS NULL;", "DM5401", /^$/],
    ["names no column", "UPDATE public.visit SET c = 1 WHERE a IS NULL;", "DM3402", /^$/],
  ];
  test.each(unproven)("that %s is refused by its proof", async (_, statement, code, details) => {
    const up = `CREATE VIEW visits AS SELECT a FROM visit;\n\n-- dm:step backfill\n${statement}\n`;
    await withVisits(
      [up, "DROP VIEW visits;\n"],
      async (project) => {
        const error = await planRevision(project, { message: "x" }).catch((found: DmError) => found);
        expect(error).toMatchObject({ code });
        expect((error as DmError).details.join()).toMatch(details);
      },
      { isProven: false },
    );
  });

  test("says in its file that it settles", async () => {
    await withVisits([backfill, ""], async (project) => {
      const { pending } = await status(project);
      expect(pending[0]?.proven?.checks).toEqual(["up", "down", "up again", "backfills settle"]);
    });
  });
});
