import { canonicalJson } from "../../src/catalog/canonical.js";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Fact } from "../../src/catalog/fact.js";
import type { FactId, Identity } from "../../src/catalog/identity.js";
import type { Database } from "../../src/database/database.js";
import { join, name, sql } from "../../src/sql/sql.js";

/** A table that both states have, and those of its columns whose values nothing may change. */
interface Kept {
  readonly id: FactId;
  readonly a: Identity;
  readonly b: Identity;
  readonly columns: readonly { readonly a: string; readonly b: string }[];
}

/** What has which name in the second state. */
export type Renamed = (identity: Identity) => Identity;

/** The tables of `a` whose rows must still be there in `b`, by what the states say and not by what a plan does. */
export function keptTables(a: Catalog, b: Catalog, renamed: Renamed): readonly Kept[] {
  const retyped = ownTypes(a) !== ownTypes(b);
  return a.ofKind("table").flatMap((table) => {
    const now = b.find({ ...renamed(table.identity), kind: "table" as const });
    if (now === undefined || hasNoRows(table) || hasNoRows(now)) return [];
    const columns = a.childrenOfKind(table.id, "column").flatMap((column) => {
      const other = b.find({ ...renamed(column.identity), kind: "column" as const });
      const isSame =
        other !== undefined &&
        other.attributes.type === column.attributes.type &&
        column.attributes.generated === null &&
        other.attributes.generated === null &&
        !(retyped && column.attributes.type.includes("."));
      return isSame ? [{ a: column.identity.name ?? "", b: other.identity.name ?? "" }] : [];
    });
    return columns.length === 0 ? [] : [{ id: table.id, a: table.identity, b: now.identity, columns }];
  });
}

/** A partitioned table's rows are its partitions'. */
function hasNoRows({ attributes }: Fact<"table">): boolean {
  return attributes.partitionBy !== null;
}

/** Types whose values read otherwise when they change. */
function ownTypes(catalog: Catalog): string {
  const kinds = ["composite type", "attribute", "type", "base type", "range", "enum", "domain"] as const;
  return canonicalJson(
    kinds.flatMap((kind) => catalog.ofKind(kind).map(({ id, attributes }) => [id, attributes] as never)),
  );
}

/** The rows that each table itself holds, as text. */
export async function rowsIn(
  database: Database,
  kept: readonly Kept[],
  side: "a" | "b",
): Promise<ReadonlyMap<FactId, string>> {
  if (kept.length === 0) return new Map();
  const queries = kept.map((table) => {
    const list = join(table.columns.map((column) => sql`${name(column[side])}::text`));
    const { schema, name: own } = table[side];
    return sql`SELECT coalesce(json_agg(r ORDER BY r::text)::text, '') AS rows
      FROM (SELECT json_build_array(${list}) AS r FROM ONLY ${name(schema, own)}) q`.text;
  });
  const results = await database.script(queries.join(";\n"));
  return new Map(kept.map(({ id }, at) => [id, String(results[at]?.[0]?.rows ?? "")]));
}

/** A line for each table whose rows are not what they were. */
export function lostRows(
  leg: string,
  before: ReadonlyMap<FactId, string>,
  after: ReadonlyMap<FactId, string>,
): string[] {
  return [...before].flatMap(([table, rows]) =>
    after.get(table) === rows ? [] : [`${leg}: rows of ${table}\n  ${rows}\n  ${after.get(table)}`],
  );
}
