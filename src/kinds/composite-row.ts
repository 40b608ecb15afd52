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
  const rows = replacedType(from, from.attributes.type, states);
  if (rows === undefined || sameOrder(rows.type, states)) return undefined;
  const movers: Moving["movers"] = [];
  const value = moved(name(to.identity.name), to.attributes.type, rows, { ...states, movers });
  return {
    // USING takes no subquery (manual, ALTER TABLE, SET DATA TYPE), and the old type has no name to rely on by now.
    before: movers.map(
      ({ type: result, body }, at) =>
        sql`CREATE FUNCTION ${mover(at)}(anyarray) RETURNS ${raw(result)} LANGUAGE plpgsql STRICT AS $move$BEGIN RETURN ${body}; END$move$`,
    ),
    value,
    after: movers.map((_, at) => sql`DROP FUNCTION ${mover(at)}(anyarray)`),
  };
}

/** The states, and what the functions return that move arrays. */
type Moving = States & { readonly movers: { readonly type: string; readonly body: Sql }[] };

const mover = (at: number) => raw(`pg_temp.dm_move_${at}`);

/** A value of the replaced type, or an array of them, as one of the new type. */
function moved(value: Sql, type: string, rows: Rows, moving: Moving): Sql {
  if (!rows.areInArray) return rowOf(value, rows.type, moving);
  const at = moving.movers.length;
  moving.movers.push({ type, body: raw("") });
  const elements = sql`SELECT array_agg(${rowOf(raw("$1[i]"), rows.type, moving)} ORDER BY i) FROM generate_subscripts($1, 1) AS i`;
  moving.movers[at] = { type, body: sql`coalesce((${elements}), '{}')` };
  return sql`${mover(at)}(${value})`;
}

const isArray = (type: string) => type.endsWith("[]");

interface Rows {
  readonly type: Fact<"composite type">;
  readonly areInArray: boolean;
}

/** The composite type by this name that the fact uses, by itself or in a domain or an array, as it was before. */
function replacedType(user: Fact, type: string, { current }: Pick<States, "current">): Rows | undefined {
  const fact = current
    .dependencies(user.id)
    .map((edge) => current.get(edge.to))
    .find((used) => used !== undefined && nameOf(used) === type.replace(/(\[\])+$/, ""));
  if (isKind(fact, "composite type")) return { type: fact, areInArray: isArray(type) };
  if (!isKind(fact, "domain") || isArray(type)) return undefined;
  return replacedType(fact, fact.attributes.type, { current });
}

const nameOf = ({ identity }: Fact) => name(identity.schema, identity.name).text;

/** Whether the rows of both types, and the rows inside of them, have the same attributes in the same places. */
function sameOrder(type: Fact<"composite type">, states: States, seen = new Set<FactId>()): boolean {
  if (seen.has(type.id)) return true;
  seen.add(type.id);
  const after = states.wanted.find(type.identity);
  if (after === undefined || !sameValue(type.attributes, after.attributes)) return after === undefined;
  return states.current.childrenOfKind(type.id, "attribute").every((attribute) => {
    const inner = replacedType(attribute, attribute.attributes.type, states);
    return inner === undefined || sameOrder(inner.type, states, seen);
  });
}

function rowOf(value: Sql, type: Fact<"composite type">, states: Moving): Sql {
  const attributes = states.wanted.childrenOfKind(type.id, "attribute");
  const values = attributes.map((after) => {
    const before = states.current.find(after.identity);
    const wanted = raw(after.attributes.type);
    if (before === undefined) return sql`NULL::${wanted}`;
    const part = sql`(${value}).${name(after.identity.name)}`;
    const inner =
      before.attributes.type === after.attributes.type
        ? replacedType(before, after.attributes.type, states)
        : undefined;
    if (inner !== undefined && !sameOrder(inner.type, states))
      return moved(part, after.attributes.type, inner, states);
    const isReplaced = inner !== undefined || before.attributes.type !== after.attributes.type;
    const byText = isReplaced && castBetween(before.attributes.type, after.attributes.type) === "by text";
    return raw(`${part.text}${byText || inner !== undefined ? "::text" : ""}::${wanted.text}`);
  });
  // A row of nulls is not the null that IS NULL would take it for (manual, Comparison Functions and Operators).
  const row = sql`ROW(${join(values)})::${name(type.identity.schema, type.identity.name)}`;
  return sql`CASE WHEN ${value} IS NOT DISTINCT FROM NULL THEN NULL ELSE ${row} END`;
}
