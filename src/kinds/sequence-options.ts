import { literal, raw, type Sql, sql } from "../sql/sql.js";

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
  const limit = largest[type] ?? largest.bigint ?? 0n;
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

const minimumOf = (a: bigint, b: bigint) => (a < b ? a : b);
const maximumOf = (a: bigint, b: bigint) => (a > b ? a : b);

/**
 * The statements that change a sequence. Bounds that close in on a sequence nobody has drawn from take its counter to
 * the new start; where values were drawn the counter stays, and PostgreSQL refuses bounds that leave it outside.
 * @param impliedType the type that changes without a clause: bigint for none, or the identity column's.
 * @param sequence its name.
 * @param alter writes the statement that holds these clauses.
 */
export function changeSequence(
  before: SequenceOptions,
  after: SequenceOptions,
  impliedType: string,
  sequence: Sql,
  alter: (clauses: readonly Sql[]) => Sql,
): Sql[] {
  const clauses = sequenceClauses(after, impliedType, before);
  if (clauses.length === 0) return [];
  const [from, to] = [bounds(before), bounds(after)];
  if (to.minimum <= from.minimum && to.maximum >= from.maximum) return [alter(clauses)];
  const limit = largest[impliedType] ?? 0n;
  const minimum = maximumOf(minimumOf(from.minimum, to.minimum), -limit - 1n);
  const maximum = minimumOf(maximumOf(from.maximum, to.maximum), limit);
  const type = impliedType === "bigint" && after.type !== before.type && sql`AS ${raw("bigint")}`;
  return [
    // ALTER SEQUENCE puts the counter into a new file, so that a rollback takes setval() back too.
    alter(
      [type, raw(`MINVALUE ${minimum}`), raw(`MAXVALUE ${maximum}`), raw(`START WITH ${after.start}`)].filter(
        (clause) => clause !== false,
      ),
    ),
    sql`SELECT pg_catalog.setval(${literal(sequence.text)}, ${raw(after.start)}, false) FROM ${sequence}
WHERE NOT is_called AND last_value NOT BETWEEN ${raw(after.minimum)} AND ${raw(after.maximum)}`,
    alter(sequenceClauses(after, impliedType, { ...before, start: after.start })),
  ];
}

const bounds = ({ minimum, maximum }: SequenceOptions) => ({
  minimum: BigInt(minimum),
  maximum: BigInt(maximum),
});
