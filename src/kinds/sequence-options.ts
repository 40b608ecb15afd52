import { raw, type Sql, sql } from "../sql/sql.js";

/** What CREATE SEQUENCE and an identity column share (manual, CREATE SEQUENCE); numbers are 64-bit, as text. */
export interface SequenceOptions {
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cache: string;
  readonly cycle: boolean;
}

/** The pairs of a json_build_object call, for a pg_sequence row. */
export function sequenceOptionsJson(row: string): string {
  return `'type', format_type(${row}.seqtypid, NULL), 'start', ${row}.seqstart::text,
          'increment', ${row}.seqincrement::text, 'minimum', ${row}.seqmin::text, 'maximum', ${row}.seqmax::text,
          'cache', ${row}.seqcache::text, 'cycle', ${row}.seqcycle`;
}

const largest: Record<string, bigint> = {
  smallint: 32767n,
  integer: 2147483647n,
  bigint: 9223372036854775807n,
};

/** What PostgreSQL takes when nothing is said. */
function defaults(type: string, increment: string): SequenceOptions {
  const limit = largest[type] ?? largest["bigint"] ?? 0n;
  const ascending = !increment.startsWith("-");
  const minimum = ascending ? "1" : String(-limit - 1n);
  const maximum = ascending ? String(limit) : "-1";
  return {
    type,
    start: ascending ? minimum : maximum,
    increment: "1",
    minimum,
    maximum,
    cache: "1",
    cycle: false,
  };
}

/**
 * The clauses that say what differs from `before`, or from what PostgreSQL would choose for a new sequence. Bounds
 * change in one statement, because a state in between may be refused.
 * @param impliedType the type that goes without saying: bigint, or the identity column's.
 */
export function sequenceClauses(
  after: SequenceOptions,
  impliedType: string,
  before?: SequenceOptions,
): Sql[] {
  const base = before ?? { ...defaults(after.type, after.increment), type: impliedType };
  const differs = (option: keyof SequenceOptions) => base[option] !== after[option];
  const typeChanges = before !== undefined && differs("type");
  const clauses: Sql[] = [];
  if (differs("type") && before === undefined && impliedType === "bigint")
    clauses.push(sql`AS ${raw(after.type)}`);
  if (typeChanges && impliedType === "bigint") clauses.push(sql`AS ${raw(after.type)}`);
  if (differs("increment")) clauses.push(raw(`INCREMENT BY ${after.increment}`));
  if (differs("minimum") || typeChanges) clauses.push(raw(`MINVALUE ${after.minimum}`));
  if (differs("maximum") || typeChanges) clauses.push(raw(`MAXVALUE ${after.maximum}`));
  if (differs("start") || (before === undefined && (differs("minimum") || differs("maximum")))) {
    clauses.push(raw(`START WITH ${after.start}`));
  }
  if (differs("cache")) clauses.push(raw(`CACHE ${after.cache}`));
  if (differs("cycle")) clauses.push(raw(after.cycle ? "CYCLE" : "NO CYCLE"));
  return clauses;
}
