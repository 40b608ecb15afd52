import { sameValue } from "../catalog/canonical.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { castBetween } from "./cast.js";
import type { AlterContext } from "./define.js";

type States = Pick<AlterContext, "current" | "wanted">;

/** The expression for USING, and the statements around the ALTER TABLE that it needs. */
export interface Move {
  readonly before: readonly Sql[];
  readonly value: Sql;
  readonly after: readonly Sql[];
}

/**
 * How a column's values move to a replaced composite type with other attributes: each is taken over by its name.
 * Undefined where the text form of the old value, which goes by position, is one of the new type, too.
 */
export function moveRows(from: Fact<"column">, to: Fact<"column">, states: States): Move | undefined {
  const type = replacedType(from, from.attributes.type, states);
  if (type === undefined || sameOrder(type, states)) return undefined;
  const column = name(to.identity.name);
  if (!isArray(from.attributes.type)) return { before: [], value: rowOf(column, type, states), after: [] };
  // USING takes no subquery (manual, ALTER TABLE, SET DATA TYPE), and the old type has no name to rely on by now.
  const mover = raw("pg_temp.dm_move");
  const elements = sql`SELECT array_agg(${rowOf(raw("$1[i]"), type, states)} ORDER BY i) FROM generate_subscripts($1, 1) AS i`;
  const body = sql`BEGIN RETURN coalesce((${elements}), '{}'); END`;
  return {
    before: [
      sql`CREATE FUNCTION ${mover}(anyarray) RETURNS ${raw(to.attributes.type)} LANGUAGE plpgsql STRICT AS $move$${body}$move$`,
    ],
    value: sql`${mover}(${column})`,
    after: [sql`DROP FUNCTION ${mover}(anyarray)`],
  };
}

const isArray = (type: string) => type.endsWith("[]");

/** The composite type by this name that the fact uses, as it was before. */
function replacedType(
  user: Fact<"column"> | Fact<"attribute">,
  type: string,
  { current }: States,
): Fact<"composite type"> | undefined {
  return current
    .dependencies(user.id)
    .map((edge) => current.get(edge.to))
    .filter((fact) => isKind(fact, "composite type"))
    .find(({ identity }) => name(identity.schema, identity.name).text === type.replace(/(\[\])+$/, ""));
}

/** Whether the rows of both types, and the rows inside of them, have the same attributes in the same places. */
function sameOrder(type: Fact<"composite type">, states: States, seen = new Set<FactId>()): boolean {
  if (seen.has(type.id)) return true;
  seen.add(type.id);
  const after = states.wanted.find(type.identity);
  if (after === undefined || !sameValue(type.attributes, after.attributes)) return after === undefined;
  return states.current.childrenOfKind(type.id, "attribute").every((attribute) => {
    const inner = replacedType(attribute, attribute.attributes.type, states);
    return inner === undefined || sameOrder(inner, states, seen);
  });
}

function rowOf(value: Sql, type: Fact<"composite type">, states: States): Sql {
  const attributes = states.wanted.childrenOfKind(type.id, "attribute");
  const values = attributes.map((after) => {
    const before = states.current.find(after.identity);
    const wanted = raw(after.attributes.type);
    if (before === undefined) return sql`NULL::${wanted}`;
    const part = sql`(${value}).${name(after.identity.name)}`;
    const inner = replacedType(before, after.attributes.type, states);
    if (inner !== undefined && !isArray(after.attributes.type) && !sameOrder(inner, states))
      return rowOf(part, inner, states);
    const isReplaced = inner !== undefined || before.attributes.type !== after.attributes.type;
    const byText = isReplaced && castBetween(before.attributes.type, after.attributes.type) === "by text";
    return raw(`${part.text}${byText || inner !== undefined ? "::text" : ""}::${wanted.text}`);
  });
  // A row of nulls is not the null that IS NULL would take it for (manual, Comparison Functions and Operators).
  const row = sql`ROW(${join(values)})::${name(type.identity.schema, type.identity.name)}`;
  return sql`CASE WHEN ${value} IS NOT DISTINCT FROM NULL THEN NULL ELSE ${row} END`;
}
