import type { Database } from "../../src/database/database.js";
import type { CatalogTable, Reference } from "./metadata.js";
import { type RawRow, type RawState, readRaw, type Value } from "./read.js";
import { anyObject, attributeNumbers, ignoredCatalogs, ignoredColumns, unordered } from "./rules.js";

/** A database's catalogs with names in place of OIDs: per catalog, rows by their name. */
export interface State {
  readonly catalogs: ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, string>>>>;
  readonly original: ReadonlyMap<string, string>;
}

export async function readState(database: Database): Promise<State> {
  const raw = await readRaw(database);
  const names = new Names(raw);
  const catalogs = new Map<string, Map<string, Record<string, string>>>();
  for (const table of raw.tables) {
    if (ignoredCatalogs[table.name] !== undefined) continue;
    const rows = new Map<string, Record<string, string>>();
    for (const row of raw.rows.get(table.name) ?? []) {
      const resolved = names.resolve(table, row);
      const name = table.key === undefined ? JSON.stringify(resolved) : names.ofRow(table, row);
      // The same thing twice (an edge of pg_depend) is two rows.
      let unique = name;
      for (let copy = 2; rows.has(unique); copy++) unique = `${name} (${copy})`;
      rows.set(unique, resolved);
    }
    catalogs.set(table.name, rows);
  }
  return { catalogs, original: raw.original };
}

/** Puts names in the place of OIDs and attribute numbers. */
class Names {
  readonly #tables: ReadonlyMap<string, CatalogTable>;
  readonly #catalogs: ReadonlyMap<number, string>;
  readonly #rows = new Map<string, Map<number, RawRow>>();
  readonly #attributes = new Map<string, string>();
  readonly #names = new Map<string, string>();

  constructor({ tables, rows }: RawState) {
    this.#tables = new Map(tables.map((table) => [table.name, table]));
    this.#catalogs = new Map(tables.map(({ oid, name }) => [oid, name]));
    for (const [catalog, list] of rows) {
      this.#rows.set(catalog, new Map(list.map((row) => [Number(row.oid), row])));
    }
    for (const row of rows.get("pg_attribute") ?? []) {
      this.#attributes.set(`${row.attrelid} ${row.number}`, String(row.attname));
    }
  }

  /** Every compared column of a row, as text. */
  resolve(table: CatalogTable, row: RawRow): Record<string, string> {
    const resolved: Record<string, string> = {};
    for (const { name, type } of table.columns) {
      if (name === "oid" || ignoredColumns[`${table.name}.${name}`] !== undefined) continue;
      resolved[name] = this.#text(table, row, name, type);
    }
    if (table.name === "pg_trigger" && isNamedByOid(row)) resolved.tgname = this.#internalTrigger(row);
    if (table.name === "pg_type" && this.#isArray(row)) resolved.typname = this.ofRow(table, row);
    if (table.name === "pg_class") resolved.relname = this.#relation(row);
    // ALTER of a column's compression reaches indexes whose values are never compressed, CREATE INDEX sets none there.
    if (table.name === "pg_attribute" && row.attstorage === "p" && this.#isIndex(row.attrelid))
      resolved.attcompression = "";
    return resolved;
  }

  /** A row by the values of its key. */
  ofRow(table: CatalogTable, row: RawRow): string {
    if (table.name === "pg_trigger" && isNamedByOid(row)) return this.#internalTrigger(row);
    // PostgreSQL names an array type after its element, with as many underscores as it takes.
    if (table.name === "pg_type" && this.#isArray(row)) return `${this.of("pg_type", Number(row.typelem))}[]`;
    if (table.name === "pg_database") return "a database";
    if (table.name === "pg_class") {
      return `${this.of("pg_namespace", Number(row.relnamespace))}.${this.#relation(row)}`;
    }
    const key = table.key ?? [];
    const parts = key.map((name) => {
      const type = table.columns.find((column) => column.name === name)?.type ?? "";
      return this.#text(table, row, name, type);
    });
    const inSchema = key.findIndex((name) => name.endsWith("namespace"));
    if (inSchema < 0) return parts.join(" ");
    const [schema] = parts.splice(inSchema, 1);
    return `${schema}.${parts.join(" ")}`;
  }

  /** The name of the row with this OID; PostgreSQL's own rows have the same OIDs everywhere. */
  of(catalog: string, oid: number): string {
    if (oid === 0) return "-";
    const id = `${catalog} ${oid}`;
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const own = catalog === "pg_class" ? this.#catalogs.get(oid) : undefined;
    if (own !== undefined) return own;
    const row = this.#rows.get(catalog)?.get(oid);
    const table = this.#tables.get(catalog);
    const name = row === undefined || table === undefined ? `#${oid}` : this.ofRow(table, row);
    this.#names.set(id, name);
    return name;
  }

  #text(table: CatalogTable, row: RawRow, name: string, type: string): string {
    const value = row[name] ?? null;
    const id = `${table.name}.${name}`;
    const relation = attributeNumbers[id];
    const reference: Reference | undefined =
      relation === undefined ? table.references.get(name) : { catalog: "pg_attribute", relation };
    if (reference !== undefined) return this.#referred(reference, row, value, id);
    for (const { catalog, object, part } of anyObject) {
      if (name !== object && name !== part) continue;
      if (row[catalog] === undefined || row[object] === undefined) continue;
      const inCatalog = this.#catalogOf(Number(row[catalog]));
      if (name === object) return this.of(inCatalog, Number(value));
      return inCatalog === "pg_class" ? this.#attribute(Number(row[object]), Number(value)) : String(value);
    }
    if (/^(oid|oidvector|oid\[\]|reg.*)$/.test(type)) throw new Error(`the oracle cannot resolve ${id}`);
    return print(unordered.has(id) && Array.isArray(value) ? sorted(value) : value);
  }

  #referred({ catalog, relation }: Reference, row: RawRow, value: Value, id: string): string {
    const one = (item: Value) =>
      relation === undefined
        ? this.of(catalog, Number(item))
        : this.#attribute(Number(row[relation]), Number(item));
    if (value === null) return "null";
    if (!Array.isArray(value)) return one(value);
    const list = value.map(one);
    // A check's columns are stored by number, not as they were written.
    const isCheck = id === "pg_constraint.conkey" && (row.contype === "c" || row.contype === "n");
    return print(unordered.has(id) || isCheck ? list.toSorted() : list);
  }

  #attribute(relation: number, number: number): string {
    return this.#attributes.get(`${relation} ${number}`) ?? String(number);
  }

  #catalogOf(oid: number): string {
    return this.#catalogs.get(oid) ?? `catalog ${oid}`;
  }

  #isIndex(relation: Value | undefined): boolean {
    const kind = this.#rows.get("pg_class")?.get(Number(relation))?.relkind;
    return kind === "i" || kind === "I";
  }

  #isArray(row: RawRow): boolean {
    // A domain over an array is in the category too.
    return row.typcategory === "A" && Number(row.typelem) !== 0;
  }

  #internalTrigger(row: RawRow): string {
    const constraint = this.of("pg_constraint", Number(row.tgconstraint));
    return `${this.of("pg_class", Number(row.tgrelid))} trigger of ${constraint} calling ${row.tgfoid} type ${row.tgtype}`;
  }

  /** `pg_toast_16400`, and what PostgreSQL names after it. */
  #relation(row: RawRow): string {
    const owner = /^pg_toast_(\d+)$/.exec(String(row.relname))?.[1];
    return owner === undefined ? String(row.relname) : `TOAST of ${this.of("pg_class", Number(owner))}`;
  }
}

function sorted(list: readonly Value[]): Value[] {
  return list.toSorted((a, b) => (print(a) < print(b) ? -1 : 1));
}

function print(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `RI_ConstraintTrigger_a_16400`; what version 14 clones for a partition is internal, too, and has its name. */
function isNamedByOid({ oid, tgname }: RawRow): boolean {
  return String(tgname).endsWith(`_${oid}`);
}
