import type { Piece } from "../../parse/source.js";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.js";
import type { QualifiedName } from "../tree.js";
import { columnSettings, columnsOf, invalidNotNulls } from "./columns.js";
import { constraintsOf, foreignKeys, invalidChecks, repeatedKeys } from "./constraints.js";
import {
  annotationsFor,
  type Context,
  commentOn,
  type Definition,
  list,
  nameFromPath,
  nameOf,
  ownerOf,
  quoted,
  statement,
  withOptions,
  words,
} from "./definition.js";
import { discardedColumns } from "./discard.js";
import type { EnumEntry, SchemaDocument, TableEntry } from "./document.js";
import type { Path, Places } from "./places.js";

/** The SQL that a YAML document stands for; each piece of it knows its key. */
export function definitionsOf({ schema, enums, tables }: SchemaDocument, places: Places): Definition[] {
  const context = { schema: schema ?? "public", places };
  const own =
    schema === undefined || schema === "public"
      ? []
      : [`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`];
  return [
    ...own.map((text) => statement(text, places(["schema"]))),
    ...Object.entries(enums ?? {}).flatMap(([key, entry]) => enumDefinitions(key, entry, context)),
    ...Object.entries(tables ?? {}).flatMap(([key, entry]) => tableDefinitions(key, entry, context)),
  ];
}

function enumDefinitions(
  key: string,
  given: EnumEntry | EnumEntry["values"],
  context: Context,
): Definition[] {
  const path = ["enums", key];
  const { places } = context;
  const entry: EnumEntry = Array.isArray(given) ? { values: given } : given;
  const listPath = Array.isArray(given) ? path : [...path, "values"];
  const { schema, name } = nameOf(key, context.schema);
  const type = quoted({ schema, name });
  const pieces: Piece[] = [{ text: `CREATE TYPE ${type} AS ENUM (`, at: places(path) }];
  const annotations = annotationsFor(entry, { kind: "enum", schema, name }, path, context);
  for (const [index, value] of entry.values.entries()) {
    const label = typeof value === "string" ? value : value.value;
    pieces.push({ text: (index === 0 ? "" : ", ") + quoteLiteral(label), at: places([...listPath, index]) });
    if (typeof value === "string") continue;
    const target = { kind: "enum value", schema, on: name, name: label };
    annotations.push(...annotationsFor(value, target, [...listPath, index], context));
  }
  pieces.push({ text: ")", at: places(path) });
  return [
    { pieces, annotations },
    ...commentOn("TYPE", type, entry.comment, path, context),
    ...ownerOf("TYPE", type, entry.owner, path, context),
  ];
}

function tableDefinitions(key: string, entry: TableEntry, context: Context): Definition[] {
  const path = ["tables", key];
  const { places } = context;
  const id = nameOf(key, context.schema);
  const table = quoted(id);
  const parts = [...columnsOf(entry, id, path, context), ...constraintsOf(entry, id, path, context)];
  const begin = `CREATE ${entry.unlogged ? "UNLOGGED " : ""}TABLE ${table} (\n`;
  const create: Definition = {
    pieces: [
      { text: begin, at: places(path) },
      ...parts.flatMap(({ text, at }, index) => [{ text: `${index === 0 ? "  " : ", "}${text}\n`, at }]),
      { text: words([")", ...tableClauses(entry)]), at: places(path) },
    ],
    annotations: [
      ...annotationsFor(entry, { kind: "table", ...id }, path, context),
      ...discardedColumns(entry, id, path, context),
      ...parts.flatMap((part) => part.annotations),
    ],
  };
  const alter = (what: string, ...at: PropertyKey[]) =>
    statement(`ALTER TABLE ${table} ${what}`, places([...path, ...at]));
  return [
    create,
    ...repeatedKeys(entry, id, path, context),
    ...invalidChecks(entry, id, path, context),
    ...foreignKeys(entry, id, path, context),
    ...indexes(entry, id, path, context),
    ...(entry.row_security ? [alter("ENABLE ROW LEVEL SECURITY", "row_security")] : []),
    ...(entry.row_security === "force" ? [alter("FORCE ROW LEVEL SECURITY", "row_security")] : []),
    ...replicaIdentity(entry).map((text) => alter(text, "replica_identity")),
    ...[...invalidNotNulls(entry), ...columnSettings(entry)].map(({ text, column, key }) =>
      alter(text, "columns", column, key),
    ),
    ...commentOn("TABLE", table, entry.comment, path, context),
    ...partComments(entry, table, path, context),
    ...ownerOf("TABLE", table, entry.owner, path, context),
    ...Object.entries(entry.grants ?? {}).map(([role, privileges]) => {
      const grantee = role.toLowerCase() === "public" ? "PUBLIC" : quoteIdentifier(role);
      const text = `GRANT ${privileges.join(", ")} ON TABLE ${table} TO ${grantee}`;
      return statement(text, places([...path, "grants", role]));
    }),
  ];
}

function tableClauses(entry: TableEntry) {
  return [
    entry.inherits !== undefined && `INHERITS (${entry.inherits.join(", ")})`,
    entry.partition_by !== undefined && `PARTITION BY ${entry.partition_by}`,
    withOptions(entry.with),
    entry.tablespace !== undefined && `TABLESPACE ${quoteIdentifier(entry.tablespace)}`,
  ];
}

function indexes(entry: TableEntry, id: Required<QualifiedName>, path: Path, context: Context): Definition[] {
  const columns = new Set(Object.keys(entry.columns ?? {}));
  // What is no column of the table is SQL: an expression, or a column with its order or operator class.
  const element = (text: string) => (columns.has(text) ? quoteIdentifier(text) : text);
  return Object.entries(entry.indexes ?? {}).flatMap(([name, given]) => {
    const own = [...path, "indexes", name];
    const index = Array.isArray(given) ? { columns: given } : given;
    const long = Array.isArray(given) ? undefined : given;
    const text = words([
      `CREATE ${long?.unique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(name)} ON ${quoted(id)}`,
      long?.method !== undefined && `USING ${long.method}`,
      `(${index.columns.map(element).join(", ")})`,
      long?.include !== undefined && `INCLUDE (${list(long.include)})`,
      long?.nulls_not_distinct && "NULLS NOT DISTINCT",
      withOptions(long?.with),
      long?.tablespace !== undefined && `TABLESPACE ${quoteIdentifier(long.tablespace)}`,
      long?.where !== undefined && `WHERE ${long.where}`,
    ]);
    const target = { kind: "index", schema: id.schema, name };
    return [
      statement(text, context.places(own), annotationsFor(long ?? {}, target, own, context)),
      ...commentOn("INDEX", quoted({ schema: id.schema, name }), long?.comment, own, context),
    ];
  });
}

function replicaIdentity({ replica_identity: identity }: TableEntry): string[] {
  if (identity === undefined) return [];
  const isWord = /^(default|full|nothing)$/i.test(identity);
  return [`REPLICA IDENTITY ${isWord ? identity.toUpperCase() : `USING INDEX ${quoteIdentifier(identity)}`}`];
}

/** Comments on columns and constraints. */
function partComments(entry: TableEntry, table: string, path: Path, context: Context): Definition[] {
  const found: Definition[] = [];
  for (const [column, given] of Object.entries(entry.columns ?? {})) {
    if (typeof given === "string") continue;
    const own = [...path, "columns", column];
    found.push(...commentOn("COLUMN", `${table}.${quoteIdentifier(column)}`, given.comment, own, context));
  }
  for (const group of ["unique", "checks", "foreign_keys", "exclusions"] as const) {
    for (const [name, given] of Object.entries(entry[group] ?? {})) {
      if (typeof given === "string" || Array.isArray(given)) continue;
      const object = `${quoteIdentifier(name)} ON ${table}`;
      found.push(...commentOn("CONSTRAINT", object, given.comment, [...path, group, name], context));
    }
  }
  const { primary_key: primary } = entry;
  if (primary !== undefined && !Array.isArray(primary)) {
    const name = primary.name ?? `${nameFromPath(path)}_pkey`;
    const object = `${quoteIdentifier(name)} ON ${table}`;
    found.push(...commentOn("CONSTRAINT", object, primary.comment, [...path, "primary_key"], context));
  }
  return found;
}
