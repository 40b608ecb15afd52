import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { castBetween } from "./cast.js";
import { baseType } from "./storage.js";

/** A type as format_type() prints it, taken apart: `numeric(10,2)` is `numeric` with 10 and 2. */
interface Type {
  readonly base: string;
  readonly modifiers: readonly number[];
}

/** Whether every value of a column that gets another type comes back from it by a cast. */
export function comesBack(
  from: Fact<"column">,
  to: Fact<"column">,
  { current, wanted }: { readonly current: Catalog; readonly wanted: Catalog },
): boolean {
  const isEnum = (type: string, catalog: Catalog) => catalog.has(`enum ${type}` as FactId);
  const [before, after] = [baseType(from.attributes.type, current), baseType(to.attributes.type, wanted)];
  return isLossless(before, after, (type) => isEnum(type, current) || isEnum(type, wanted));
}

/**
 * Whether every value of the one type that becomes the other comes back from it as it was, whatever the session's
 * settings. What is not known to is taken to be lost: so are dates that become timestamps with a time zone.
 * @param from and @param to types as format_type() prints them, domains resolved.
 * @param isLabel whether a type has but labels as its values, each its own text: an enum.
 */
function isLossless(from: string, to: string, isLabel: (type: string) => boolean): boolean {
  if (from === to) return true;
  if (from.endsWith("[]") && to.endsWith("[]"))
    return isLossless(from.slice(0, -2), to.slice(0, -2), isLabel);
  const [source, target] = [typeOf(from), typeOf(to)];
  if (isUnlimited(target) && (isLabel(from) || ownText.has(source.base))) return true;
  // What has no such label is refused.
  if (isLabel(to) && (isLabel(from) || variable.has(source.base))) return true;
  return source.base === target.base ? holdsMore(source, target) : holdsAll(source, target);
}

function typeOf(type: string): Type {
  const modifiers = /\(([\d,-]+)\)/.exec(type)?.[1]?.split(",").map(Number) ?? [];
  return { base: type.replace(/\([\d,-]+\)/, ""), modifiers };
}

const variable: ReadonlySet<string> = new Set(["text", "character varying"]);
const isUnlimited = ({ base, modifiers }: Type) => variable.has(base) && modifiers.length === 0;

/** Types whose text is read back as the same value under any settings. */
const ownText: ReadonlySet<string> = new Set([
  ...["smallint", "integer", "bigint", "numeric", "boolean", "uuid", "json", "jsonb", "inet", "cidr"],
  ...["text", "character varying", "character", "name", "macaddr", "macaddr8"],
]);

/** Whether a type of the same name has room for as much. */
function holdsMore({ base, modifiers: before }: Type, { modifiers: after }: Type): boolean {
  if (base === "character" || base === "bit") {
    const [length = 1, room = 1] = [before[0], after[0]];
    // Blanks at the end are none of a character's value; bits are.
    return base === "character" ? room >= length : room === length;
  }
  if (after.length === 0) return true;
  if (before.length === 0) return /^(timestamp|time) /.test(base) && after[0] === 6;
  const [p = 0, s = 0] = before;
  const [q = 0, t = 0] = after;
  if (base === "numeric") return q - t >= p - s && t >= s;
  return ["character varying", "bit varying"].includes(base) || /^(timestamp|time) /.test(base)
    ? q >= p
    : false;
}

/** Decimal digits that an integer may have. */
const digits: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 };

const wider: ReadonlySet<string> = new Set([
  ...["smallint integer", "smallint bigint", "integer bigint"],
  ...["smallint real", "smallint double precision", "integer double precision", "real double precision"],
  ...["date timestamp without time zone", "jsonb json", "cidr inet", "boolean integer"],
  ...["bit bit varying", "character text", "character character varying"],
]);

/** Whether a type of another name takes every value and gives it back. */
function holdsAll(from: Type, to: Type): boolean {
  const [p = 0, s = 0] = to.modifiers;
  const count = digits[from.base];
  if (count !== undefined && to.base === "numeric") return to.modifiers.length === 0 || p - s >= count;
  if (castBetween(from.base, to.base) === "by text" || !wider.has(`${from.base} ${to.base}`)) return false;
  return to.modifiers.length === 0 || p >= (from.modifiers[0] ?? 1);
}
