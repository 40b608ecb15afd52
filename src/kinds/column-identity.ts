import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { factId, type Identity as Path } from "../catalog/identity.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import type { AlterContext } from "./define.js";
import { changeSequence, type SequenceOptions, sequenceClauses } from "./sequence-options.js";

/** GENERATED … AS IDENTITY, with the options of the sequence behind it. */
export interface Identity extends SequenceOptions {
  readonly generation: "always" | "by default";
  /** The sequence's name where it is not the one PostgreSQL would choose. */
  readonly sequence: string | null;
}

/** What satellites of an identity column's sequence, which is no fact of its own, are called beside the column's. */
export const sequenceBehind = "sequence";

/** Whether the sequence is an identity column's. */
export const isOfIdentity = (sequence: string) => `EXISTS (
    SELECT FROM pg_depend own JOIN pg_class os ON os.oid = own.objid AND os.relkind = 'S'
    WHERE own.classid = 'pg_class'::regclass AND own.objid = ${sequence}
      AND own.refclassid = 'pg_class'::regclass AND own.deptype = 'i')`;

/** The name of the sequence behind an identity column of this state. */
export function sequenceOf(column: Path, catalog: Catalog): Sql {
  const fact = catalog.find({ ...column, kind: "column" });
  const identity = fact?.attributes.identity;
  if (fact === undefined || identity == null) throw new Error(`no identity column: ${column.name}`);
  return name(column.schema, sequenceName(identity, fact));
}

export type ColumnFact = Fact<"column">;

export const alterTable = ({ identity }: ColumnFact) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)}`;

export const alterColumn = (fact: ColumnFact) =>
  sql`${alterTable(fact)} ALTER COLUMN ${name(fact.identity.name)}`;

export function identityClause(identity: Identity, schema: string | undefined, type: string): Sql {
  const clauses = [
    identity.sequence !== null && sql`SEQUENCE NAME ${name(schema, identity.sequence)}`,
    ...sequenceClauses(identity, type),
  ];
  const list = join(clauses, " ");
  return sql`GENERATED ${raw(identity.generation.toUpperCase())} AS IDENTITY ${list.text !== "" && sql`(${list})`}`;
}

export function changeIdentity(from: ColumnFact, to: ColumnFact, context: AlterContext): Sql[] {
  const before = from.attributes.identity;
  const after = to.attributes.identity;
  if (after === null) return [];
  if (before === null) {
    return [
      sql`${alterColumn(to)} ADD ${identityClause(after, to.identity.schema, to.attributes.type)}`,
      ...(context.isCounted?.(to.id) === true ? [] : [continueAfterRows(to, after)]),
    ];
  }
  const [oldName, newName] = [sequenceName(before, from), sequenceName(after, to)];
  const set = (clauses: readonly Sql[]) =>
    sql`${alterColumn(to)} ${join(
      clauses.map((clause) => sql`SET ${clause}`),
      " ",
    )}`;
  return [
    ...(before.generation === after.generation
      ? []
      : [set([raw(`GENERATED ${after.generation.toUpperCase()}`)])]),
    // The sequence takes the column's type by itself.
    ...changeSequence(
      { ...before, type: after.type },
      after,
      to.attributes.type,
      name(to.identity.schema, oldName),
      set,
    ),
    ...(oldName === newName
      ? []
      : [sql`ALTER SEQUENCE ${name(to.identity.schema, oldName)} RENAME TO ${name(newName)}`]),
  ];
}

/**
 * A new identity column whose rows, and those of all that inherit it, have their numbers before it is one: from a sequence
 * of the name that the identity's will have.
 * @param add adds it with this default in place of the identity.
 */
export function addNumbered(
  fact: ColumnFact,
  identity: Identity,
  add: (numbers: Fact<"default">) => Sql,
): Sql[] {
  const sequence = name(fact.identity.schema, sequenceName(identity, fact));
  const path: Path<"default"> = { ...fact.identity, kind: "default" };
  const expression = sql`nextval(${literal(sequence.text)}::regclass)`.text;
  return [
    join([sql`CREATE SEQUENCE ${sequence}`, ...sequenceClauses(identity, "bigint")], " "),
    add({ identity: path, id: factId(path), parent: fact.id, attributes: { expression } }),
    sql`${alterColumn(fact)} DROP DEFAULT`,
    sql`DROP SEQUENCE ${sequence}`,
    sql`${alterColumn(fact)} ADD ${identityClause(identity, fact.identity.schema, fact.attributes.type)}`,
    continueAfterRows(fact, identity),
  ];
}

/** The sequence behind an identity column that already has rows goes on after the last of them. */
export function continueAfterRows({ identity }: ColumnFact, { increment, start }: Identity): Sql {
  const table = name(identity.schema, identity.on);
  const sequence = sql`pg_catalog.pg_get_serial_sequence(${literal(table.text)}, ${literal(identity.name ?? "")})`;
  return continueAfter(identity, sequence, increment, raw(start));
}

/** Sets a new sequence to go on after the column's values, if there are any beyond `reached`. */
export function continueAfter(column: Path, sequence: Sql, increment: string, reached: Sql): Sql {
  const [table, values] = [name(column.schema, column.on), name(column.name)];
  const [extreme, sign, beyond] = increment.startsWith("-") ? ["min", "-", "<="] : ["max", "+", ">="];
  return sql`SELECT pg_catalog.setval(${sequence}, ${raw(extreme)}(${values}) ${raw(sign)} 1, false) FROM ${table} HAVING ${raw(extreme)}(${values}) ${raw(beyond)} ${reached}`;
}

export const sequenceName = (identity: Identity, fact: ColumnFact) =>
  identity.sequence ?? `${fact.identity.on}_${fact.identity.name}_seq`;
