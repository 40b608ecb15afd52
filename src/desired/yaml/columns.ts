import { quoteIdentifier } from "../../sql/quote.js";
import type { QualifiedName } from "../tree.js";
import { annotationsFor, type Context, type Part, referenceActions, words } from "./definition.js";
import type { ColumnEntry, IdentityEntry, TableEntry } from "./document.js";
import type { Path } from "./places.js";

export function columnsOf(
  entry: TableEntry,
  { schema, name: on }: QualifiedName,
  path: Path,
  context: Context,
): Part[] {
  return Object.entries(entry.columns ?? {}).map(([name, given]) => {
    const own = [...path, "columns", name];
    const at = context.places(own);
    // A line comment in what is given ends with the line, not with the column.
    if (typeof given === "string") return { text: `${quoteIdentifier(name)} ${given}`, at, annotations: [] };
    const target = { kind: "column", ...(schema === undefined ? {} : { schema }), on, name };
    const text = `${quoteIdentifier(name)} ${columnClauses(given)}`;
    return { text, at, annotations: annotationsFor(given, target, own, context) };
  });
}

function columnClauses(column: ColumnEntry): string {
  const { type, collation, compression, identity, generated, check, references } = column;
  return words([
    type,
    compression !== undefined && `COMPRESSION ${compression}`,
    collation !== undefined && `COLLATE ${collationName(collation)}`,
    column.default !== undefined && `DEFAULT ${column.default}`,
    identity !== undefined &&
      identityClause(typeof identity === "string" ? { generated: identity } : identity),
    typeof generated === "string" && `GENERATED ALWAYS AS (${generated}) STORED`,
    typeof generated === "object" &&
      `GENERATED ALWAYS AS (${generated.expression}) ${generated.kind.toUpperCase()}`,
    notNullClause(column),
    column.nullable === true && "NULL",
    column.primary_key && "PRIMARY KEY",
    column.unique && "UNIQUE",
    check !== undefined && `CHECK (${check})`,
    references !== undefined && `REFERENCES ${references}`,
    ...referenceActions(column),
  ]);
}

const notNullOf = ({ not_null: given }: ColumnEntry) => (typeof given === "string" ? { name: given } : given);

function notNullClause(column: ColumnEntry): string | false {
  const notNull = notNullOf(column);
  if (notNull === undefined) return column.nullable === false && "NOT NULL";
  return (
    notNull.not_valid !== true && words([called(notNull), "NOT NULL", notNull.no_inherit && "NO INHERIT"])
  );
}

const called = ({ name }: { readonly name?: string | undefined }) =>
  name !== undefined && `CONSTRAINT ${quoteIdentifier(name)}`;

/** A column definition has no NOT VALID (manual, CREATE TABLE). */
export function invalidNotNulls({ columns }: TableEntry) {
  return Object.entries(columns ?? {}).flatMap(([column, entry]) => {
    const notNull = typeof entry === "string" ? undefined : notNullOf(entry);
    if (notNull?.not_valid !== true) return [];
    const text = words([
      "ADD",
      called(notNull),
      `NOT NULL ${quoteIdentifier(column)}`,
      notNull.no_inherit && "NO INHERIT",
      "NOT VALID",
    ]);
    return [{ text, column, key: "not_null" }];
  });
}

/** A collation that is written without quotes is a name as it is: `de-DE-x-icu`, `C`. */
const collationName = (name: string) =>
  name.includes('"')
    ? name
    : name
        .split(".")
        .map((part) => quoteIdentifier(part))
        .join(".");

function identityClause({ generated, start, increment, min, max, cache, cycle }: IdentityEntry): string {
  const options = words([
    start !== undefined && `START ${start}`,
    increment !== undefined && `INCREMENT ${increment}`,
    min !== undefined && `MINVALUE ${min}`,
    max !== undefined && `MAXVALUE ${max}`,
    cache !== undefined && `CACHE ${cache}`,
    cycle && "CYCLE",
  ]);
  return `GENERATED ${generated.toUpperCase()} AS IDENTITY${options === "" ? "" : ` (${options})`}`;
}

/** STORAGE stands in CREATE TABLE only from PostgreSQL 16 on, SET STATISTICS never. */
export function columnSettings({ columns }: TableEntry) {
  return Object.entries(columns ?? {}).flatMap(([column, entry]) => {
    if (typeof entry === "string") return [];
    const alter = `ALTER COLUMN ${quoteIdentifier(column)} SET`;
    const { storage, statistics } = entry;
    return [
      ...(storage === undefined ? [] : [{ text: `${alter} STORAGE ${storage}`, column, key: "storage" }]),
      ...(statistics === undefined
        ? []
        : [{ text: `${alter} STATISTICS ${statistics}`, column, key: "statistics" }]),
    ];
  });
}
