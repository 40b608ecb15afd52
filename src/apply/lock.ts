import type { Database } from "../database/database.js";
import { DmError, exitCode } from "../error.js";

/** The key of dm's advisory lock: "dm" in ASCII; advisory locks are per database (manual, Advisory Locks). */
const lockKey = 0x646d;

export interface LockOptions {
  /** Milliseconds to wait for another dm; a minute unless given. */
  readonly wait?: number;
  readonly progress?: (stage: string) => void;
}

/**
 * Runs the work while no other dm changes the database: one advisory lock of the session.
 * @throws DmError DM5101 naming who holds it, DM5102 behind a proxy that changes the session between statements.
 */
export async function withAdvisoryLock<T>(
  database: Database,
  work: () => Promise<T>,
  { wait = 60_000, progress }: LockOptions = {},
): Promise<T> {
  if (database.engine === "pglite") return work();
  const deadline = Date.now() + wait;
  while (!(await tryLock(database))) {
    const holder = (await holderOf(database)) ?? "it has just ended";
    if (Date.now() >= deadline) {
      throw new DmError("DM5101", `another dm is changing this database: ${holder}`, {
        at: database.description,
        next: ["wait for it, or end it: SELECT pg_terminate_backend(pid)"],
        exit: exitCode.refused,
      });
    }
    progress?.(`waiting for another dm: ${holder}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    if (!(await isHeldHere(database))) {
      throw new DmError("DM5102", "the connection goes through a proxy that pools transactions", {
        at: database.description,
        details: ["session locks and settings do not hold there"],
        next: ["connect to the server itself, or to the proxy's session-pooling port"],
      });
    }
    return await work();
  } finally {
    await database.query("SELECT pg_advisory_unlock($1)", [lockKey]).catch((error: unknown) => {
      // A lost connection has released it already; what happened to the work is told by its own error.
      progress?.(`the lock went with the connection: ${String(error)}`);
    });
  }
}

/** Who changes the database at this moment, if a dm does. */
export function changingNow(database: Database): Promise<string | undefined> {
  return database.engine === "pglite" ? Promise.resolve(undefined) : holderOf(database);
}

async function tryLock(database: Database): Promise<boolean> {
  const [row] = await database.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [
    lockKey,
  ]);
  return row?.locked === true;
}

/** Whether the session that answers is the one that has the lock. */
async function isHeldHere(database: Database): Promise<boolean> {
  const [row] = await database.query<{ held: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted AND pid = pg_backend_pid()) AS held`,
    [lockKey],
  );
  return row?.held === true;
}

async function holderOf(database: Database): Promise<string | undefined> {
  const [row] = await database.query<{ holder: string }>(
    `SELECT format('pid %s, role %s, from %s, since %s', a.pid, a.usename, coalesce(a.client_addr::text, 'a local socket'),
                   to_char(a.backend_start, 'HH24:MI:SS')) AS holder
     FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.objid = $1 AND l.granted
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [lockKey],
  );
  return row?.holder;
}
