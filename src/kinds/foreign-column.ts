import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { changeForeignOptions, foreignOptions } from "./foreign-options.js";
import { notNullClause } from "./not-null.js";
import { changeOptions } from "./options.js";
import { collationName, inheritedColumns, isUserSchema, options, ref, refs } from "./query.js";

/** A column of a foreign table: a description of what the other side has. Its default and NOT NULL are facts of their own. */
export interface ForeignColumn {
  readonly type: string;
  /** Quoted collation where it is not the type's own. */
  readonly collation: string | null;
  /** Always stored, which is left to the foreign data wrapper. */
  readonly generated: string | null;
  /** `name=value` for the foreign data wrapper, sorted. */
  readonly options: readonly string[];
  readonly storage: string | null;
  /** Statistics target where it is not the default. */
  readonly statistics: number | null;
  /** `n_distinct=…`. */
  readonly estimates: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "foreign column": ForeignColumn;
  }
}

type ColumnFact = Fact<"foreign column">;

const alterTable = ({ identity }: ColumnFact) =>
  sql`ALTER FOREIGN TABLE ${name(identity.schema, identity.on)}`;
const alterColumn = (fact: ColumnFact) => sql`${alterTable(fact)} ALTER COLUMN ${name(fact.identity.name)}`;

/** ALTER TYPE refuses a column that one of these uses (manual, ALTER TABLE, SET DATA TYPE). */
const needsUnchangedColumn = ({ identity }: Fact) =>
  ["view", "materialized view", "trigger", "function", "procedure", "rule", "default", "statistics"].includes(
    identity.kind,
  );

export const foreignColumn = defineKind({
  name: "foreign column",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", a.attname AS name, a.attnum AS position,
           ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_class", "c.oid", "a.attnum"), ref("pg_attrdef", "coalesce(d.oid, 0)"))} AS refs,
           ${inheritedColumns} AS inherits,
           json_build_object(
             'type', format_type(a.atttypid, a.atttypmod),
             'collation', CASE WHEN a.attcollation <> t.typcollation THEN ${collationName("a.attcollation")} END,
             'generated', pg_get_expr(d.adbin, d.adrelid),
             'options', ${options("a.attfdwoptions")},
             'storage', CASE WHEN a.attstorage <> t.typstorage THEN
               CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' ELSE 'extended' END
             END,
             'statistics', nullif(a.attstattarget, -1),
             'estimates', ${options("a.attoptions")}
           ) AS attributes
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''
    WHERE c.relkind = 'f' AND a.attnum > 0 AND NOT a.attisdropped AND ${isUserSchema("n")}`,
  address: (id) => sql`COLUMN ${name(id.schema, id.on, id.name)}`,
  occupies: ({ identity }) => [`column ${identity.schema}.${identity.on}.${identity.name}`],
  folds: () => true,
  create: (fact, { folded, catalog }) => [
    sql`${alterTable(fact)} ADD COLUMN ${foreignColumnDefinition(fact, folded, catalog)}`,
    ...foreignColumnSettings(fact),
  ],
  inheritance: () => "cascades",
  drop: (fact) => [sql`${alterTable(fact)} DROP COLUMN ${name(fact.identity.name)}`],
  alter: [
    {
      of: ["type", "collation"],
      rebuilds: needsUnchangedColumn,
      cascades: true,
      sql: (_, to) => {
        const { type, collation } = to.attributes;
        return sql`${alterColumn(to)} TYPE ${raw(type)} ${collation !== null && raw(`COLLATE ${collation}`)}`;
      },
    },
    {
      of: ["options"],
      sql: (from, to) =>
        sql`${alterColumn(to)} ${changeForeignOptions(from.attributes.options, to.attributes.options)}`,
    },
    {
      of: ["storage"],
      when: (_, to, { major }) => major >= 16 || to.attributes.storage !== null,
      sql: (_, to) =>
        sql`${alterColumn(to)} SET STORAGE ${raw((to.attributes.storage ?? "default").toUpperCase())}`,
    },
    {
      of: ["statistics"],
      sql: (_, to) => sql`${alterColumn(to)} SET STATISTICS ${to.attributes.statistics ?? -1}`,
    },
    {
      of: ["estimates"],
      sql: (from, to) => changeOptions(alterColumn(to), from.attributes.estimates, to.attributes.estimates),
    },
  ],
  resembles: (from, to) =>
    from.parent === to.parent && from.attributes.type === to.attributes.type ? "alike" : undefined,
  isNamedByCode: true,
  rename: (from, to) => [
    sql`ALTER FOREIGN TABLE ${name(from.schema, from.on)} RENAME COLUMN ${name(from.name)} TO ${name(to.name)}`,
  ],
});

/** The column with its default and NOT NULL as it stands in CREATE FOREIGN TABLE and ADD COLUMN. */
export function foreignColumnDefinition(
  { identity, attributes }: ColumnFact,
  parts: readonly Fact[],
  catalog: Catalog,
): Sql {
  const { type, options, collation, generated } = attributes;
  const defaultFact = parts.find((part) => isKind(part, "default"));
  const notNull = parts.find((part) => isKind(part, "not null"));
  return join(
    [
      name(identity.name),
      raw(type),
      foreignOptions(options),
      collation !== null && raw(`COLLATE ${collation}`),
      notNull !== undefined && notNullClause(notNull, catalog),
      defaultFact !== undefined && sql`DEFAULT ${raw(defaultFact.attributes.expression)}`,
      generated !== null && sql`GENERATED ALWAYS AS (${raw(generated)}) STORED`,
    ],
    " ",
  );
}

/** What CREATE FOREIGN TABLE has no clause for. */
export function foreignColumnSettings(fact: ColumnFact): Sql[] {
  const { storage, statistics, estimates } = fact.attributes;
  return [
    ...(storage === null ? [] : [sql`${alterColumn(fact)} SET STORAGE ${raw(storage.toUpperCase())}`]),
    ...(statistics === null ? [] : [sql`${alterColumn(fact)} SET STATISTICS ${statistics}`]),
    ...changeOptions(alterColumn(fact), [], estimates),
  ];
}
