import type { Database } from "../database/database.js";
import type { Statement } from "../kinds/define.js";
import { runStatements } from "./run.js";

/** A lock on a relation; `mode` as SQL spells it: `ACCESS EXCLUSIVE`. */
export interface RelationLock {
  /** Quoted, as `app.patient`. */
  readonly relation: string;
  readonly mode: string;
}

/** What a statement did to relations that existed before it, as measured (manual, Explicit Locking). */
export interface Measurement {
  /** The strongest new lock on each relation. */
  readonly locks: readonly RelationLock[];
  /** The strongest lock on each relation that the transaction held when the statement ended. */
  readonly holds: readonly RelationLock[];
  /** Relations whose files were written anew. */
  readonly rewrites: readonly string[];
  /** Relations that were read from end to end, other than for a rewrite or an index. */
  readonly scans: readonly string[];
  /** Relations that an index was built on, other than by a rewrite. */
  readonly builds: readonly string[];
}

interface RelationState {
  readonly oid: number;
  readonly relation: string;
  readonly file: string;
  readonly modes: readonly string[];
  readonly scans: number;
  /** Their files: ALTER TYPE may make an index anew around the file of the old one. */
  readonly indexes: readonly string[];
}

/** Weakest first; the mode's name in pg_locks less `Lock`. */
const modes = [
  "AccessShare",
  "RowShare",
  "RowExclusive",
  "ShareUpdateExclusive",
  "Share",
  "ShareRowExclusive",
  "Exclusive",
  "AccessExclusive",
];

const stateQuery = `
  SELECT c.oid::int4 AS oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation, pg_relation_filenode(c.oid)::text AS file,
         ARRAY(SELECT replace(l.mode, 'Lock', '') FROM pg_locks l
               WHERE l.pid = pg_backend_pid() AND l.relation = c.oid AND l.granted
                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))::text[] AS modes,
         pg_stat_get_xact_numscans(c.oid)::int4 AS scans,
         ARRAY(SELECT pg_relation_filenode(i.indexrelid) FROM pg_index i
               WHERE i.indrelid = c.oid AND pg_relation_filenode(i.indexrelid) IS NOT NULL)::text[] AS indexes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'dm')`;

/**
 * Runs statements in the open transaction; those chosen one by one, to tell what each took beyond what was held
 * before, the rest many a round trip.
 */
export async function measuredRun(
  database: Database,
  statements: readonly Statement[],
  isChosen: (statement: Statement) => boolean,
): Promise<ReadonlyMap<Statement, Measurement>> {
  const measurements = new Map<Statement, Measurement>();
  let pending: Statement[] = [];
  // A foreign key is checked by a query: what an index may serve on two rows is a scan on as many as it takes.
  await database.script(indexScans.map((setting) => `SET LOCAL ${setting} = off`).join("; "));
  for (const statement of statements) {
    pending.push(statement);
    if (!isChosen(statement)) continue;
    await runStatements(database, pending.slice(0, -1));
    const before = await statesOf(database);
    await runStatements(database, [statement]);
    measurements.set(statement, compare(before, await statesOf(database)));
    pending = [];
  }
  await runStatements(database, pending);
  await database.script(indexScans.map((setting) => `SET LOCAL ${setting} TO DEFAULT`).join("; "));
  return measurements;
}

const indexScans = ["enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"];

/** Runs a statement that refuses a transaction: its locks are gone when it ends, what it built is there. */
export async function measuredAlone(database: Database, run: () => Promise<void>): Promise<Measurement> {
  const before = await statesOf(database);
  await run();
  return { ...compare(before, await statesOf(database)), locks: [], holds: [], scans: [] };
}

function statesOf(database: Database): Promise<readonly RelationState[]> {
  return database.query<RelationState & Record<string, unknown>>(stateQuery);
}

function compare(before: readonly RelationState[], after: readonly RelationState[]): Measurement {
  const now = new Map(after.map((state) => [state.oid, state]));
  const locks: RelationLock[] = [];
  const holds: RelationLock[] = [];
  const rewrites: string[] = [];
  const scans: string[] = [];
  const builds: string[] = [];
  for (const state of before.toSorted((a, b) => (a.relation < b.relation ? -1 : 1))) {
    const { oid, relation, modes: held } = state;
    const then = now.get(oid);
    const modesNow = then?.modes ?? ["AccessExclusive"];
    addLock(
      locks,
      relation,
      modesNow.filter((mode) => !held.includes(mode)),
    );
    addLock(holds, relation, modesNow);
    if (then === undefined) continue;
    if (then.file !== state.file) rewrites.push(relation);
    else if (then.indexes.some((index) => !state.indexes.includes(index))) builds.push(relation);
    else if (then.scans > state.scans) scans.push(relation);
  }
  return { locks, holds, rewrites, scans, builds };
}

/** Reading takes the weakest lock, which blocks nothing but DROP and rewrites. */
function addLock(locks: RelationLock[], relation: string, taken: readonly string[]): void {
  const strongest = taken.toSorted((a, b) => modes.indexOf(b) - modes.indexOf(a))[0];
  if (strongest !== undefined && strongest !== "AccessShare")
    locks.push({ relation, mode: spelled(strongest) });
}

/** Of two modes, the stronger one has more. */
export function strengthOf(mode: string): number {
  return modes.findIndex((one) => spelled(one) === mode);
}

/** Whether a lock makes those wait who write (manual, Explicit Locking). */
export function blocks(mode: string): boolean {
  return strengthOf(mode) >= modes.indexOf("Share");
}

/** `ACCESS EXCLUSIVE` of `AccessExclusive`. */
function spelled(mode: string): string {
  return mode.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toUpperCase();
}
