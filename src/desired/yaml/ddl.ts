import type { Identity } from "../../catalog/identity.js";
import type { SourceLocation } from "../../error.js";
import type { Piece } from "../../parse/source.js";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.js";
import type { Annotation } from "../state.js";
import type { QualifiedName } from "../tree.js";
import type {
  CheckEntry,
  ColumnEntry,
  EnumEntry,
  History,
  IdentityEntry,
  KeyEntry,
  SchemaDocument,
  TableEntry,
} from "./document.js";
import type { Path, Places } from "./places.js";

/** One statement, and what its part of the file says of renames and the like. */
export interface Definition {
  readonly pieces: readonly Piece[];
  readonly annotations: readonly Annotation[];
}

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

interface Context {
  readonly schema: string;
  readonly places: Places;
}

const statement = (text: string, at: SourceLocation, annotations: Annotation[] = []): Definition => ({
  pieces: [{ text, at }],
  annotations,
});

/** A key is a name as it is, or `schema.name`; a dot in a name is quoted: `"odd.name"`. */
function nameOf(key: string, schema: string): Required<QualifiedName> {
  const parts = (key.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [key]).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
  return { schema: parts.at(-2) ?? schema, name: parts.at(-1) ?? key };
}

const quoted = ({ schema, name }: Required<QualifiedName>) =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
const list = (names: readonly string[]) => names.map(quoteIdentifier).join(", ");
const words = (parts: readonly (string | false | undefined)[]) => parts.filter(Boolean).join(" ");

function annotationsFor(history: History, target: Identity, path: Path, { places }: Context): Annotation[] {
  const found: Annotation[] = [];
  const { renamed_from: from } = history;
  if (from !== undefined) {
    const isPart = target.on !== undefined;
    const { schema, name } = nameOf(from, "");
    const former = isPart ? { name: from } : schema === "" ? { name } : { schema, name };
    found.push({
      name: "renamed",
      argument: from,
      from: former,
      target,
      at: places([...path, "renamed_from"]),
    });
  }
  for (const name of ["new", "online"] as const) {
    if (history[name]) found.push({ name, target, at: places([...path, name]) });
  }
  for (const name of ["backfill", "using"] as const) {
    const argument = history[name];
    if (argument !== undefined) found.push({ name, argument, target, at: places([...path, name]) });
  }
  return found;
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

function commentOn(
  kind: string,
  object: string,
  comment: string | undefined,
  path: Path,
  { places }: Context,
) {
  if (comment === undefined) return [];
  return [
    statement(`COMMENT ON ${kind} ${object} IS ${quoteLiteral(comment)}`, places([...path, "comment"])),
  ];
}

function ownerOf(kind: string, object: string, owner: string | undefined, path: Path, { places }: Context) {
  if (owner === undefined) return [];
  return [
    statement(`ALTER ${kind} ${object} OWNER TO ${quoteIdentifier(owner)}`, places([...path, "owner"])),
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
      ...parts.flatMap((part) => part.annotations),
    ],
  };
  const alter = (what: string, ...at: PropertyKey[]) =>
    statement(`ALTER TABLE ${table} ${what}`, places([...path, ...at]));
  return [
    create,
    ...invalidChecks(entry, id, path, context),
    ...foreignKeys(entry, id, path, context),
    ...indexes(entry, id, path, context),
    ...(entry.row_security ? [alter("ENABLE ROW LEVEL SECURITY", "row_security")] : []),
    ...(entry.row_security === "force" ? [alter("FORCE ROW LEVEL SECURITY", "row_security")] : []),
    ...replicaIdentity(entry).map((text) => alter(text, "replica_identity")),
    ...columnSettings(entry).map(({ text, column, key }) => alter(text, "columns", column, key)),
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

interface Part {
  readonly text: string;
  readonly at: SourceLocation;
  readonly annotations: readonly Annotation[];
}

function columnsOf(
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
    column.nullable === false && "NOT NULL",
    column.nullable === true && "NULL",
    column.primary_key && "PRIMARY KEY",
    column.unique && "UNIQUE",
    check !== undefined && `CHECK (${check})`,
    references !== undefined && `REFERENCES ${references}`,
    ...referenceActions(column),
  ]);
}

/** A collation that is written without quotes is a name as it is: `de-DE-x-icu`, `C`. */
const collationName = (name: string) =>
  name.includes('"')
    ? name
    : name
        .split(".")
        .map((part) => quoteIdentifier(part))
        .join(".");

function referenceActions({ on_delete, on_update }: Pick<ColumnEntry, "on_delete" | "on_update">) {
  return [
    on_delete !== undefined && `ON DELETE ${on_delete.toUpperCase()}`,
    on_update !== undefined && `ON UPDATE ${on_update.toUpperCase()}`,
  ];
}

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

/** The constraints that CREATE TABLE itself holds: all but foreign keys. */
function constraintsOf(entry: TableEntry, id: QualifiedName, path: Path, context: Context): Part[] {
  const constraint = (name: string | undefined, text: string, own: Path, history: History): Part => {
    const called = name ?? `${id.name}_pkey`;
    const target = {
      kind: "constraint",
      ...(id.schema === undefined ? {} : { schema: id.schema }),
      on: id.name,
    };
    return {
      text: name === undefined ? text : `CONSTRAINT ${quoteIdentifier(name)} ${text}`,
      at: context.places(own),
      annotations: annotationsFor(history, { ...target, name: called }, own, context),
    };
  };
  const { primary_key: primary } = entry;
  const primaryKey = Array.isArray(primary) ? { columns: primary } : primary;
  return [
    ...(primaryKey === undefined
      ? []
      : [
          constraint(
            "name" in primaryKey ? primaryKey.name : undefined,
            keyClause("PRIMARY KEY", primaryKey),
            [...path, "primary_key"],
            primaryKey,
          ),
        ]),
    ...Object.entries(entry.unique ?? {}).map(([name, given]) => {
      const unique = Array.isArray(given) ? { columns: given } : given;
      return constraint(name, keyClause("UNIQUE", unique), [...path, "unique", name], unique);
    }),
    ...Object.entries(entry.checks ?? {}).flatMap(([name, given]) => {
      const check = checkOf(given);
      return check.not_valid ? [] : [constraint(name, checkClause(check), [...path, "checks", name], check)];
    }),
    ...Object.entries(entry.exclusions ?? {}).map(([name, exclusion]) => {
      const { method, elements, include, where } = exclusion;
      const text = words([
        `EXCLUDE USING ${method ?? "gist"} (${elements.join(", ")})`,
        include !== undefined && `INCLUDE (${list(include)})`,
        where !== undefined && `WHERE (${where}\n)`,
        deferral(exclusion),
      ]);
      return constraint(name, text, [...path, "exclusions", name], exclusion);
    }),
  ];
}

const checkOf = (given: string | CheckEntry): CheckEntry =>
  typeof given === "string" ? { expression: given } : given;

const checkClause = ({ expression, no_inherit }: CheckEntry) =>
  words([`CHECK (${expression}\n)`, no_inherit && "NO INHERIT"]);

/** CREATE TABLE ignores NOT VALID, as there are no rows. */
function invalidChecks(
  entry: TableEntry,
  id: Required<QualifiedName>,
  path: Path,
  context: Context,
): Definition[] {
  return Object.entries(entry.checks ?? {}).flatMap(([name, given]) => {
    const check = checkOf(given);
    if (!check.not_valid) return [];
    const own = [...path, "checks", name];
    const add = `ALTER TABLE ${quoted(id)} ADD CONSTRAINT ${quoteIdentifier(name)}`;
    const target = { kind: "constraint", schema: id.schema, on: id.name, name };
    const annotations = annotationsFor(check, target, own, context);
    return [statement(`${add} ${checkClause(check)} NOT VALID`, context.places(own), annotations)];
  });
}

function deferral({ deferrable }: Pick<KeyEntry, "deferrable">) {
  if (deferrable === "initially deferred") return "DEFERRABLE INITIALLY DEFERRED";
  return deferrable && "DEFERRABLE";
}

function keyClause(kind: string, key: KeyEntry): string {
  return words([
    kind,
    key.nulls_not_distinct && "NULLS NOT DISTINCT",
    `(${list(key.columns)})`,
    key.include !== undefined && `INCLUDE (${list(key.include)})`,
    withOptions(key.with),
    key.tablespace !== undefined && `USING INDEX TABLESPACE ${quoteIdentifier(key.tablespace)}`,
    deferral(key),
  ]);
}

const withOptions = (options: Readonly<Record<string, string>> | undefined) =>
  options !== undefined &&
  `WITH (${Object.entries(options)
    .map(([name, value]) => `${name.split(".").map(quoteIdentifier).join(".")} = ${quoteLiteral(value)}`)
    .join(", ")})`;

function tableClauses(entry: TableEntry) {
  return [
    entry.inherits !== undefined && `INHERITS (${entry.inherits.join(", ")})`,
    entry.partition_by !== undefined && `PARTITION BY ${entry.partition_by}`,
    withOptions(entry.with),
    entry.tablespace !== undefined && `TABLESPACE ${quoteIdentifier(entry.tablespace)}`,
  ];
}

function foreignKeys(
  entry: TableEntry,
  id: Required<QualifiedName>,
  path: Path,
  context: Context,
): Definition[] {
  return Object.entries(entry.foreign_keys ?? {}).map(([name, key]) => {
    const own = [...path, "foreign_keys", name];
    const text = words([
      `ALTER TABLE ${quoted(id)} ADD CONSTRAINT ${quoteIdentifier(name)}`,
      `FOREIGN KEY (${list(key.columns)}) REFERENCES ${key.references}`,
      key.match === "full" && "MATCH FULL",
      ...referenceActions(key),
      deferral(key),
      key.not_valid && "NOT VALID",
    ]);
    const target = { kind: "constraint", schema: id.schema, on: id.name, name };
    return statement(text, context.places(own), annotationsFor(key, target, own, context));
  });
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

/** STORAGE stands in CREATE TABLE only from PostgreSQL 16 on, SET STATISTICS never. */
function columnSettings({ columns }: TableEntry) {
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

const nameFromPath = (path: Path) => nameOf(String(path.at(-1)), "").name;
