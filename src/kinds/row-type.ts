import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";

/** Columns whose rows have values of the type or of the relation's row type, by itself or inside of another type. */
export function columnsThatStore(type: FactId, catalog: Catalog, seen = new Set<FactId>()): Fact[] {
  if (seen.has(type)) return [];
  seen.add(type);
  return catalog.dependents(type).flatMap(({ from }) => {
    const dependent = catalog.get(from);
    if (dependent === undefined || dependent.parent === type) return [];
    if (isKind(dependent, "attribute")) {
      return dependent.parent === undefined ? [] : columnsThatStore(dependent.parent, catalog, seen);
    }
    if (storing.has(dependent.identity.kind)) return [dependent];
    const isType =
      isKind(dependent, "domain") || isKind(dependent, "range") || isKind(dependent, "composite type");
    return isType ? columnsThatStore(from, catalog, seen) : [];
  });
}

const storing = new Set(["column", "foreign column", "view column"]);

/** The rows of another relation that a column holds, as JSON: by the names of their columns, whatever becomes of these. */
export function rowsToJson(alterColumn: Sql, column: Sql): Sql {
  return sql`${alterColumn} TYPE json USING pg_catalog.to_json(${column})`;
}

/** And back. A type of its own, because only fields of rows can be read back by the type that they have. */
export function rowsFromJson(alterColumn: Sql, column: Sql, type: string): Sql[] {
  const wrapper = name("pg_temp", "dm_rows");
  const wrapped = sql`pg_catalog.json_populate_record(NULL::${wrapper}, pg_catalog.json_build_object('value', ${column}))`;
  return [
    sql`CREATE TYPE ${wrapper} AS (value ${raw(type)})`,
    sql`${alterColumn} TYPE ${raw(type)} USING (${wrapped}).value`,
    sql`DROP TYPE ${wrapper}`,
  ];
}
