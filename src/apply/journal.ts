import { hostname, userInfo } from "node:os";
import type { Catalog } from "../catalog/catalog.js";
import { readSnapshot, writeSnapshot } from "../catalog/snapshot.js";
import type { Database } from "../database/database.js";
import { DmError } from "../error.js";
import { withNeeds } from "../manage/surroundings.js";
import { forgetBackfills } from "./backfill-progress.js";

export type Direction = "up" | "down";

/** A revision as the target knows it: what ran, not what a file says now. */
export interface JournaledRevision {
  readonly id: string;
  readonly checksum: string;
  readonly content: string;
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly milliseconds: number;
}

/** How far a revision got that commits more than once. */
export interface Progress {
  readonly id: string;
  readonly direction: Direction;
  /**
   * Steps that are done and committed; a step that has begun outside of a transaction leaves 0 where it is the first.
   * See {@link turnedBack} for one below that.
   */
  readonly done: number;
}

/**
 * How `done` tells of a revision that is taken back from the middle of its way up, by steps that are not its own: its
 * steps up that were done. And these, of that.
 */
export function turnedBack(done: number): number {
  return -1 - done;
}

/** The catalog as the last apply left it. */
export interface RecordedState {
  readonly catalog: Catalog;
  readonly at: string;
}

export interface JournalEntry {
  readonly revision: string;
  readonly direction: Direction | "stamp" | "restore" | "purge";
  readonly milliseconds: number;
  /** What was brought back or destroyed: `table app.letter, 12 rows`. */
  readonly about?: string;
  readonly error?: { readonly sqlstate?: string; readonly message: string };
  /** Who wrote the revision, as git names them. */
  readonly author?: string;
}

/** An entry as the journal keeps it. */
export interface JournalLine extends JournalEntry {
  /** ISO 8601, UTC, when the revision had ended. */
  readonly at: string;
  readonly role: string;
  readonly osUser: string;
  readonly host: string;
  readonly dmVersion: string;
}

const tables = `
CREATE SCHEMA IF NOT EXISTS dm;
COMMENT ON SCHEMA dm IS 'dm: applied revisions, their journal and the catalog as it must be';
CREATE TABLE dm.revision (
  id text PRIMARY KEY,
  checksum text NOT NULL,
  content text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  applied_by text NOT NULL,
  milliseconds bigint NOT NULL
);
CREATE TABLE dm.progress (
  id text PRIMARY KEY,
  direction text NOT NULL,
  done integer NOT NULL
);
CREATE TABLE dm.journal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  revision text NOT NULL,
  direction text NOT NULL,
  role text NOT NULL DEFAULT current_user,
  os_user text NOT NULL,
  host text NOT NULL,
  dm_version text NOT NULL,
  milliseconds bigint NOT NULL,
  sqlstate text,
  error text,
  about text,
  author text
);
CREATE TABLE dm.state (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  recorded_at timestamptz NOT NULL,
  fingerprint text NOT NULL,
  snapshot text NOT NULL
)`;

/** Whether the target has a journal. Reading must work for roles that may not see it. */
export async function hasJournal(database: Database): Promise<boolean> {
  const [row] = await database.query<{ there: boolean }>(
    "SELECT to_regclass('dm.revision') IS NOT NULL AS there",
  );
  return row?.there === true;
}

/**
 * Makes the journal where there is none yet.
 * @throws DmError DM5001 when the schema `dm` is somebody else's.
 */
export async function createJournal(database: Database): Promise<void> {
  if (await hasJournal(database)) return;
  const [row] = await database.query<{ taken: boolean }>(
    "SELECT to_regnamespace('dm') IS NOT NULL AND to_regclass('dm.archive') IS NULL AS taken",
  );
  if (row?.taken === true) {
    throw new DmError("DM5001", "the schema dm exists and is not dm's journal", {
      at: database.description,
      next: ["rename it: ALTER SCHEMA dm RENAME TO …; dm keeps its journal in a schema of that name"],
    });
  }
  await database.transaction(() => database.script(tables));
}

/** Which of the columns that journals of earlier versions lack this one has. */
async function laterColumns(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = 'dm.journal'::regclass AND attname IN ('about', 'author') AND NOT attisdropped`,
  );
  return rows.map(({ name }) => name);
}

/** The whole journal, oldest first. */
export async function journalLines(database: Database): Promise<JournalLine[]> {
  if (!(await hasJournal(database))) return [];
  const there = await laterColumns(database);
  const later = (name: string) => `${there.includes(name) ? name : "NULL::text"} AS ${name}`;
  const rows = await database.query<
    Omit<JournalLine, "error" | "about" | "author"> & Record<string, string | null>
  >(
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, revision, direction, role,
            os_user AS "osUser", host, dm_version AS "dmVersion", milliseconds::float8 AS milliseconds,
            sqlstate, error AS message, ${later("about")}, ${later("author")}
     FROM dm.journal ORDER BY dm.journal.at, id`,
  );
  return rows.map(({ sqlstate, message, about, author, ...line }) => ({
    ...line,
    ...(about == null ? {} : { about }),
    ...(author == null ? {} : { author }),
    ...(message == null ? {} : { error: { message, ...(sqlstate == null ? {} : { sqlstate }) } }),
  }));
}

/** The way that each revision went last, of those that came to its end. */
export async function lastDirections(database: Database): Promise<ReadonlyMap<string, string>> {
  if (!(await hasJournal(database))) return new Map();
  const rows = await database.query<{ revision: string; direction: string }>(
    `SELECT DISTINCT ON (revision) revision, direction FROM dm.journal
     WHERE error IS NULL AND direction IN ('up', 'down', 'stamp') ORDER BY revision, id DESC`,
  );
  return new Map(rows.map(({ revision, direction }) => [revision, direction]));
}

export async function journaledRevisions(database: Database): Promise<JournaledRevision[]> {
  if (!(await hasJournal(database))) return [];
  return database.query<JournaledRevision & Record<string, unknown>>(
    `SELECT id, checksum, content, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "appliedAt",
            applied_by AS "appliedBy", milliseconds::float8 AS milliseconds
     FROM dm.revision ORDER BY applied_at, id`,
  );
}

export async function recordedState(database: Database): Promise<RecordedState | undefined> {
  if (!(await hasJournal(database))) return undefined;
  const [row] = await database.query<{ at: string; snapshot: string }>(
    `SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at, snapshot FROM dm.state`,
  );
  return row && { at: row.at, catalog: readSnapshot(row.snapshot, "dm.state") };
}

export async function unfinished(database: Database): Promise<Progress | undefined> {
  if (!(await hasJournal(database))) return undefined;
  const [row] = await database.query<Progress & Record<string, unknown>>(
    "SELECT id, direction, done FROM dm.progress",
  );
  return row;
}

export async function recordProgress(database: Database, { id, direction, done }: Progress): Promise<void> {
  await database.query(
    `INSERT INTO dm.progress (id, direction, done) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET direction = excluded.direction, done = excluded.done`,
    [id, direction, done],
  );
}

/** How far a revision got is no longer of interest. */
export async function forgetProgress(database: Database, id: string): Promise<void> {
  await database.query("DELETE FROM dm.progress WHERE id = $1", [id]);
  await forgetBackfills(database, id);
}

/** What the end of a revision leaves: the set of applied revisions, the state, and no progress. */
export async function recordApplied(
  database: Database,
  revision: Pick<JournaledRevision, "id" | "checksum" | "content" | "milliseconds">,
  direction: Direction,
): Promise<void> {
  const { id, checksum, content, milliseconds } = revision;
  await forgetProgress(database, id);
  if (direction === "down") await database.query("DELETE FROM dm.revision WHERE id = $1", [id]);
  else {
    await database.query(
      `INSERT INTO dm.revision (id, checksum, content, applied_by, milliseconds) VALUES ($1, $2, $3, current_user, $4)`,
      [id, checksum, content, milliseconds],
    );
  }
}

/** Revisions that were applied are known as the one that replaces them from now on: nothing runs. */
export async function recordReplaced(
  database: Database,
  revision: Pick<JournaledRevision, "id" | "checksum" | "content">,
  replaced: readonly string[],
): Promise<void> {
  const { id, checksum, content } = revision;
  await database.query(
    `WITH gone AS (DELETE FROM dm.revision WHERE id = ANY ($4) RETURNING applied_at, applied_by)
     INSERT INTO dm.revision (id, checksum, content, applied_at, applied_by, milliseconds)
     SELECT $1, $2, $3, applied_at, applied_by, 0 FROM gone ORDER BY applied_at DESC LIMIT 1`,
    [id, checksum, content, [...replaced]],
  );
}

export async function recordState(database: Database, catalog: Catalog): Promise<void> {
  await database.query(
    `INSERT INTO dm.state (recorded_at, fingerprint, snapshot) VALUES (now(), $1, $2)
     ON CONFLICT (singleton) DO UPDATE
     SET recorded_at = excluded.recorded_at, fingerprint = excluded.fingerprint, snapshot = excluded.snapshot`,
    [catalog.fingerprint, writeSnapshot(catalog, withNeeds(catalog))],
  );
}

export async function writeJournal(
  database: Database,
  entry: JournalEntry,
  dmVersion: string,
): Promise<void> {
  const there = await laterColumns(database);
  for (const column of ["about", "author"].filter((name) => !there.includes(name))) {
    await database.script(`ALTER TABLE dm.journal ADD COLUMN ${column} text`);
  }
  await database.query(
    `INSERT INTO dm.journal
       (revision, direction, os_user, host, dm_version, milliseconds, sqlstate, error, about, author)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      entry.revision,
      entry.direction,
      userInfo().username,
      hostname(),
      dmVersion,
      entry.milliseconds,
      entry.error?.sqlstate ?? null,
      entry.error?.message ?? null,
      entry.about ?? null,
      entry.author ?? null,
    ],
  );
}
