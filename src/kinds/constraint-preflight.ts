import { type Fact, isKind } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { name, raw, sql } from "../sql/sql.js";
import type { Preflight, PreflightContext } from "./define.js";
import { isOnExistingColumns, offendingRows, rowKey, rowsOf, tableOf } from "./existing-rows.js";
import { indexElement, outermost, outermostCondition, parenthesised, printedList } from "./printed-list.js";

/** The rows that a constraint would refuse. */
export function constraintPreflight(
  from: Fact<"constraint"> | undefined,
  to: Fact<"constraint">,
  context: PreflightContext,
): readonly Preflight[] {
  const { type, definition, validated } = to.attributes;
  const isChecked = validated && from?.attributes.validated !== true;
  if (!isChecked || !isOnExistingColumns(to, context)) return [];
  const table = tableOf(to.identity);
  switch (type) {
    case "check":
      return [checkPreflight(table, to, context)];
    case "foreign key":
      return [orphans(table, definition, context)];
    case "exclusion":
      return [overlaps(table, definition, "the same as another for", context)];
    default:
      return printedList(definition).items.some((item) => item.endsWith(" WITHOUT OVERLAPS"))
        ? [overlaps(table, definition, "overlapping in", context)]
        : [duplicates(table, definition, context)];
  }
}

const shown = (table: Identity) => name(table.schema, table.name).text;

function checkPreflight(
  table: Identity,
  { identity, attributes: { definition } }: Fact<"constraint">,
  context: PreflightContext,
): Preflight {
  const condition = sql`NOT (${raw(parenthesised(definition))})`;
  const query = offendingRows(table, [], condition, context);
  const isLocal = definition.endsWith(" NO INHERIT");
  return {
    finds: `${shown(table)}: rows that ${name(identity.name).text} refuses`,
    query: isLocal ? raw(query.text.replace("\nFROM ", "\nFROM ONLY ")) : query,
  };
}

/**
 * Rows that are alike where a unique index wants them to differ.
 * @param definition with the columns in its first parentheses, as pg_get_indexdef() or pg_get_constraintdef() prints it.
 */
export function duplicates(table: Identity, definition: string, context: PreflightContext): Preflight {
  const { items, rest } = printedList(definition);
  const keys = items.map((item) => indexElement(item).key);
  const where = outermostCondition(rest);
  const nullsDiffer = outermost(definition, " NULLS NOT DISTINCT") < 0;
  const conditions = [
    ...(where === undefined ? [] : [`(${where})`]),
    ...(nullsDiffer ? keys.map((key) => `${key} IS NOT NULL`) : []),
  ];
  return {
    finds: `${shown(table)}: several rows with the same ${keys.join(", ")}`,
    query: raw(
      [
        `SELECT ${keys.join(", ")}, count(*) AS rows`,
        `FROM ${rowsOf(table, context).text}`,
        ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(" AND ")}`]),
        `GROUP BY ${keys.map((_, at) => at + 1).join(", ")}`,
        "HAVING count(*) > 1",
      ].join("\n"),
    ),
  };
}

/** `FOREIGN KEY (a, b) REFERENCES s.t(x, y) …`, as pg_get_constraintdef() prints it. */
function orphans(table: Identity, definition: string, context: PreflightContext): Preflight {
  const { items: columns, rest } = printedList(definition);
  const referenced = rest.replace(/^ REFERENCES /, "");
  const { items: keys, rest: options } = printedList(referenced);
  const parentName = referenced.slice(0, outermost(referenced, "("));
  const finds = `${shown(table)}: rows whose ${columns.join(", ")} no row of ${parentName} has`;
  if (columns.some((column) => column.startsWith("PERIOD "))) return { finds };
  const parent = [...context.wanted.facts.values()].find(
    (fact) => isKind(fact, "table") && shown(fact.identity) === parentName,
  );
  const isFull = outermost(options, " MATCH FULL") >= 0;
  const present = columns.map((column) => `c.${column} IS NOT NULL`);
  const matches = keys.map((key, at) => `p.${key} = c.${columns[at]}`).join(" AND ");
  const isMissing =
    parent !== undefined && !context.current.has(parent.id)
      ? ""
      : `NOT EXISTS (SELECT FROM ${aliased(parent?.identity, parentName, "p", context)} WHERE ${matches})`;
  // MATCH FULL refuses rows with some keys and not others; MATCH SIMPLE lets them pass (manual, CREATE TABLE).
  const conditions = isFull ? [`(${present.join(" OR ")})`, isMissing] : [...present, isMissing];
  const list = [...new Set([...rowKey(table, context), ...columns])].map((column) => `c.${column}`);
  return {
    finds,
    query: raw(
      [
        `SELECT ${list.join(", ")}`,
        `FROM ${aliased(table, shown(table), "c", context)}`,
        `WHERE ${conditions.filter((condition) => condition !== "").join("\n  AND ")}`,
      ].join("\n"),
    ),
  };
}

function aliased(
  table: Identity | undefined,
  printed: string,
  alias: string,
  context: PreflightContext,
): string {
  if (table === undefined) return `${printed} AS ${alias}`;
  const rows = rowsOf(table, context).text;
  return rows.startsWith("(")
    ? rows.replace(/ AS (?:"(?:[^"]|"")*"|\w+)$/, () => ` AS ${alias}`)
    : `${rows} AS ${alias}`;
}

/** Pairs of rows that an exclusion constraint, or a key WITHOUT OVERLAPS, keeps apart. */
function overlaps(
  table: Identity,
  definition: string,
  relation: string,
  context: PreflightContext,
): Preflight {
  const { items, rest } = printedList(definition);
  const where = outermostCondition(rest);
  const elements = items.map((item) => {
    const operator = / WITH (\S+|OPERATOR\(.*\))$/.exec(item)?.[1];
    const plain = item.replace(/ WITHOUT OVERLAPS$/, "");
    return {
      key: indexElement(plain).key,
      operator: operator ?? (plain === item ? "=" : "&&"),
    };
  });
  const columns = elements.map(({ key }, at) => `${key} AS k${at + 1}`);
  const rows = [
    `SELECT ctid AS place, ${[...columns, ...keyNames(table, context)].join(", ")}`,
    `FROM ${rowsOf(table, context).text}`,
    ...(where === undefined ? [] : [`WHERE ${where}`]),
  ].join(" ");
  const conditions = elements.map(({ operator }, at) => `a.k${at + 1} ${operator} b.k${at + 1}`);
  const picked = (side: string) =>
    keyNames(table, context).length === 0
      ? [`${side}.place`]
      : rowKey(table, context).map((_, at) => `${side}.id${at + 1}`);
  return {
    finds: `${shown(table)}: rows ${relation} ${elements.map(({ key }) => key).join(", ")}`,
    query: raw(
      [
        `WITH r AS (${rows})`,
        `SELECT ${[...picked("a"), ...picked("b").map((column) => `${column} AS with_${column.slice(2)}`)].join(", ")}`,
        `FROM r AS a JOIN r AS b ON a.place < b.place AND ${conditions.join(" AND ")}`,
      ].join("\n"),
    ),
  };
}

function keyNames(table: Identity, context: PreflightContext): string[] {
  const key = rowKey(table, context);
  return key[0] === "ctid" ? [] : key.map((column, at) => `${column} AS id${at + 1}`);
}

/** The rows that a unique index would refuse. */
export function indexPreflight(
  from: Fact<"index"> | undefined,
  to: Fact<"index">,
  context: PreflightContext,
): readonly Preflight[] {
  const table = context.wanted.get(to.parent);
  if (from !== undefined || !to.attributes.unique || table === undefined) return [];
  if (!context.current.has(factId(table.identity)) || !isOnExistingColumns(to, context)) return [];
  return [duplicates(table.identity, to.attributes.definition, context)];
}
