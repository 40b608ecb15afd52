import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/database/database.js";
import { type DmError, exitCode } from "../../src/error.js";
import { introspect } from "../../src/introspect/introspect.js";
import { applyRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { newRevision } from "../../src/project/new.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const server = newestServer();
const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

const clinic = {
  "1-patient.sql": "CREATE TABLE patient (id int PRIMARY KEY, name text NOT NULL);\n",
  "2-visit.sql": "CREATE TABLE visit (id int PRIMARY KEY, patient int REFERENCES patient);\n",
};

describe.skipIf(server === undefined)("what goes wrong leaves no trace", () => {
  const major = server?.major ?? 0;

  function withClinic(
    work: (project: Project, database: Database, url: string) => Promise<void>,
  ): Promise<void> {
    return withTemporaryDatabase(major, (database, url) =>
      withProject({ database: url, schema: clinic }, async (project) => {
        const before = await introspect(database);
        await work(project, database, url);
        await expectNoShadows(database);
        expect((await introspect(database)).fingerprint).toBe(before.fingerprint);
      }),
    );
  }

  const broken: [string, string, RegExp, number, number][] = [
    ["a syntax error", "CREATE TABLE a (x int);\nCREATE TABEL b ();\n", /syntax error/, 2, 8],
    ["an unknown column", "CREATE VIEW é AS\n  SELECT nmae FROM patient;\n", /nmae/, 2, 10],
    ["a missing extension", "CREATE EXTENSION no_such_thing;\n", /no_such_thing/, 1, 1],
    ["a statement that is no definition", "INSERT INTO patient VALUES (1, 'x');\n", /INSERT/, 1, 1],
  ];
  it.each(broken)("%s in the third file is told with its place", async (_, text, message, line, column) => {
    await withClinic(async (project) => {
      await writeSchema(project.root, { "3-more.sql": text });
      const error = await failure(planRevision(project, { message: "more" }));
      expect(error.message).toMatch(message);
      expect(error.at).toMatchObject({ file: join(project.schema, "3-more.sql"), line, column });
      expect(await readdir(project.revisions)).toEqual([]);
    });
  });

  it("a directory in the place of a file is told by its name", async () => {
    await withClinic(async (project) => {
      const error = await failure(
        planRevision({ ...project, schema: join(project.root, "none") }, { message: "x" }),
      );
      expect(`${error.message} ${String(error.at)}`).toContain("none");
      expect(error.exit).toBe(exitCode.failed);
    });
  });

  it("a read-only database is refused before anything runs", async () => {
    await withClinic(async (project, _, url) => {
      await planRevision(project, { message: "first" });
      const readOnly = `${url}${url.includes("?") ? "&" : "?"}options=-cdefault_transaction_read_only%3Don`;
      const environment = { ...project.environment, database: readOnly };
      const error = await failure(applyRevisions({ ...project, environment }, {}));
      expect(error.code).toBe("DM5204");
    });
  });

  it("a database that is dropped while a plan is made ends the plan with its name", async () => {
    await withTemporaryDatabase(major, (admin) =>
      withTemporaryDatabase(major, (doomed, url) =>
        withProject({ database: url, schema: clinic }, async (project) => {
          const [row] = await doomed.query<{ name: string }>("SELECT current_database()::text AS name");
          let dropping: Promise<unknown> | undefined;
          const progress = (stage: string) => {
            if (stage === "comparing") dropping ??= admin.query(`DROP DATABASE "${row?.name}" WITH (FORCE)`);
          };
          const result = await planRevision(project, { message: "first", progress }).then(
            ({ files: [file] }) => file,
            (error: DmError) => error,
          );
          await dropping;
          // The plan needs the target no more by then: either it is done, or it says what it lost.
          if (typeof result === "string") expect(result).toContain("first");
          else expect(result).toMatchObject({ code: expect.stringMatching(/^DM/) });
          await expectNoShadows(admin);
        }),
      ),
    );
  });

  it("a revision edited after it was applied is refused, and so is one that is gone", async () => {
    await withTemporaryDatabase(major, (_, url) =>
      withProject({ database: url, schema: clinic }, async (project) => {
        const {
          files: [file = ""],
        } = await planRevision(project, { message: "first" });
        await applyRevisions(project, {});
        await appendFile(file, "-- harmless?\n");
        const edited = await failure(applyRevisions(project, {}));
        expect([edited.code, edited.exit]).toEqual(["DM4103", exitCode.refused]);
        expect(edited.details.join()).toContain("edited");
        await rm(file);
        const gone = await failure(applyRevisions(project, {}));
        expect([gone.code, gone.exit]).toEqual(["DM4103", exitCode.refused]);
        expect(gone.details.join()).toContain("deleted");
      }),
    );
  });

  it("a database changed by hand is refused with what differs", async () => {
    await withTemporaryDatabase(major, (database, url) =>
      withProject({ database: url, schema: clinic }, async (project) => {
        await planRevision(project, { message: "first" });
        await applyRevisions(project, {});
        await writeSchema(project.root, { "3-more.sql": "CREATE TABLE more (id int);\n" });
        await planRevision(project, { message: "more" });
        await database.query("CREATE INDEX by_hand ON patient (name)");
        const drifted = await failure(applyRevisions(project, {}));
        expect([drifted.code, drifted.exit]).toEqual(["DM5301", exitCode.refused]);
        expect(drifted.details).toEqual(["index public.by_hand should not be there"]);
        expect(await database.query("SELECT to_regclass('more')::text AS more")).toEqual([{ more: null }]);
      }),
    );
  });

  it("of two plans at once, one is made and the other says who makes it", async () => {
    await withClinic(async (project) => {
      const plans = await Promise.allSettled([
        planRevision(project, { message: "one" }),
        planRevision(project, { message: "two" }),
      ]);
      const reasons = plans.flatMap((plan) => (plan.status === "rejected" ? [plan.reason as DmError] : []));
      expect(reasons.map(({ code }) => code)).toEqual(["DM1109"]);
      expect((await readdir(project.revisions)).filter((name) => name.endsWith(".sql"))).toHaveLength(1);
    });
  });

  const stages = [
    "opening a shadow",
    "reading the schema files",
    "comparing",
    "proving: up",
    "proving: down",
  ];
  it.each(stages)("an interrupt while it is %s leaves nothing half done", async (stage) => {
    await withClinic(async (project) => {
      const script = join(project.root, "interrupted.mjs");
      const library = new URL("../../dist/src/index.js", import.meta.url).href;
      await writeFile(
        script,
        `import { interrupt, openProject, planRevision } from ${JSON.stringify(library)};
         const project = await openProject({ cwd: ${JSON.stringify(project.root)} });
         const progress = (stage) => { if (stage.startsWith(${JSON.stringify(stage)})) interrupt(); };
         await planRevision(project, { message: "x", progress }).catch((error) => process.exit(error.exit));`,
      );
      const { code } = await ended(spawn(process.execPath, [script], { stdio: "inherit" }));
      expect(code).toBe(exitCode.interrupted);
      expect(await readdir(project.revisions)).toEqual([]);
      expect((await planRevision(project, { message: "again", dryRun: true })).revisions).toHaveLength(1);
    });
  });

  it("Ctrl-C while a statement runs cancels it and rolls back", async () => {
    await withTemporaryDatabase(major, (database, url) =>
      withProject({ database: url, schema: clinic }, async (project) => {
        await planRevision(project, { message: "first" });
        await applyRevisions(project, {});
        const { file } = await newRevision(project, { message: "slow" });
        const sleeps =
          "SELECT CASE WHEN to_regclass('dm.revision') IS NULL THEN '' ELSE pg_sleep(60)::text END;";
        await appendFile(file, "");
        await writeFile(
          file,
          (await text(file)).replace("-- dm:up\n", `-- dm:up\n\nCREATE TABLE half ();\n${sleeps}\n`),
        );
        await writeFile(file, (await text(file)).replace("-- dm:down\n", "-- dm:down\n\nDROP TABLE half;\n"));
        await writeSchema(project.root, { "3-half.sql": "CREATE TABLE half ();\n" });
        await planRevision(project, { message: "nothing but a proof" });
        const child = spawn(process.execPath, [cli, "apply"], { cwd: project.root, stdio: "ignore" });
        await until(async () => {
          const rows = await database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
          return rows.length > 0;
        });
        const asked = Date.now();
        child.kill("SIGINT");
        const { code } = await ended(child);
        expect(code).toBe(exitCode.interrupted);
        expect(Date.now() - asked).toBeLessThan(20_000);
        expect(await database.query("SELECT to_regclass('half')::text AS half")).toEqual([{ half: null }]);
        expect(await database.query("SELECT count(*)::int AS n FROM dm.revision")).toEqual([{ n: 1 }]);
      }),
    );
  });
});

async function failure(work: Promise<unknown>): Promise<DmError> {
  return work.then(
    () => {
      throw new Error("it succeeded");
    },
    (error: DmError) => error,
  );
}

/** Shadows in which nobody works: other tests have theirs on the same server, and are about to open or drop some. */
async function expectNoShadows(database: Database): Promise<void> {
  const idle = () =>
    database.query(
      `SELECT datname::text FROM pg_database d WHERE datname LIKE 'dm\\_shadow\\_%'
         AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`,
    );
  let rows = await idle();
  for (let attempt = 0; rows.length > 0 && attempt < 20; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    rows = await idle();
  }
  expect(rows).toEqual([]);
}

function ended(child: ChildProcess): Promise<{ code: number | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve({ code }));
  });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("it never happened");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function text(file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(file, "utf8");
}
