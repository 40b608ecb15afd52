import { describe, expect, it } from "vitest";
import { usualPace } from "../../src/apply/backfill-pace.js";
import { readConcurrent } from "../../src/apply/concurrently.js";
import { execute } from "../../src/apply/execute.js";
import { createJournal, forgetProgress, unfinished } from "../../src/apply/journal.js";
import { connect, withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { endsOfPostgres, servers, skipAloud, withTemporaryDatabase } from "../support/databases.js";

const id = "0123456789ab";

/** Runs one step outside of a transaction, as an apply does that goes on where an earlier one ended. */
async function run(database: Database, sql: string): Promise<void> {
  const begun = await unfinished(database);
  const step = { mode: "autocommit", comments: [], sql } as const;
  const finish = () => forgetProgress(database, id);
  const options = { lockTimeout: "300ms", pace: usualPace, note: () => undefined, progress: () => undefined };
  const revision = { id, direction: "up", steps: [step], done: begun?.done ?? 0 } as const;
  await execute(database, { ...revision, isBegun: begun !== undefined }, finish, options);
}

const tables = `
  CREATE TABLE t (a integer, b integer);
  CREATE INDEX old ON t (b);
  INSERT INTO t SELECT i, i FROM generate_series(1, 100) AS i;
  CREATE TABLE p (a integer) PARTITION BY RANGE (a);
  CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
  CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);`;

/** Indexes with their marks, and the partitions of p. */
const there = async (database: Database) => {
  const rows = await database.query<{ what: string }>(
    `SELECT indexrelid::regclass || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END AS what
     FROM pg_index WHERE indrelid = 't'::regclass
     UNION ALL SELECT inhrelid::regclass || CASE WHEN inhdetachpending THEN ' PENDING' ELSE '' END
     FROM pg_inherits WHERE inhparent = 'p'::regclass ORDER BY 1`,
  );
  return rows.map(({ what }) => what);
};

const onServers = endsOfPostgres.filter((one) => one !== "pglite");
const isAbsent = skipAloud(servers().length === 0, "interrupted statements: no server runs");

describe.skipIf(isAbsent).each(onServers)("a statement that works concurrently on %s", (postgres) => {
  it.each([
    ["CREATE INDEX CONCURRENTLY i ON t (a)", ["i INVALID", "old", "p1", "p2"], ["i", "old", "p1", "p2"]],
    ["DROP INDEX CONCURRENTLY old", ["old INVALID", "p1", "p2"], ["p1", "p2"]],
    ["REINDEX INDEX CONCURRENTLY old", ["old", "old_ccnew INVALID", "p1", "p2"], ["old", "p1", "p2"]],
    ["ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", ["old", "p1 PENDING", "p2"], ["old", "p2"]],
  ])("is finished after its connection was lost: %s", async (sql, left, wanted) => {
    await withTemporaryDatabase(postgres, async (admin, url) => {
      await createJournal(admin);
      await admin.script(tables);
      // An old transaction keeps it waiting in the middle of its work.
      await withDatabase(url, async (other) => {
        await other.script("BEGIN; SELECT count(*) FROM p; INSERT INTO t VALUES (0, 0)");
        const victim = await connect(url);
        const [me] = await victim.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        const ending = run(victim, sql).then(
          () => "ended by itself",
          () => "lost",
        );
        await waitUntil(async () => JSON.stringify(await there(admin)) === JSON.stringify(left));
        await admin.query("SELECT pg_terminate_backend($1)", [me?.pid]);
        expect(await ending).toBe("lost");
        await victim.close();
        await other.script("COMMIT");
      });
      expect(await there(admin)).toEqual(left);
      await withDatabase(url, (database) => run(database, sql));
      expect(await there(admin)).toEqual(wanted);
      expect(await unfinished(admin)).toBeUndefined();
    });
  });

  it("waits for old transactions, whatever lock_timeout is", async () => {
    await withTemporaryDatabase(postgres, async (database, url) => {
      await createJournal(database);
      await database.script(tables);
      await withDatabase(url, async (other) => {
        await other.script("BEGIN; INSERT INTO t VALUES (0, 0)");
        setTimeout(() => void other.script("COMMIT"), 600);
        await run(database, "CREATE INDEX CONCURRENTLY i ON t (a)");
      });
      expect(await there(database)).toEqual(["i", "old", "p1", "p2"]);
    });
  });
});

describe.each(endsOfPostgres)("a concurrent index on %s", (postgres) => {
  it("that fails on the rows leaves nothing, and is no beginning", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      await createJournal(database);
      await database.script(`${tables} INSERT INTO t VALUES (1, 1)`);
      const sql = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)";
      await expect(run(database, sql)).rejects.toThrow("could not create unique index");
      expect(await there(database)).toEqual(["old", "p1", "p2"]);
      expect(await unfinished(database)).toBeUndefined();
      await database.script("DELETE FROM t WHERE a = 1");
      await run(database, sql);
      expect(await there(database)).toEqual(["i", "old", "p1", "p2"]);
    });
  });

  it.skipIf(postgres === "pglite")(
    "is not built again where it was built and nobody had noted it",
    async () => {
      await withTemporaryDatabase(postgres, async (database) => {
        await database.script(tables);
        const again = async (sql: string) => (await readConcurrent(sql))?.remaining(database, true);
        expect(await again("CREATE INDEX CONCURRENTLY old ON t (b)")).toBeUndefined();
        expect(await again("DROP INDEX CONCURRENTLY gone")).toBeUndefined();
        expect(await again("ALTER TABLE p DETACH PARTITION t CONCURRENTLY")).toBeUndefined();
        const create = "CREATE INDEX CONCURRENTLY i ON t (b)";
        expect(await again(create)).toBe(create);
        expect(await readConcurrent("CREATE INDEX i ON t (b) -- CONCURRENTLY")).toBeUndefined();
      });
    },
  );
});

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await isSo()); turn++) {
    if (turn > 200) throw new Error("it never came to that");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
