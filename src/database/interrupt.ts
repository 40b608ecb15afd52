import { DmError, exitCode } from "../error.js";
import type { Database } from "./database.js";

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
  /^(ROLLBACK|DROP DATABASE|DROP OWNED|DROP ROLE|RESET|SELECT pg_advisory_unlock)/.test(text);

/** The same session, which begins nothing new after an interrupt. */
export function interruptible(database: Database): Database {
  const check = (text = "") => {
    if (isInterrupted && !isCleanUp(text)) {
      throw new DmError("DM6006", "interrupted: the database is as after the last completed step", {
        exit: exitCode.interrupted,
      });
    }
  };
  return {
    engine: database.engine,
    description: database.description,
    version: database.version,
    query: async (text, parameters) => {
      check(text);
      return database.query(text, parameters);
    },
    script: async (text) => {
      check(text);
      return database.script(text);
    },
    transaction: async (work, options) => {
      check();
      return database.transaction(work, options);
    },
    trial: async (work) => {
      check();
      return database.trial(work);
    },
    close: () => database.close(),
  };
}
