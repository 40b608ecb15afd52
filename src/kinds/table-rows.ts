import { sameValue } from "../catalog/canonical.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { castBetween } from "./cast.js";
import { continueAfterRows } from "./column-identity.js";
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
  const names = join(pairs.map(([, { identity }]) => name(identity.name)));
  const { schema, name: table } = to.identity;
  const values = join(moves.map(({ value }) => value));
  const overriding =
    columns.some(({ attributes }) => attributes.identity !== null) && raw("OVERRIDING SYSTEM VALUE");
  return [
    ...moves.flatMap((move) => move.before),
    sql`INSERT INTO ${name(schema, table)} (${names}) ${overriding} SELECT ${values} FROM ${name(from.identity.schema, aside)}`,
    ...moves.flatMap((move) => move.after),
    ...columns.flatMap((column) =>
      column.attributes.identity === null ? [] : [continueAfterRows(column, column.attributes.identity)],
    ),
  ];
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
