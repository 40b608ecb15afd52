import { DmError, exitCode } from "../error.js";
import type { Database } from "./database.js";
import { DatabaseError } from "./error.js";

let isInterrupted = false;
const cancellers = new Set<() => void>();

/**
 * Stops what runs: the statement under way is cancelled where the engine can, no further one is begun, and open
 * transactions are rolled back on the way out.
 */
export function interrupt(): void {
  isInterrupted = true;
  for (const cancel of cancellers) cancel();
}

/** Registers how a session's running statement is cancelled; the returned function takes it back. */
export function onInterrupt(cancel: () => void): () => void {
  cancellers.add(cancel);
  return () => cancellers.delete(cancel);
}

/** What must still run after an interrupt: it leaves nothing behind. */
const isCleanUp = (text: string) =>
  /^(ROLLBACK|DROP DATABASE|DROP OWNED|DROP ROLE|RESET|SELECT pg_advisory_unlock|DO \$dm_leaves_nothing\$)/.test(
    text,
  );

/** A DO statement of PL/pgSQL that still runs after an interrupt. */
export const leavesNothing = (block: string) => `DO $dm_leaves_nothing$ ${block} $dm_leaves_nothing$`;

function interrupted(cause?: unknown): DmError {
  return new DmError("DM6006", "interrupted: the database is as after the last completed step", {
    exit: exitCode.interrupted,
    cause,
  });
}

/** A cancel that was meant for the statement before can arrive late and hit this one: it is run again. */
async function insistently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.sqlstate !== "57014" || tries === 3) throw error;
    }
  }
}

/** The same session, which begins nothing new after an interrupt. */
export function interruptible(database: Database): Database {
  async function guarded<T>(text: string, work: () => Promise<T>): Promise<T> {
    if (isInterrupted) {
      if (isCleanUp(text)) return insistently(work);
      throw interrupted();
    }
    try {
      return await work();
    } catch (error) {
      // Whatever the cancelled statement says, the interrupt is why.
      if (isInterrupted && !(error instanceof DmError && error.exit === exitCode.interrupted))
        throw interrupted(error);
      throw error;
    }
  }
  return {
    engine: database.engine,
    description: database.description,
    version: database.version,
    query: (text, parameters) => guarded(text, () => database.query(text, parameters)),
    script: (text) => guarded(text, () => database.script(text)),
    transaction: (work, options) => guarded("", () => database.transaction(work, options)),
    trial: (work) => guarded("", () => database.trial(work)),
    close: () => database.close(),
  };
}
