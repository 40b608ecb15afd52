import { describe, expect, test } from "vitest";
import { paceOf, usualPace } from "../../src/apply/backfill-pace.js";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { eachPostgres } from "../support/databases.js";
import { backfill, brisk, emptiedDatabase } from "./backfill.js";
import { pretendStandby } from "./standby.js";

const setup = `CREATE TABLE t (id int PRIMARY KEY, a int, b int, changes int DEFAULT 0);
  INSERT INTO t SELECT i, i FROM generate_series(1, 60) i;`;
const statement = "UPDATE public.t SET b = a, changes = changes + 1 WHERE b IS NULL";

const waiting =
  "SELECT FROM pg_locks WHERE NOT granted AND pid = ANY (ARRAY(SELECT pid FROM pg_stat_activity WHERE datname = current_database()))";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(eachPostgres.filter((one) => one !== "pglite"))("a backfill on a busy %s", (postgres) => {
  const prepare = emptiedDatabase(postgres);

  async function expectAllOnce(database: Database): Promise<void> {
    const query = "SELECT count(*)::int AS n FROM t WHERE b = a AND changes = 1";
    expect(await database.query(query)).toEqual([{ n: 60 }]);
  }

  test("waits for a row that another session holds, and keeps what that wrote", async () => {
    const { database, url } = await prepare(setup);
    await withDatabase(url, async (other) => {
      const stages: string[] = [];
      let ran: ReturnType<typeof backfill> | undefined;
      await other.transaction(async () => {
        await other.query("UPDATE t SET a = 1000 WHERE id = 30");
        ran = backfill(database, statement, {
          lockTimeout: "100ms",
          progress: (stage) => stages.push(stage),
        });
        await until(async () => stages.includes("a lock is busy, trying again (2 of 10)"));
      });
      await ran;
    });
    expect(await database.query("SELECT a, b FROM t WHERE id = 30")).toEqual([{ a: 1000, b: 1000 }]);
    await expectAllOnce(database);
  });

  test("runs a batch again that a serialization failure ended", async () => {
    const { database, url } = await prepare(`${setup} SET default_transaction_isolation = 'repeatable read'`);
    await withDatabase(url, async (other) => {
      let ran: ReturnType<typeof backfill> | undefined;
      await other.transaction(async () => {
        await other.query("UPDATE t SET a = 1000 WHERE id = 30");
        ran = backfill(database, statement);
        await until(async () => (await other.query(waiting)).length > 0);
      });
      expect((await ran)?.stages).toContain("a lock is busy, trying again (1 of 10)");
    });
    await expectAllOnce(database);
  });

  test("runs a batch again that a deadlock ended", async () => {
    const { database, url } = await prepare(`${setup} SET deadlock_timeout = '50ms'`);
    await withDatabase(url, async (other) => {
      await other.script("SET deadlock_timeout = '20s'");
      let ran: ReturnType<typeof backfill> | undefined;
      await other.transaction(async () => {
        await other.query("UPDATE t SET a = 1000 WHERE id = 5");
        ran = backfill(database, statement);
        await until(async () => (await other.query(waiting)).length > 0);
        await other.query("UPDATE t SET a = 1000 WHERE id = 1");
      });
      expect((await ran)?.stages).toContain("a lock is busy, trying again (1 of 10)");
    });
    await expectAllOnce(database);
  });

  test("gives up its batch before a deadlock ends somebody else's transaction", async () => {
    const { database, url } = await prepare(setup);
    const waits = async (one: Database, count: number) =>
      until(async () => (await one.query(waiting)).length >= count);
    await withDatabase(url, (third) =>
      withDatabase(url, async (other) => {
        await third.script("BEGIN; UPDATE t SET a = 1000 WHERE id = 3");
        await other.script("BEGIN; UPDATE t SET a = 1000 WHERE id = 5");
        const ran = backfill(database, statement);
        await waits(third, 1);
        // It has waited longer than the batch by the time that these wait for each other.
        const asked = other.script("UPDATE t SET a = 1000 WHERE id = 1; COMMIT");
        await waits(third, 2);
        await third.script("COMMIT");
        await asked;
        expect((await ran).stages).toContain("a lock is busy, trying again (1 of 10)");
      }),
    );
    await expectAllOnce(database);
  });

  test("takes smaller batches while others wait for it", async () => {
    const { database, url } = await prepare(setup);
    const done: number[] = [];
    await withDatabase(url, async (other) => {
      const slow =
        "UPDATE public.t SET b = a + length(pg_sleep(0.05)::text), changes = changes + 1 WHERE b IS NULL";
      const ran = backfill(database, slow, {
        pace: { ...brisk, target: 2_000, batch: { min: 1, max: 20 } },
        progress: (_, amount) => amount && done.push(amount.done),
      });
      const sleeping =
        "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
      await until(async () => (await other.query(sleeping)).length > 0);
      // It sleeps before it locks a row: by then it is at a later one.
      await pause(150);
      await other.query("UPDATE t SET a = a WHERE id = 1");
      await ran;
    });
    expect(done.slice(0, 2)).toEqual([20, 30]);
    await expectAllOnce(database);
  });

  test("waits for a standby that is behind", async () => {
    const { database, url } = await prepare(setup);
    const standby = await pretendStandby(database, url);
    try {
      await standby.claim(-1_000_000);
      await until(
        async () =>
          (await database.query("SELECT FROM pg_stat_replication WHERE replay_lsn IS NOT NULL")).length > 0,
      );
      const stages: string[] = [];
      const ran = backfill(database, statement, {
        pace: { ...brisk, maxLag: { bytes: 100_000 } },
        progress: (stage) => {
          stages.push(stage);
          if (stage.startsWith("waiting")) void standby.claim(100_000_000);
        },
      });
      await ran;
      expect(stages).toContainEqual(expect.stringMatching(/^waiting for a standby that is .* behind$/));
    } finally {
      await standby.end();
    }
    await expectAllOnce(database);
  });
});

test("a batch grows and shrinks towards the time that it should take", () => {
  const idle = { engine: "pglite" } as Database;
  const pace = paceOf(idle, { ...usualPace, batch: { min: 500, max: 3000 } });
  const sizes = [100, 100, 200, 150, 400, 900, 900].map((milliseconds) => {
    pace.took(milliseconds, 0);
    return pace.rows;
  });
  expect(sizes).toEqual([2000, 3000, 3000, 3000, 1500, 750, 500]);
  pace.took(0, 0);
  expect(pace.rows).toBe(1000);
  pace.took(0, 1);
  expect(pace.rows).toBe(500);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("it never happened");
    await pause(20);
  }
}
