import { connect } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import type { Revision, Step } from "../../src/revision/revision.js";
import type { Postgres } from "../support/databases.js";

/** What an application does with the database: one transaction; `at` is another number each time. */
export type Client = (database: Database, at: number) => Promise<unknown>;

/** An application runs beside the work, on connections of its own; what it gets to see as an error fails the test. */
export async function besideClients<T>(
  postgres: Postgres,
  url: string,
  client: Client,
  work: () => Promise<T>,
): Promise<T> {
  if (postgres === "pglite") return work();
  let isOver = false;
  const loop = async (first: number): Promise<number> => {
    const database = await connect(url);
    let turns = 0;
    try {
      // Sleep as a person between two clicks: a client that never pauses starves the server of a test.
      for (; !isOver; turns++) {
        await client(database, first + turns);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    } finally {
      await database.close();
    }
    return turns;
  };
  const loops = Promise.all([loop(1_000_000), loop(2_000_000)]);
  const [worked, turns] = await Promise.allSettled([
    work().finally(() => {
      isOver = true;
    }),
    loops,
  ]);
  if (turns.status === "rejected") throw turns.reason;
  if (worked.status === "rejected") throw worked.reason;
  if (turns.value.some((count) => count < 2)) throw new Error(`they hardly ran: ${turns.value.join(", ")}`);
  return worked.value;
}

/**
 * Loses the work's connection while it builds or drops an index concurrently: an old snapshot keeps it waiting, and then
 * its session is ended.
 * @param table one that the work builds or drops an index of.
 * @param read what somebody has read and still looks at: only who has read the table keeps a drop waiting.
 */
export async function interrupted(
  url: string,
  table: string,
  work: () => Promise<unknown>,
  read = "pg_class",
): Promise<void> {
  const [other, admin] = [await connect(url), await connect(url)];
  try {
    await other.script(`BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM ${read}`);
    const ended = work().then(
      () => "done",
      () => "lost",
    );
    for (let turn = 0, pid: number | undefined; pid === undefined; turn++) {
      if (turn > 400) throw new Error("no index was built or dropped concurrently");
      await new Promise((resolve) => setTimeout(resolve, 50));
      const [found] = await admin.query<{ pid: number }>(
        `SELECT a.pid FROM pg_stat_activity a, pg_index i
         WHERE i.indrelid = $1::regclass AND NOT i.indisvalid AND a.datname = current_database()
           AND a.query LIKE '%INDEX CONCURRENTLY%' AND a.wait_event_type = 'Lock'`,
        [table],
      );
      pid = found?.pid;
      if (pid !== undefined) await admin.query("SELECT pg_terminate_backend($1)", [pid]);
    }
    const outcome = await ended;
    if (outcome !== "lost") throw new Error(`the work ${outcome}`);
  } finally {
    await other.close();
    await admin.close();
  }
}

/** Runs the steps as they are, and the application's transaction before each and after the last. */
export async function stepByStep(
  database: Database,
  revisions: readonly Revision[],
  client: Client,
): Promise<number> {
  let turns = 0;
  for (const steps of revisions.flatMap(({ up }) => transactionsOf(up))) {
    await client(database, 3_000_000 + turns++);
    const [only] = steps;
    if (only !== undefined && (only.mode === "autocommit" || only.mode === "backfill"))
      await database.script(only.sql);
    else {
      await database.transaction(async () => {
        for (const { sql } of steps) await database.script(sql);
      });
    }
  }
  await client(database, 3_000_000 + turns++);
  return turns;
}

function transactionsOf(steps: readonly Step[]): Step[][] {
  const transactions: Step[][] = [];
  for (const step of steps) {
    if (step.mode === "transaction" && transactions.length > 0) transactions.at(-1)?.push(step);
    else transactions.push([step]);
  }
  return transactions;
}
