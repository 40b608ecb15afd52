import type { Database } from "../../src/database/database.js";
import { type CatalogTable, readMetadata } from "./metadata.js";
import { defaultAcl, ignoredCatalogs, ignoredColumns, ignoredRows, printedTrees, readAs } from "./rules.js";

/** A value of a catalog's row: what JSON makes of it. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type RawRow = Readonly<Record<string, Value>>;

/** The user's rows of all catalogs, with their OIDs, and what stands behind initdb's rows. */
export interface RawState {
  readonly tables: readonly CatalogTable[];
  readonly rows: ReadonlyMap<string, readonly RawRow[]>;
  /** By catalog: which of the rows that initdb made are still there, untouched. */
  readonly original: ReadonlyMap<string, string>;
}

/** Catalogs that are not compared, but whose rows have names that others refer to. */
const namesOnly: Readonly<Record<string, readonly string[]>> = {
  pg_authid: ["oid", "rolname"],
  pg_tablespace: ["oid", "spcname"],
  pg_database: ["oid", "datname"],
};

/**
 * Reads the state of the database, in the open transaction if there is one. What initdb made is older than template0,
 * which nobody changes: it is told by its transaction and read only where it was touched.
 */
export async function readRaw(database: Database): Promise<RawState> {
  const tables = await metadataOf(database);
  const compared = tables.filter(({ name }) => ignoredCatalogs[name] === undefined);
  const named = tables.filter(({ name }) => namesOnly[name] !== undefined);
  const results = await database.script(
    [
      "SELECT set_config('oracle.path', current_setting('search_path'), false), set_config('search_path', '', false)",
      ...compared.map((table) => query(table)),
      ...named.map((table) => query(table, namesOnly[table.name])),
      `SELECT json_object_agg(name, fingerprint) AS row FROM (${compared.map(untouched).join(" UNION ALL ")}) o`,
      "SELECT set_config('search_path', current_setting('oracle.path'), false)",
    ].join(";\n"),
  );
  const [, ...answers] = results;
  const rows = new Map<string, readonly RawRow[]>();
  for (const [at, { name }] of [...compared, ...named].entries()) {
    rows.set(
      name,
      (answers[at] ?? []).map(({ row }) => row as RawRow),
    );
  }
  const original = answers[compared.length + named.length]?.[0]?.row as Record<string, string>;
  return { tables, rows, original: new Map(Object.entries(original)) };
}

const known = new WeakMap<Database, Promise<readonly CatalogTable[]>>();

function metadataOf(database: Database): Promise<readonly CatalogTable[]> {
  const metadata = known.get(database) ?? readMetadata(database);
  known.set(database, metadata);
  return metadata;
}

const isOriginal = "age(t.xmin) > (SELECT age(datfrozenxid) FROM pg_database WHERE datname = 'template0')";

/** The schema public is there before any file, and every schema may speak of it. */
const aboutPublic: Readonly<Record<string, string>> = {
  pg_namespace: " OR t.oid = 2200",
  pg_description: " OR (t.objoid = 2200 AND t.classoid = 'pg_namespace'::regclass)",
};

function query({ name, columns }: CatalogTable, only?: readonly string[]): string {
  const chosen = columns.filter((column) =>
    only === undefined
      ? column.name === "oid" || ignoredColumns[`${name}.${column.name}`] === undefined
      : only.includes(column.name),
  );
  const list = chosen.map((column) => `${expression(name, column.name, column.type)} AS "${column.name}"`);
  const conditions = (ignoredRows[name] ?? []).map(({ when }) => ` AND (${when}) IS NOT TRUE`).join("");
  const isNew = only === undefined ? `(NOT ${isOriginal}${aboutPublic[name] ?? ""})` : "true";
  // Attributes are also how numbers get their names: all of them, with the number that they really have.
  const number = name === "pg_attribute" ? ", t.attnum AS number" : "";
  return `SELECT to_json(q) AS row FROM (SELECT ${list.join(", ")}${number} FROM pg_catalog.${name} t WHERE ${isNew}${conditions}) q`;
}

function expression(catalog: string, column: string, type: string): string {
  const id = `${catalog}.${column}`;
  const special = printedTrees[id] ?? readAs[id];
  if (special !== undefined) return special;
  if (type === "pg_node_tree") throw new Error(`the oracle does not know how to print ${id}`);
  if (type === "aclitem[]") {
    const byDefault = defaultAcl[id];
    const list = byDefault === undefined ? `t.${column}` : `coalesce(t.${column}, ${byDefault})`;
    return `(SELECT json_agg(i::text ORDER BY i::text) FROM unnest(${list}) i)`;
  }
  // As numbers that JSON keeps, and as OIDs that can be looked up.
  if (type === "bigint") return `t.${column}::text`;
  if (type === "regproc") return `t.${column}::oid`;
  return `t.${column}`;
}

function untouched({ name }: CatalogTable): string {
  const but = aboutPublic[name]?.replace(" OR ", " AND NOT ") ?? "";
  return `SELECT '${name}' AS name, count(*) || ' ' || coalesce(sum(hashtid(t.ctid)), 0) AS fingerprint
    FROM pg_catalog.${name} t WHERE ${isOriginal}${but}`;
}
