import type { Database } from "../database/database.js";
import { DmError } from "../error.js";
import type { Step } from "../revision/revision.js";
import { literal } from "../sql/sql.js";
import { type BackfillOptions, runBackfill } from "./backfill.js";
import { forgetBackfills } from "./backfill-progress.js";
import { type Concurrent, readConcurrent } from "./concurrently.js";
import { pastViews } from "./frozen-views.js";
import { type Direction, forgetProgress, type Progress, recordProgress } from "./journal.js";
import { type RestoredValues, restoredIn } from "./restored.js";
import { withRetries } from "./retry.js";
import { yielding } from "./yielding.js";

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

/** deadlock_detected. */
const deadlock = "40P01";

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
 * commits together with what it tells of; a revision that commits more than once records how far it got. So does a phase,
 * which finishes when others no longer wait for what its last transaction has locked.
 * @param revision its `done` steps an earlier, interrupted run has committed, and `isBegun` the next one perhaps.
 */
export async function execute(
  database: Database,
  revision: {
    readonly id: string;
    readonly direction: Direction;
    readonly steps: readonly Step[];
    readonly done: number;
    readonly isBegun?: boolean;
    /** What the journal says all the while of steps that are made anew each time. */
    readonly turned?: number;
  },
  finish: () => Promise<void>,
  options: ExecuteOptions,
): Promise<void> {
  const segments = segmentsOf(revision.steps);
  const { id, direction, turned } = revision;
  const isFinishedApart = options.yields === true && segments.at(-1)?.mode === "transaction";
  const progressAt = (done: number): Progress => ({ id, direction, done: turned ?? done });
  if (turned !== undefined && segments.length > 1)
    await database.transaction(() => recordProgress(database, progressAt(0)));
  let at = 0;
  for (const [index, segment] of segments.entries()) {
    const end = at + segment.steps.length;
    const isLast = index === segments.length - 1;
    if (end > revision.done) {
      const done = progressAt(end);
      if (segment.mode !== "transaction") {
        const before = progressAt(at);
        const isAgain = revision.isBegun === true && at === revision.done;
        if (segment.mode === "autocommit") await alone(database, before, segment.steps, options, isAgain);
        else await backfill(database, before, segment.steps, options);
        await database.transaction(async () => {
          await forgetBackfills(database, revision.id);
          await (isLast ? finish() : recordProgress(database, done));
        });
      } else {
        // The transaction was rolled back and may run again.
        const frozen = (view: string) =>
          options.note?.(`${view} in quarantine is a table by now: what it reads changes`);
        let turn = 0;
        const attempt = () => {
          const settings = timeouts(database, options, "SET LOCAL", ++turn);
          return database.transaction(async () => {
            await database.script([...settings, "SET LOCAL check_function_bodies = off"].join("; "));
            for (const step of segment.steps) await runStep(database, step, options);
            await (isLast && !isFinishedApart ? finish() : recordProgress(database, done));
          });
        };
        const retries = { ...options, also: [deadlock], ...(options.yields === true && yieldingAttempts) };
        await pastViews(database, () => withRetries(retries, attempt), frozen);
      }
    }
    at = end;
  }
  if (isFinishedApart || at <= revision.done) await database.transaction(finish);
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
  attempt = 1,
): string[] {
  return [
    `${set} lock_timeout = ${literal(lockTimeout).text}`,
    ...(yields === true ? [yielding(patience(attempt))] : []),
    `${set} statement_timeout = 0`,
    ...(version.major >= 17 ? [`${set} transaction_timeout = 0`] : []),
  ];
}

/**
 * Where a transaction needs several tables, others may hold one and wait for another one that it has: that is no matter
 * of patience but of the moment, so it tries often and waits briefly at first.
 */
const yieldingAttempts = { attempts: 20, longestPause: 2000 };
const patience = (attempt: number) => 50 * 2 ** attempt;

/**
 * Outside of any transaction. What works concurrently is recorded before it begins, so that what an interrupted attempt
 * leaves is known for what it is; a first step that fails and leaves nothing has not begun.
 */
async function alone(
  database: Database,
  before: Progress,
  steps: readonly Step[],
  options: ExecuteOptions,
  isAgain: boolean,
): Promise<void> {
  for (const step of steps) {
    const concurrent = await readConcurrent(step.sql);
    if (concurrent !== undefined) await database.transaction(() => recordProgress(database, before));
    try {
      await runAlone(database, step, concurrent, options, isAgain);
    } catch (error) {
      if (concurrent !== undefined) await leaveNothing(database, before, concurrent);
      throw error;
    }
  }
}

/** Takes back what a failed statement did; where its connection is lost, the next run does. */
async function leaveNothing(
  database: Database,
  { id, done }: Progress,
  concurrent: Concurrent,
): Promise<void> {
  try {
    const isUndone = await concurrent.undo(database);
    if (isUndone && done === 0) await database.transaction(() => forgetProgress(database, id));
  } catch (error) {
    if (!(error instanceof DmError)) throw error;
  }
}

/** The timeouts are the session's. A statement in nobody's way waits for old transactions as long as these last. */
async function runAlone(
  database: Database,
  step: Step,
  concurrent: Concurrent | undefined,
  options: ExecuteOptions,
  isAgain: boolean,
): Promise<void> {
  const lockTimeout = concurrent?.isPatient === true ? "0" : options.lockTimeout;
  const settings = timeouts(database, { ...options, lockTimeout, yields: false }, "SET");
  await database.script(settings.join("; "));
  let attempts = isAgain ? 1 : 0;
  const attempt = async () => {
    const left = concurrent === undefined ? step.sql : await concurrent.remaining(database, attempts++ > 0);
    if (left !== undefined) await runStep(database, { ...step, sql: left }, options);
  };
  try {
    await withRetries({ ...options, also: concurrent === undefined ? [] : [deadlock] }, attempt);
  } finally {
    await database.script(settings.map((one) => one.replace(/^SET (\w+) .*/, "RESET $1")).join("; "));
  }
}
