import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { castBetween } from "./cast.js";
import { continueAfterRows, sequenceName } from "./column-identity.js";
import { moveRows } from "./composite-row.js";
import type { AlterContext } from "./define.js";

type States = Pick<AlterContext, "current" | "wanted">;

/**
 * Moves the rows of a table that was set aside into the one that replaces it, column by column of the same name.
 * Columns that only one of them has stay behind, or get their defaults.
 */
export function moveTable(from: Fact<"table">, to: Fact<"table">, aside: string, states: States): Sql[] {
  const [before, after] = [states.current, states.wanted];
  const columns = after.childrenOfKind(to.id, "column").filter((column) => !isGenerated(column));
  const pairs = columns.flatMap((column) => {
    const old = before.get(column.id);
    return isKind(old, "column") ? [[old, column] as const] : [];
  });
  const moves = pairs.map(([old, column]) => moveValue(old, column, states));
  const names = pairs.map(([, { identity }]) => name(identity.name));
  const { schema, name: table } = to.identity;
  const values = join(moves.map(({ value }) => value));
  const overriding =
    columns.some(({ attributes }) => attributes.identity !== null) && raw("OVERRIDING SYSTEM VALUE");
  return [
    ...moves.flatMap((move) => move.before),
    sql`INSERT INTO ${name(schema, table)} ${names.length > 0 && sql`(${join(names)})`} ${overriding} SELECT ${values} FROM ${name(from.identity.schema, aside)}`,
    ...moves.flatMap((move) => move.after),
    ...columns.flatMap((column) => continueNumbers(column, from, aside, states)),
  ];
}

/** The statements that rename a table, and the sequences of its identity columns, out of the way. */
export function setTableAside({ id, identity }: Fact<"table">, aside: string, current: Catalog): Sql[] {
  return [
    sql`ALTER TABLE ${name(identity.schema, identity.name)} RENAME TO ${name(aside)}`,
    ...current.childrenOfKind(id, "column").flatMap((column) => {
      if (column.attributes.identity === null) return [];
      const sequence = sequenceName(column.attributes.identity, column);
      return [
        sql`ALTER SEQUENCE ${name(identity.schema, sequence)} RENAME TO ${name(asideSequence(aside, column))}`,
      ];
    }),
  ];
}

const asideSequence = (aside: string, { position }: Fact<"column">) => `${aside}_${position ?? 0}`;

/** An identity goes on where the old one stopped, or after the rows where there was none. */
function continueNumbers(
  column: Fact<"column">,
  from: Fact<"table">,
  aside: string,
  { current }: States,
): Sql[] {
  const { identity, attributes } = column;
  if (attributes.identity === null) return [];
  const old = current.get(column.id);
  if (!isKind(old, "column") || old.attributes.identity === null) {
    return [continueAfterRows(column, attributes.identity)];
  }
  const table = literal(name(identity.schema, identity.on).text);
  const sequence = sql`pg_catalog.pg_get_serial_sequence(${table}, ${literal(identity.name ?? "")})`;
  const before = name(from.identity.schema, asideSequence(aside, old));
  return [sql`SELECT pg_catalog.setval(${sequence}, last_value, is_called) FROM ${before}`];
}

const isGenerated = ({ attributes }: Fact<"column">) => attributes.generated !== null;

/** How a value gets from the old column into the new one, in an INSERT. */
function moveValue(from: Fact<"column">, to: Fact<"column">, states: States) {
  const column = name(to.identity.name);
  const plain = { before: [] as readonly Sql[], value: column, after: [] as readonly Sql[] };
  const isReplaced = typesDiffer(from, states);
  if (from.attributes.type === to.attributes.type && !isReplaced) return plain;
  const move = isReplaced ? moveRows(from, to, states) : undefined;
  if (move !== undefined) return move;
  const cast = isReplaced ? "by text" : castBetween(from.attributes.type, to.attributes.type);
  if (cast === "assignment") return plain;
  const source = cast === "by text" ? sql`${column}::text` : column;
  return { ...plain, value: sql`${source}::${raw(to.attributes.type)}` };
}

/** Whether a type of the user's that the column has is another one in the new state, under the same name. */
function typesDiffer({ id, parent }: Fact<"column">, { current, wanted }: States): boolean {
  return current.dependencies(id).some(({ to }) => {
    const [type, other] = [current.get(to), wanted.get(to)];
    if (type === undefined || other === undefined || type.id === parent) return false;
    return ["enum", "domain", "composite type", "range"].includes(type.identity.kind)
      ? !sameValue(type.attributes, other.attributes)
      : false;
  });
}
