/**
 * How PostgreSQL gets from one type to another in ALTER TYPE: `assignment` without being told, `explicit` with a cast
 * in USING, `by text` where it has no cast but each type's text form. From pg_cast (manual, CREATE CAST).
 */
export type Cast = "assignment" | "explicit" | "by text";

const strings = new Set(["text", "character varying", "character", "name"]);

/** Types that assign to each other within a group. */
const groups: readonly ReadonlySet<string>[] = [
  new Set(["smallint", "integer", "bigint", "numeric", "real", "double precision"]),
  new Set(["date", "timestamp without time zone", "timestamp with time zone"]),
  new Set(["json", "jsonb"]),
  new Set(["bit", "bit varying"]),
  new Set(["inet", "cidr"]),
  new Set(["macaddr", "macaddr8"]),
];

const explicit = new Set([
  "boolean integer",
  "integer boolean",
  "integer bit",
  "bigint bit",
  "bit integer",
  "bit bigint",
  "jsonb boolean",
  "jsonb smallint",
  "jsonb integer",
  "jsonb bigint",
  "jsonb numeric",
  "jsonb real",
  "jsonb double precision",
]);

const assignment = new Set([
  "smallint oid",
  "integer oid",
  "bigint oid",
  "oid integer",
  "oid bigint",
  "integer money",
  "bigint money",
  "numeric money",
  "money numeric",
  "time without time zone time with time zone",
  "time with time zone time without time zone",
  "time without time zone interval",
  "interval time without time zone",
  "timestamp without time zone time without time zone",
  "timestamp with time zone time without time zone",
  "timestamp with time zone time with time zone",
]);

/** The type without its length, precision or scale: `numeric(10,2)` is `numeric`. */
function baseType(type: string): string {
  return type.replace(/\([^)]*\)/, "").replace(/ {2,}/g, " ");
}

/** @param from and @param to types as format_type() prints them. */
export function castBetween(from: string, to: string): Cast {
  // Of arrays each element is cast.
  if (from.endsWith("[]") && to.endsWith("[]")) return castBetween(from.slice(0, -2), to.slice(0, -2));
  const [source, target] = [baseType(from), baseType(to)];
  if (source === target || strings.has(target)) return "assignment";
  if (strings.has(source)) return "explicit";
  const pair = `${source} ${target}`;
  if (assignment.has(pair) || groups.some((group) => group.has(source) && group.has(target)))
    return "assignment";
  return explicit.has(pair) ? "explicit" : "by text";
}

/** Whether values of either type become the other's without being told, and compare with them. */
export function isAlike(one: string, other: string): boolean {
  return [castBetween(one, other), castBetween(other, one)].every((cast) => cast === "assignment");
}

/** The type without a limit that an assignment to it complains of and a cast to it cuts to. */
export function unlimited(type: string): string {
  const base = baseType(type);
  if (base === "character varying" || base === "character") return "text";
  return base === "bit" ? "bit varying" : base === "bit varying" ? base : type;
}
