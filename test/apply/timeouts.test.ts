import { describe, expect, test } from "vitest";
import { usualPace } from "../../src/apply/backfill-pace.js";
import { type ExecuteOptions, execute } from "../../src/apply/execute.js";
import { createJournal } from "../../src/apply/journal.js";
import { withAdvisoryLock } from "../../src/apply/lock.js";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { DatabaseError } from "../../src/database/error.js";
import type { Step } from "../../src/revision/revision.js";
import { failureOf } from "../desired/files.js";
import { newestServer, servers, skipAloud, withTemporaryDatabase } from "../support/databases.js";

const server = newestServer()?.major ?? 0;
const isAbsent = skipAloud(servers().length === 0, "timeouts and locks: no server runs");

async function run(
  database: Database,
  steps: readonly Step[],
  more: Partial<ExecuteOptions> = {},
  finish: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const stages: string[] = [];
  await execute(database, { id: "0123456789ab", direction: "up", steps, done: 0 }, finish, {
    lockTimeout: "3s",
    pace: usualPace,
    note: () => undefined,
    progress: (stage) => stages.push(stage),
    ...more,
  });
  return stages;
}

const sqlstateOf = (error: unknown) => (error instanceof DatabaseError ? error.sqlstate : String(error));

const step = (mode: Step["mode"], sql: string): Step => ({ mode, comments: [], sql });

describe.skipIf(isAbsent)("a step", () => {
  test.each([
    ["in a transaction", "transaction"],
    ["outside of any", "autocommit"],
  ] as const)(
    "%s takes as long as it takes, whatever statement_timeout the database sets",
    async (_, mode) => {
      await withTemporaryDatabase(server, async (admin, url) => {
        await createJournal(admin);
        await admin.script(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 400', current_database());
        IF current_setting('server_version_num')::integer >= 170000 THEN
          EXECUTE format('ALTER DATABASE %I SET transaction_timeout = 600', current_database());
        END IF; END $$`);
        await withDatabase(url, async (database) => {
          const settings = () =>
            database.query("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')");
          const before = await settings();
          await run(database, [step(mode, "SELECT pg_sleep(0.8)")]);
          expect(await settings()).toEqual(before);
        });
      });
    },
  );

  test.each([
    ["in a transaction", "transaction", "ALTER TABLE t ADD COLUMN b integer"],
    ["outside of any", "autocommit", "CREATE INDEX i ON t (a)"],
  ] as const)("%s waits a moment for a lock, lets others pass and tries again", async (_, mode, sql) => {
    await withTemporaryDatabase(server, async (database, url) => {
      await createJournal(database);
      await database.script("CREATE TABLE t (a integer)");
      await withDatabase(url, async (other) => {
        await other.script("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE");
        const stages: string[] = [];
        const progress = (stage: string) => {
          stages.push(stage);
          void other.script("COMMIT");
        };
        await run(database, [step(mode, sql)], { lockTimeout: "100ms", progress });
        expect(stages).toEqual(["a lock is busy, trying again (1 of 5)"]);
      });
    });
  });

  test.each([
    ["a revision ends in its last transaction", false, "55P03"],
    ["a phase when others can read what it has changed", true, undefined],
  ] as const)("%s", async (_, yields, refused) => {
    await withTemporaryDatabase(server, async (database, url) => {
      await createJournal(database);
      await database.script("CREATE TABLE t (a integer)");
      await withDatabase(url, async (other) => {
        const met: (string | undefined)[] = [];
        const finish = async () => {
          const read = other.script("SET lock_timeout = '100ms'; SELECT count(*) FROM t");
          met.push(await read.then(() => undefined, sqlstateOf));
        };
        await run(database, [step("transaction", "ALTER TABLE t ADD COLUMN b integer")], { yields }, finish);
        expect(met).toEqual([refused]);
      });
    });
  });

  test("of several tables in a phase lets others pass soon", async () => {
    await withTemporaryDatabase(server, async (database, url) => {
      await createJournal(database);
      await database.script("CREATE TABLE a (); CREATE TABLE b ()");
      await withDatabase(url, async (other) => {
        await other.script("BEGIN; LOCK TABLE b IN ROW EXCLUSIVE MODE");
        const asked = (async () => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          await other.script("LOCK TABLE a IN ROW EXCLUSIVE MODE; COMMIT");
        })();
        const both = "LOCK TABLE a IN ACCESS EXCLUSIVE MODE; LOCK TABLE b IN ACCESS EXCLUSIVE MODE";
        const began = performance.now();
        const told: { stage: string; after: number }[] = [];
        const progress = (stage: string) => told.push({ stage, after: performance.now() - began });
        await run(database, [step("transaction", both)], { yields: true, progress });
        await asked;
        expect(told.map(({ stage }) => stage)).toEqual(["a lock is busy, trying again (1 of 20)"]);
        // Half of deadlock_timeout, if it waited as long as it may.
        expect(told[0]?.after).toBeLessThan(450);
      });
    });
  });
});

test.skipIf(isAbsent)("a proxy that pools transactions is noticed before anything is changed", async () => {
  await withTemporaryDatabase(server, (one, url) =>
    withDatabase(url, async (other) => {
      const sessions = [one, other];
      let turn = 0;
      const next = () => sessions[turn++ % sessions.length] ?? one;
      const pooled: Database = {
        ...one,
        engine: "server",
        description: one.description,
        version: one.version,
        query: (text, parameters) => next().query(text, parameters),
        script: (text) => next().script(text),
        transaction: (work, options) => next().transaction(work, options),
      };
      let hasRun = false;
      const failure = await failureOf(
        withAdvisoryLock(pooled, () => {
          hasRun = true;
          return Promise.resolve();
        }),
      );
      expect([failure.code, hasRun]).toEqual(["DM5102", false]);
    }),
  );
});
