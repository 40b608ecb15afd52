import type { Database } from "../database/database.js";
import type { Step } from "../revision/revision.js";
import { literal } from "../sql/sql.js";
import { type BackfillOptions, runBackfill } from "./backfill.js";
import { forgetBackfills } from "./backfill-progress.js";
import { type Direction, type Progress, recordProgress } from "./journal.js";
import { type RestoredValues, restoredIn } from "./restored.js";
import { withRetries } from "./retry.js";

/** `lockTimeout` is that of each transaction, such as `3s`. */
export interface ExecuteOptions extends BackfillOptions {
  /** Others come first: of two transactions that wait for each other, this one gives up. */
  readonly yields?: boolean;
  /** Told what a way back says of values. */
  readonly restored?: (values: RestoredValues) => void;
}

/** Steps that share a transaction; `autocommit` and `backfill` are one step outside of any. */
interface Segment {
  readonly steps: readonly Step[];
  readonly mode: "transaction" | "autocommit" | "backfill";
}

function segmentsOf(steps: readonly Step[]): Segment[] {
  const segments: { steps: Step[]; mode: Segment["mode"] }[] = [];
  for (const step of steps) {
    const last = segments.at(-1);
    if (step.mode === "autocommit" || step.mode === "backfill") {
      segments.push({ steps: [step], mode: step.mode });
    } else if (last?.mode !== "transaction" || step.mode === "commit") {
      segments.push({ steps: [step], mode: "transaction" });
    } else last.steps.push(step);
  }
  return segments;
}

/**
 * Runs the steps of one direction of a revision. The last transaction ends with `finish`, so that the journal's row
 * commits together with what it tells of; a revision that commits more than once records how far it got.
 * @param done steps that an earlier, interrupted run has committed.
 */
export async function execute(
  database: Database,
  revision: {
    readonly id: string;
    readonly direction: Direction;
    readonly steps: readonly Step[];
    readonly done: number;
  },
  finish: () => Promise<void>,
  options: ExecuteOptions,
): Promise<void> {
  const segments = segmentsOf(revision.steps);
  let at = 0;
  for (const [index, segment] of segments.entries()) {
    const end = at + segment.steps.length;
    const isLast = index === segments.length - 1;
    if (end > revision.done) {
      const done = { id: revision.id, direction: revision.direction, done: end };
      if (segment.mode !== "transaction") {
        if (segment.mode === "autocommit") await runAlone(database, segment.steps, options);
        else await backfill(database, { ...done, done: at }, segment.steps, options);
        await database.transaction(async () => {
          await forgetBackfills(database, revision.id);
          await (isLast ? finish() : recordProgress(database, done));
        });
      } else {
        // deadlock_detected: the transaction was rolled back and may run again.
        await withRetries({ ...options, also: ["40P01"] }, () =>
          database.transaction(async () => {
            await database.script(
              [...timeouts(database, options, "SET LOCAL"), "SET LOCAL check_function_bodies = off"].join(
                "; ",
              ),
            );
            for (const step of segment.steps) await runStep(database, step, options);
            await (isLast ? finish() : recordProgress(database, done));
          }),
        );
      }
    }
    at = end;
  }
  if (segments.length === 0 || at <= revision.done) await database.transaction(finish);
}

/** That it has begun is recorded first, so that it can be gone on with, or taken back. */
async function backfill(
  database: Database,
  before: Progress,
  steps: readonly Step[],
  options: ExecuteOptions,
): Promise<void> {
  await database.transaction(() => recordProgress(database, before));
  const place = { id: before.id, direction: before.direction, step: before.done };
  for (const step of steps) await runBackfill(database, place, step, options);
}

async function runStep(database: Database, step: Step, { restored }: ExecuteOptions): Promise<void> {
  if (step.sql.trim() === "") return;
  for (const row of (await database.script(step.sql)).flat()) {
    const values = restoredIn(row);
    if (values !== undefined) restored?.(values);
  }
}

/**
 * A step waits for a lock only so long, because others queue behind it; once it has that, it takes as long as it takes:
 * a role's or a database's own timeout would end a VALIDATE or an index build on a large table each time anew.
 */
function timeouts(
  { version }: Database,
  { lockTimeout, yields }: ExecuteOptions,
  set: "SET" | "SET LOCAL",
): string[] {
  return [
    `${set} lock_timeout = ${literal(lockTimeout).text}`,
    ...(yields === true ? [yielding] : []),
    `${set} statement_timeout = 0`,
    ...(version.major >= 17 ? [`${set} transaction_timeout = 0`] : []),
  ];
}

/**
 * A deadlock ends the transaction that has waited for deadlock_timeout first (manual, Deadlocks): not the application's,
 * if this one gives up its turn before.
 */
const yielding = `SELECT set_config('lock_timeout', least(nullif(l.setting::int, 0), d.setting::int / 2)::text, true)
  FROM pg_settings l, pg_settings d WHERE l.name = 'lock_timeout' AND d.name = 'deadlock_timeout'`;

/** Outside of a transaction the timeouts are the session's. */
async function runAlone(database: Database, steps: readonly Step[], options: ExecuteOptions): Promise<void> {
  const settings = timeouts(database, { ...options, yields: false }, "SET");
  await database.script(settings.join("; "));
  try {
    for (const step of steps) await withRetries(options, () => runStep(database, step, options));
  } finally {
    await database.script(settings.map((one) => one.replace(/^SET (\w+) .*/, "RESET $1")).join("; "));
  }
}
