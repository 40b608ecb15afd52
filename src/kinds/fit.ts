import type { Catalog } from "../catalog/catalog.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { castBetween } from "./cast.js";

/** A type as format_type() prints it, taken apart: `numeric(10,2)` is `numeric` with 10 and 2. */
interface Type {
  readonly base: string;
  readonly modifiers: readonly number[];
}

export interface FitContext {
  readonly current: Catalog;
  readonly wanted: Catalog;
  readonly major: number;
}

/**
 * Which values of a column do not become the other type: `always` where all do, `unknown` where no condition tells,
 * else the condition.
 */
export function misfits(
  column: Sql,
  from: string,
  to: string,
  context: FitContext,
): Sql | "always" | "unknown" {
  const labels = lostLabels(from, to, context);
  if (labels !== undefined) {
    if (labels.kept.length === 0) return sql`${column} IS NOT NULL`;
    if (labels.areAllKept) return "always";
    const isLost = sql`NOT IN (${join(labels.kept.map(literal))})`;
    return isList(from) && isList(to)
      ? sql`EXISTS (SELECT FROM unnest(${column}::text[]) AS label WHERE label ${isLost})`
      : sql`${column}::text ${isLost}`;
  }
  const [source, target] = [typeOf(from), typeOf(to)];
  if (from === to || isWider(source, target)) return "always";
  return limit(column, source, target) ?? readable(column, source, to, context) ?? "unknown";
}

function typeOf(type: string): Type {
  const modifiers = /\(([\d,-]+)\)/.exec(type)?.[1]?.split(",").map(Number) ?? [];
  return { base: type.replace(/\([\d,-]+\)/, ""), modifiers };
}

const integers: Readonly<Record<string, string>> = {
  smallint: "-32768 AND 32767",
  integer: "-2147483648 AND 2147483647",
  bigint: "-9223372036854775808 AND 9223372036854775807",
};
const integerTypes = Object.keys(integers);
const numbers = [...integerTypes, "numeric", "real", "double precision"];
const strings = ["text", "character varying", "character", "name"];
const times = ["date", "timestamp without time zone", "timestamp with time zone", "time without time zone"];

/** Whether PostgreSQL has room for every value of the one type in the other. */
function isWider(from: Type, to: Type): boolean {
  const isUnlimited = to.modifiers.length === 0;
  if (to.base === "text" || (to.base === "character varying" && isUnlimited)) return true;
  if (from.base === to.base) {
    if (isUnlimited && to.base !== "character" && to.base !== "bit") return true;
    if (times.includes(to.base) || to.base === "interval") return true;
    if (from.modifiers.length === 0) return false;
    const [p = 0, s = 0] = from.modifiers;
    const [q = 0, t = 0] = to.modifiers;
    if (to.base === "numeric") return q - t >= p - s && t >= s;
    return to.base === "bit" ? p === q : q >= p;
  }
  if (integerTypes.includes(from.base) && integerTypes.includes(to.base)) {
    return integerTypes.indexOf(from.base) < integerTypes.indexOf(to.base);
  }
  if (numbers.includes(from.base) && numbers.includes(to.base)) {
    return isUnlimited && !integerTypes.includes(to.base);
  }
  return (
    (times.includes(from.base) && times.includes(to.base)) ||
    ["boolean integer", "integer boolean", "jsonb json", "cidr inet", "inet cidr"].includes(
      `${from.base} ${to.base}`,
    )
  );
}

/** Lengths, precisions and ranges. */
function limit(column: Sql, from: Type, to: Type): Sql | undefined {
  const [length = 1, scale = 0] = to.modifiers;
  if (to.base === "character varying" || to.base === "character") {
    // Blanks too many at the end are cut off without a word (manual, Character Types).
    return sql`char_length(rtrim(${column}::text, ' ')) > ${length}`;
  }
  if (to.base === "bit" && from.base.startsWith("bit")) return sql`length(${column}) <> ${length}`;
  if (to.base === "bit varying" && from.base.startsWith("bit")) return sql`length(${column}) > ${length}`;
  if (!numbers.includes(from.base)) return undefined;
  const range = integers[to.base];
  if (range !== undefined) {
    return from.base === "real" || from.base === "double precision"
      ? sql`NOT coalesce(round(${column}::double precision) BETWEEN ${raw(range)}, true)`
      : sql`round(${column}) NOT BETWEEN ${raw(range)}`;
  }
  if (to.base !== "numeric" || to.modifiers.length === 0) return undefined;
  const number = sql`${column}::numeric`;
  const isTooLong = sql`abs(round(${number}, ${scale})) >= ${raw(`1e${length - scale}`)}`;
  // It has no digits, and fits; for PostgreSQL it is greater than all numbers.
  return integerTypes.includes(from.base) ? isTooLong : sql`${isTooLong} AND ${number} <> 'NaN'`;
}

/** Whether the type's input function takes the value's text. */
function readable(
  column: Sql,
  from: Type,
  to: string,
  { current, wanted, major }: FitContext,
): Sql | undefined {
  const target = typeOf(to);
  if (from.base === "jsonb" && castBetween("jsonb", target.base) === "explicit") {
    return sql`jsonb_typeof(${column}) <> ${literal(target.base === "boolean" ? "boolean" : "number")}`;
  }
  const range = integers[target.base];
  if (range !== undefined && strings.includes(from.base)) {
    const text = sql`${column}::text`;
    return raw(
      `CASE WHEN ${text.text} ~ '^\\s*[-+]?\\d{1,30}\\s*$' THEN (${text.text})::numeric NOT BETWEEN ${range} ELSE ${column.text} IS NOT NULL END`,
    );
  }
  if (to.endsWith("[]") && castBetween(from.base, to) === "assignment") return undefined;
  // A type of the schema may be another one by the time of the change.
  if (isOfSchema(target.base, current) || isOfSchema(target.base, wanted)) return undefined;
  // PostgreSQL has it since version 16.
  return major >= 16 ? sql`NOT pg_input_is_valid(${column}::text, ${literal(to)})` : undefined;
}

function isOfSchema(type: string, catalog: Catalog): boolean {
  const element = type.replace(/(\[\])+$/, "");
  return (["enum", "domain", "composite type", "range", "table", "view"] as const).some((kind) =>
    catalog.ofKind(kind).some(({ identity }) => name(identity.schema, identity.name).text === element),
  );
}

const isList = (type: string) => type.endsWith("[]");

/** The labels of an enum that the column's texts may keep; nothing where the target is none. */
function lostLabels(from: string, to: string, { current, wanted }: FitContext) {
  const element = (type: string) => (isList(from) && isList(to) ? type.slice(0, -2) : type);
  const labelsOf = (type: string, catalog: Catalog) =>
    catalog.ofKind("enum").find(({ identity }) => name(identity.schema, identity.name).text === element(type))
      ?.attributes.labels;
  const kept = labelsOf(to, wanted);
  if (kept === undefined) return undefined;
  const before = labelsOf(from, current);
  return { kept, areAllKept: before?.every((label) => kept.includes(label)) === true };
}
