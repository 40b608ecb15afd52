import { DatabaseError } from "../database/error.js";
import { onInterrupt } from "../database/interrupt.js";
import { DmError } from "../error.js";

export interface RetryOptions {
  /** `lock_timeout` of the work, for messages. */
  readonly lockTimeout: string;
  readonly attempts?: number;
  /** Milliseconds; pauses grow until then. */
  readonly longestPause?: number;
  /** What else is worth another try beside a lock that is busy, as SQLSTATEs. */
  readonly also?: readonly string[];
  /** Told before each further attempt. */
  readonly again?: () => void;
  readonly progress?: (stage: string) => void;
}

/** lock_not_available: what a statement ends with at lock_timeout. */
const lockTimeout = "55P03";

/**
 * Does the work again, after longer and longer pauses, while it ends at the lock timeout.
 * @throws DmError DM5103 after the last attempt.
 */
export async function withRetries<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { attempts = 5, longestPause = 10_000, also = [], again, progress } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError) || ![lockTimeout, ...also].includes(error.sqlstate)) throw error;
      if (attempt >= attempts) {
        if (error.sqlstate !== lockTimeout) throw error;
        throw busy(options.lockTimeout, attempts, error);
      }
      progress?.(`a lock is busy, trying again (${attempt} of ${attempts})`);
      again?.();
      await sleep(Math.min(250 * 2 ** attempt, longestPause));
    }
  }
}

/** Waits; an interrupt ends it at once. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    const forget = onInterrupt(end);
  });
}

function busy(timeout: string, attempts: number, cause: unknown): DmError {
  return new DmError("DM5103", `a lock was not to be had within ${timeout}, ${attempts} times`, {
    details: ["nothing of this transaction was changed"],
    next: ["try again when the long transactions that hold it are over", "or raise lock_timeout in dm.yaml"],
    cause,
  });
}
