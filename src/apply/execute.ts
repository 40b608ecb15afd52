import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import { DmError } from "../error.js";
import type { Step } from "../revision/revision.js";
import { literal } from "../sql/sql.js";
import { type Direction, recordProgress } from "./journal.js";

export interface ExecuteOptions {
  /** `lock_timeout` of each transaction, such as `3s`. */
  readonly lockTimeout: string;
  /** How often a transaction that meets the lock timeout is tried again. */
  readonly attempts?: number;
  readonly progress?: (stage: string) => void;
}

/** Steps that share a transaction; `autocommit` is one step outside of any. */
interface Segment {
  readonly steps: readonly Step[];
  readonly autocommit: boolean;
}

function segmentsOf(steps: readonly Step[]): Segment[] {
  const segments: { steps: Step[]; autocommit: boolean }[] = [];
  for (const step of steps) {
    const last = segments.at(-1);
    if (step.mode === "autocommit") segments.push({ steps: [step], autocommit: true });
    else if (last === undefined || last.autocommit || step.mode === "commit") {
      segments.push({ steps: [step], autocommit: false });
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
      if (segment.autocommit) {
        await runAlone(database, segment.steps, options);
        await database.transaction(async () => (isLast ? finish() : recordProgress(database, done)));
      } else {
        await withRetries(options, () =>
          database.transaction(async () => {
            await database.script(
              `SET LOCAL lock_timeout = ${literal(options.lockTimeout).text}; SET LOCAL check_function_bodies = off`,
            );
            for (const step of segment.steps) await runStep(database, step);
            await (isLast ? finish() : recordProgress(database, done));
          }),
        );
      }
    }
    at = end;
  }
  if (segments.length === 0 || at <= revision.done) await database.transaction(finish);
}

async function runStep(database: Database, step: Step): Promise<void> {
  if (step.sql.trim() !== "") await database.script(step.sql);
}

/** Outside of a transaction the timeout is the session's. */
async function runAlone(database: Database, steps: readonly Step[], options: ExecuteOptions): Promise<void> {
  await database.script(`SET lock_timeout = ${literal(options.lockTimeout).text}`);
  try {
    for (const step of steps) await withRetries(options, () => runStep(database, step));
  } finally {
    await database.script("RESET lock_timeout");
  }
}

/** 55P03, lock_not_available, is what a statement ends with at lock_timeout. */
async function withRetries<T>(options: ExecuteOptions, work: () => Promise<T>): Promise<T> {
  const attempts = options.attempts ?? 5;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.sqlstate !== "55P03") throw error;
      if (attempt >= attempts) {
        throw new DmError(
          "DM5103",
          `a lock was not to be had within ${options.lockTimeout}, ${attempts} times`,
          {
            details: ["nothing of this transaction was changed"],
            next: [
              "try again when the long transactions that hold it are over",
              "or raise lock_timeout in dm.yaml",
            ],
            cause: error,
          },
        );
      }
      options.progress?.(`a lock is busy, trying again (${attempt} of ${attempts})`);
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
    }
  }
}
