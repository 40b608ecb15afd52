import { appendFile, mkdir } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { dirname } from "node:path";
import { type JournalEntry, type JournalLine, journalLines } from "../apply/journal.js";
import { maskPassword } from "../database/connect.js";
import type { Database } from "../database/database.js";
import { DmError } from "../error.js";
import { version } from "../version.js";
import type { Project } from "./config.js";
import { type Progress, silent, withTarget } from "./target.js";

export interface LogRequest {
  /** The beginning of a revision's id. */
  readonly revision?: string;
  /** Dates or times, as JavaScript reads them; a date alone is its first moment in UTC, for `until` its last. */
  readonly since?: string;
  readonly until?: string;
  /** Only what failed. */
  readonly failed?: boolean;
  readonly progress?: Progress;
}

/**
 * The journal of the environment's database, oldest first.
 * @throws DmError DM6008 for what is no time.
 */
export async function readLog(project: Project, request: LogRequest = {}): Promise<readonly JournalLine[]> {
  const since = request.since === undefined ? undefined : timeOf(request.since, "T00:00:00.000Z");
  const until = request.until === undefined ? undefined : timeOf(request.until, "T23:59:59.999Z");
  const lines = await withTarget(project, request.progress ?? silent, journalLines);
  return lines.filter(
    ({ revision, at, error }) =>
      revision.startsWith(request.revision ?? "") &&
      (since === undefined || Date.parse(at) >= since) &&
      (until === undefined || Date.parse(at) <= until) &&
      (request.failed !== true || error !== undefined),
  );
}

function timeOf(text: string, ofDay: string): number {
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}${ofDay}` : text);
  if (!Number.isNaN(time)) return time;
  throw new DmError("DM6008", `"${text}" is no time`, {
    next: ["a date: 2025-03-04", "or a time: 2025-03-04T09:12:45Z"],
  });
}

/**
 * Adds a line to the log file of the project, where it has one. What it cannot write becomes a note: the database is
 * changed already, and its journal has it.
 */
export async function appendLog(
  { project, target, notes }: { project: Project; target: Database; notes: string[] },
  { error, author, ...entry }: JournalEntry,
): Promise<void> {
  const { logFile, environment } = project;
  if (logFile === undefined) return;
  const line = {
    at: new Date().toISOString(),
    ...entry,
    environment: environment.name,
    database: maskPassword(target.description),
    role: await roleOf(target),
    osUser: userInfo().username,
    host: hostname(),
    dmVersion: version,
    author: author ?? null,
    error: error === undefined ? null : { sqlstate: error.sqlstate ?? null, message: error.message },
  };
  try {
    await mkdir(dirname(logFile), { recursive: true });
    await appendFile(logFile, `${JSON.stringify(line)}\n`);
  } catch (cause) {
    notes.push(`the log file cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Nothing where the connection is gone. */
async function roleOf(target: Database): Promise<string | null> {
  try {
    const [row] = await target.query<{ role: string }>("SELECT current_user::text AS role");
    return row?.role ?? null;
  } catch (error) {
    if (!(error instanceof DmError)) throw error;
    return null;
  }
}
