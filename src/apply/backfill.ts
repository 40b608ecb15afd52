import type { Database } from "../database/database.js";
import { DmError } from "../error.js";
import { type Backfill, narrowed, readBackfill, tableOf } from "../revision/backfill.js";
import type { Step } from "../revision/revision.js";
import { literal } from "../sql/sql.js";
import { type PaceSettings, paceOf } from "./backfill-pace.js";
import {
  type BackfillPlace,
  type BackfillState,
  beginBackfill,
  beginPass,
  recorded,
} from "./backfill-progress.js";
import { estimateRows, readTable } from "./backfill-table.js";
import { silenceTriggers } from "./backfill-triggers.js";
import { followedBy, unhindered, type Walk, walkThrough } from "./backfill-walk.js";
import { withRetries } from "./retry.js";
import { inOneMessage } from "./script.js";
import { yielding } from "./yielding.js";

/** How much of some work is done. */
export interface Amount {
  readonly done: number;
  /** Estimated. */
  readonly total: number;
  /** Of this run. */
  readonly perSecond: number;
  /** Unknown at the beginning. */
  readonly secondsLeft?: number;
}

export interface BackfillOptions {
  readonly lockTimeout: string;
  readonly pace: PaceSettings;
  readonly progress: (stage: string, amount?: Amount) => void;
  /** Told what a reader should know afterwards. */
  readonly note: (text: string) => void;
}

/**
 * Runs the UPDATE of a backfill step in batches along a key. A batch is one transaction together with the key that it
 * ends at, so that a run that was interrupted, or killed, goes on where it was. At the end no row satisfies the
 * statement's condition any more: what others wrote behind the batches is taken by a further pass, unless the step is for
 * the rows that are there once.
 * @throws DmError DM5401 for a table that cannot be gone through, DM5402 when the condition does not settle.
 */
export async function runBackfill(
  database: Database,
  place: BackfillPlace,
  step: Step,
  options: BackfillOptions,
): Promise<void> {
  const backfill = await readBackfill(step.sql);
  const table = await readTable(database, backfill);
  const triggers = step.triggers ? undefined : await silenceTriggers(database, table, backfill);
  if (triggers?.note !== undefined) options.note(triggers.note);
  const total = await estimateRows(database, tableOf(backfill).text);
  let state = await beginBackfill(database, place, {
    relation: table.relation,
    statement: step.sql,
    walk: followedBy(table),
    total,
  });

  const pace = paceOf(database, options.pace);
  const stage = (pass: number) => `backfilling ${table.relation}${pass > 1 ? `, pass ${pass}` : ""}`;
  const settings = [
    `SET LOCAL lock_timeout = ${literal(options.lockTimeout).text}`,
    yielding(),
    ...unhindered,
    ...(triggers?.setting === undefined ? [] : [triggers.setting]),
  ];

  /** False at the end of the table. */
  async function runBatch(walk: Walk): Promise<boolean> {
    const after = state.key ?? undefined;
    const batch = await walk.next(after, pace.rows);
    if (batch === undefined) return false;
    const run = recorded(narrowed(backfill, walk.range(after, batch.upto)), place, batch);
    const began = performance.now();
    const [, next, others] = await inOneMessage<[never, BackfillState, { waiting: number }]>(
      database,
      settings,
      ...run,
      waitingQuery,
    );
    if (next === undefined) throw new Error("the row of the backfill is gone from dm.backfill");
    state = next;
    pace.took(performance.now() - began, others?.waiting ?? 0);
    return true;
  }

  async function runPass(): Promise<void> {
    const walk = await walkThrough(database, table, backfill, total);
    const meter = meterOf(total, state.seen);
    const retries = { ...options, attempts: 10, also: conflicts, again: pace.collided };
    while (await withRetries(retries, () => runBatch(walk))) {
      const amount = meter(state.seen);
      options.progress(stage(state.pass), amount);
      await pace.rest((waiting) => options.progress(waiting, amount));
    }
  }

  for (;;) {
    await runPass();
    if (step.once) return;
    options.progress(`checking that no row of ${table.relation} is left`);
    const left = await rowsLeft(database, backfill);
    if (left === 0) return;
    const before = state.left;
    state = await beginPass(database, place, left);
    if (before !== null && left >= before) throw unsettled(table.relation, left, step);
  }
}

/** deadlock_detected and serialization_failure: the batch was rolled back and may run again. */
const conflicts = ["40P01", "40001"];

/** How many sessions wait for this one's locks, asked before it gives them up. */
const waitingQuery = `SELECT count(DISTINCT pid)::int4 AS waiting FROM pg_locks
  WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`;

/** How many rows still satisfy the condition; a statement without one is done when every row was met. */
export async function rowsLeft(database: Database, backfill: Backfill): Promise<number> {
  if (backfill.condition === undefined) return 0;
  const query = `SELECT count(*)::float8 AS rows FROM ${tableOf(backfill).text} WHERE ${backfill.condition}`;
  const [found] = await inOneMessage<[{ rows: number }]>(database, unhindered, query);
  return found?.rows ?? 0;
}

function meterOf(total: number, from: number): (seen: number) => Amount {
  const began = performance.now();
  return (seen) => {
    const perSecond = (seen - from) / ((performance.now() - began) / 1000);
    const left = Math.max(total - seen, 0);
    return {
      done: seen,
      total: Math.max(total, seen),
      perSecond,
      ...(perSecond > 0 && { secondsLeft: left / perSecond }),
    };
  };
}

function unsettled(relation: string, left: number, { sql }: Step): DmError {
  return new DmError(
    "DM5402",
    `the backfill of ${relation} does not settle: its condition still holds for ${left} rows`,
    {
      details: [sql.split("\n")[0] ?? ""],
      next: [
        "see them: SELECT … with the same WHERE",
        "either what is set leaves the condition true, or something writes such rows all the time",
        "mend it and run dm again: it goes on from here",
      ],
    },
  );
}
