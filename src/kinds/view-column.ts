import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { changeOptions } from "./options.js";
import { collationName, isUserSchema, options, ref, refs } from "./query.js";
import { storageName } from "./storage.js";

/** A column of a view or materialised view: made by its query, settings apart. */
export interface ViewColumn {
  readonly type: string;
  readonly collation: string | null;
  /** The rest is for materialised views, which store rows. */
  readonly storage: string | null;
  readonly compression: "pglz" | "lz4" | null;
  readonly statistics: number | null;
  readonly options: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "view column": ViewColumn;
  }
}

type ViewColumnFact = Fact<"view column">;

// ALTER MATERIALIZED VIEW … ALTER COLUMN; only they have these settings.
const alterColumn = ({ identity }: ViewColumnFact) =>
  sql`ALTER MATERIALIZED VIEW ${name(identity.schema, identity.on)} ALTER COLUMN ${name(identity.name)}`;

const setStorage = (fact: ViewColumnFact, catalog: Catalog, major: number) => {
  const { storage, type } = fact.attributes;
  return sql`${alterColumn(fact)} SET STORAGE ${storageName(storage, type, catalog, major)}`;
};
const setCompression = (fact: ViewColumnFact) =>
  sql`${alterColumn(fact)} SET COMPRESSION ${raw(fact.attributes.compression ?? "default")}`;
const setStatistics = (fact: ViewColumnFact) =>
  sql`${alterColumn(fact)} SET STATISTICS ${fact.attributes.statistics ?? -1}`;

export const viewColumn = defineKind({
  name: "view column",
  query: ({ major }) => `
    SELECT n.nspname AS schema, c.relname AS "on", a.attname AS name, a.attnum AS position,
           ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_class", "c.oid", "a.attnum"))} AS refs,
           json_build_object(
             'type', format_type(a.atttypid, a.atttypmod),
             'collation', CASE WHEN a.attcollation <> t.typcollation THEN ${collationName("a.attcollation")} END,
             'storage', CASE WHEN c.relkind = 'm' AND a.attstorage <> t.typstorage THEN
               CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' ELSE 'extended' END
             END,
             'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
             'statistics', ${major >= 17 ? "a.attstattarget" : "nullif(a.attstattarget, CASE c.relkind WHEN 'v' THEN a.attstattarget ELSE -1 END)"},
             'options', ${options("a.attoptions")}
           ) AS attributes
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND ${isUserSchema("n")}`,
  address: (id) => sql`COLUMN ${name(id.schema, id.on, id.name)}`,
  create: (fact, { catalog, major }): Sql[] => [
    ...(fact.attributes.storage === null ? [] : [setStorage(fact, catalog, major)]),
    ...(fact.attributes.compression === null ? [] : [setCompression(fact)]),
    ...(fact.attributes.statistics === null ? [] : [setStatistics(fact)]),
    ...changeOptions(alterColumn(fact), [], fact.attributes.options),
  ],
  drop: () => [],
  isNamedByCode: true,
  alter: [
    { of: ["storage"], sql: (_, to, { wanted, major }) => setStorage(to, wanted, major) },
    { of: ["compression"], sql: (_, to) => setCompression(to) },
    { of: ["statistics"], sql: (_, to) => setStatistics(to) },
    {
      of: ["options"],
      sql: (from, to) => changeOptions(alterColumn(to), from.attributes.options, to.attributes.options),
    },
  ],
});
