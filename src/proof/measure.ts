import type { Database } from "../database/database.js";
import type { Statement } from "../kinds/define.js";
import { runStatements } from "./run.js";

/** What a statement did to relations that existed before it, as measured (manual, Explicit Locking). */
export interface Measurement {
  /** The strongest new lock on each relation: `app.patient: ACCESS EXCLUSIVE`. */
  readonly locks: readonly string[];
  /** Relations whose files were written anew. */
  readonly rewrites: readonly string[];
}

interface RelationState {
  readonly oid: number;
  readonly relation: string;
  readonly file: string;
  readonly modes: readonly string[];
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
                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))::text[] AS modes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

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
  return measurements;
}

function statesOf(database: Database): Promise<readonly RelationState[]> {
  return database.query<RelationState & Record<string, unknown>>(stateQuery);
}

function compare(before: readonly RelationState[], after: readonly RelationState[]): Measurement {
  const now = new Map(after.map((state) => [state.oid, state]));
  const locks: string[] = [];
  const rewrites: string[] = [];
  for (const { oid, relation, file, modes: held } of before) {
    const state = now.get(oid);
    const taken = (state?.modes ?? ["AccessExclusive"]).filter((mode) => !held.includes(mode));
    const strongest = taken.toSorted((a, b) => modes.indexOf(b) - modes.indexOf(a))[0];
    // Reading takes the weakest, which blocks nothing but DROP and rewrites.
    if (strongest !== undefined && strongest !== "AccessShare")
      locks.push(`${relation}: ${spelled(strongest)}`);
    if (state !== undefined && state.file !== file) rewrites.push(relation);
  }
  return { locks: locks.sort(), rewrites: rewrites.sort() };
}

/** `ACCESS EXCLUSIVE` of `AccessExclusive`. */
function spelled(mode: string): string {
  return mode.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toUpperCase();
}
