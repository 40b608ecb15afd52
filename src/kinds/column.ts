import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { isVirtualFixed, losesInRebuild, needsUnchangedColumn } from "./column-dependents.js";
import {
  addNumbered,
  alterColumn,
  alterTable,
  type ColumnFact,
  changeIdentity,
  type Identity,
  identityClause,
  sequenceName,
} from "./column-identity.js";
import { asksForValue, columnPreflight } from "./column-preflight.js";
import {
  changeColumnType,
  changeToReplaced,
  changeType,
  isRetyped,
  restoreStatistics,
  setCompression,
  storageAfterCascade,
  storageAfterType,
} from "./column-type.js";
import { type AlterContext, defineKind, type RenderContext } from "./define.js";
import { afterInheriting, dropsOnly, hasHeirs, only } from "./inherited-column.js";
import { notNullClause } from "./not-null.js";
import { changeOptions } from "./options.js";
import { collationName, inheritedColumns, isUserColumn, isUserSchema, options, ref, refs } from "./query.js";
import { rowsFromJson, rowsToJson } from "./row-type.js";
import { sequenceOptionsJson } from "./sequence-options.js";
import { baseType, storageName } from "./storage.js";

/** A column of a table. Its default and NOT NULL are facts of their own; a generation expression is part of it. */
export interface Column {
  /** As PostgreSQL prints it, with its length or precision. */
  readonly type: string;
  /** Quoted collation where it is not the type's own. */
  readonly collation: string | null;
  readonly identity: Identity | null;
  readonly generated: { readonly expression: string; readonly storage: "stored" | "virtual" } | null;
  /** Where it is not the type's own. */
  readonly storage: string | null;
  readonly compression: "pglz" | "lz4" | null;
  /** Statistics target where it is not the default. */
  readonly statistics: number | null;
  /** `n_distinct=…`. */
  readonly options: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    column: Column;
  }
}

export const column = defineKind({
  name: "column",
  query: ({ major }) => `
    SELECT n.nspname AS schema, c.relname AS "on", a.attname AS name, a.attnum AS position,
           ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_class", "c.oid", "a.attnum"), ref("pg_class", "coalesce(s.seqrelid, 0)"), ref("pg_attrdef", "coalesce(d.oid, 0)"))} AS refs,
           ${inheritedColumns} AS inherits,
           json_build_object(
             'type', format_type(a.atttypid, a.atttypmod),
             'collation', CASE WHEN a.attcollation <> t.typcollation THEN ${collationName("a.attcollation")} END,
             'identity', CASE WHEN s.seqrelid IS NOT NULL AND NOT c.relispartition THEN json_build_object(
               'generation', CASE a.attidentity WHEN 'a' THEN 'always' ELSE 'by default' END,
               'sequence', nullif(seq.relname, c.relname || '_' || a.attname || '_seq'),
               ${sequenceOptionsJson("s")}) END,
             'generated', CASE WHEN a.attgenerated <> '' THEN json_build_object(
               'expression', pg_get_expr(d.adbin, d.adrelid),
               'storage', CASE a.attgenerated WHEN 's' THEN 'stored' ELSE 'virtual' END) END,
             'storage', CASE WHEN a.attstorage <> t.typstorage THEN
               CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' ELSE 'extended' END
             END,
             'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
             'statistics', ${major >= 17 ? "a.attstattarget" : "nullif(a.attstattarget, -1)"},
             'options', ${options("a.attoptions")}
           ) AS attributes
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''
    LEFT JOIN pg_depend own ON a.attidentity <> '' AND own.refclassid = 'pg_class'::regclass
      AND own.refobjid = a.attrelid AND own.refobjsubid = a.attnum AND own.deptype = 'i'
      AND own.classid = 'pg_class'::regclass
    LEFT JOIN pg_sequence s ON s.seqrelid = own.objid
    LEFT JOIN pg_class seq ON seq.oid = s.seqrelid
    WHERE c.relkind IN ('r', 'p') AND ${isUserColumn("a")} AND ${isUserSchema("n")}`,
  address: (id) => sql`COLUMN ${name(id.schema, id.on, id.name)}`,
  occupies: (fact) => [
    `column ${fact.identity.schema}.${fact.identity.on}.${fact.identity.name}`,
    ...(fact.attributes.identity === null
      ? []
      : [`relation ${fact.identity.schema}.${sequenceName(fact.attributes.identity, fact)}`]),
  ],
  folds: () => true,
  create: (fact, context) => [
    ...addColumn(fact, context),
    ...settings(fact, only(fact, { current: context.current, wanted: context.catalog })),
  ],
  drop: (fact, { catalog }) => {
    const { schema, on, name: column } = fact.identity;
    return [sql`ALTER TABLE ${dropsOnly(fact, catalog)} ${name(schema, on)} DROP COLUMN ${name(column)}`];
  },
  goesAside: () => true,
  // No ALTER changes a column that the rows are told apart by (manual, ALTER TABLE, SET DATA TYPE).
  needsNewParent: ({ id, parent }, { current }) =>
    current.has(id) && current.dependents(id).some(({ from }) => from === parent),
  inheritance: () => "cascades",
  afterInheriting: (fact, { catalog }) => afterInheriting(fact, catalog),
  alter: [
    {
      // A generation expression changes in place from version 17 on, a stored column can become a plain one; the
      // rest is a new column (manual, ALTER TABLE, SET EXPRESSION and DROP EXPRESSION).
      of: ["generated"],
      when: (from, to, { current, wanted, major }) => {
        const [before, after] = [from.attributes.generated, to.attributes.generated];
        if (after === null) return before?.storage === "stored";
        if (before?.storage !== after.storage) return false;
        return after.storage === "stored"
          ? major >= 17
          : [current, wanted].every((catalog) => !isVirtualFixed(from, catalog));
      },
      rebuilds: (dependent, _, to, { current }) =>
        to.attributes.generated !== null && losesInRebuild(dependent, current),
      rewrites: true,
      cascades: true,
      sql: (_, to) =>
        to.attributes.generated === null
          ? sql`${alterColumn(to)} DROP EXPRESSION`
          : sql`${alterColumn(to)} SET EXPRESSION AS (${raw(to.attributes.generated.expression)})`,
    },
    {
      // An identity needs an integer type, and NOT NULL around it (manual, ALTER TABLE, ADD GENERATED).
      of: ["identity"],
      when: (_, to) => to.attributes.identity === null,
      releases: (dependent) => isKind(dependent, "not null"),
      sql: (_, to) => sql`${alterColumn(to)} DROP IDENTITY`,
    },
    {
      of: ["type", "collation"],
      when: ({ id, parent }, _, { current }) => !current.dependents(id).some(({ from }) => from === parent),
      rebuilds: (dependent, _from, _to, { current }) => needsUnchangedColumn(dependent, current),
      cascades: true,
      rewrites: true,
      sql: changeColumnType,
      afterCascade: storageAfterCascade,
    },
    { of: ["identity"], awaits: (dependent) => isKind(dependent, "not null"), sql: changeIdentity },
    {
      of: ["storage"],
      sql: (from, to, context) => {
        if (isRetyped(from, to)) return [];
        const { storage, type } = to.attributes;
        const { wanted, major } = context;
        return sql`${alterOnly(to, context)} SET STORAGE ${storageName(storage, type, wanted, major)}`;
      },
    },
    {
      of: ["compression"],
      sql: (from, to, context) => (isRetyped(from, to) ? [] : setCompression(to, alterOnly(to, context))),
    },
    {
      of: ["statistics"],
      sql: (_, to, context) =>
        sql`${alterOnly(to, context)} SET STATISTICS ${to.attributes.statistics ?? -1}`,
    },
    {
      of: ["options"],
      sql: (from, to, context) =>
        changeOptions(alterOnly(to, context), from.attributes.options, to.attributes.options),
    },
  ],
  holdsData: ({ attributes }) => attributes.generated === null,
  isNamedByCode: true,
  asksMore: asksForValue,
  preflight: columnPreflight,
  resembles: (from, to) =>
    from.parent === to.parent && from.attributes.type === to.attributes.type ? "alike" : undefined,
  rename: (from, to) => [
    sql`ALTER TABLE ${name(from.schema, from.on)} RENAME COLUMN ${name(from.name)} TO ${name(to.name)}`,
  ],
  rewrites: ({ id, attributes: { generated, identity, type } }, catalog) =>
    generated?.storage === "stored" ||
    identity !== null ||
    catalog.childrenOfKind(id, "default").length > 0 ||
    baseType(type, catalog) !== type,
  park: {
    away: (fact) => rowsToJson(alterColumn(fact), name(fact.identity.name)),
    back: {
      of: ["type", "collation"],
      sql: (_, to) => [
        ...rowsFromJson(alterColumn(to), name(to.identity.name), to.attributes.type),
        ...storageAfterType(to),
        ...restoreStatistics(to),
      ],
    },
  },
  retype: { of: ["type", "collation"], sql: changeToReplaced, afterCascade: storageAfterCascade },
});

/** The column with its default and NOT NULL as it stands in CREATE TABLE and ADD COLUMN. */
export function columnDefinition(
  { identity, attributes }: ColumnFact,
  parts: readonly Fact[],
  catalog?: Catalog,
  current?: Catalog,
): Sql {
  const { generated } = attributes;
  const defaultFact = parts.find((part) => isKind(part, "default"));
  const notNull = parts.find((part) => isKind(part, "not null"));
  return join(
    [
      name(identity.name),
      raw(attributes.type),
      attributes.compression !== null && sql`COMPRESSION ${raw(attributes.compression)}`,
      attributes.collation !== null && sql`COLLATE ${raw(attributes.collation)}`,
      notNull !== undefined && notNullClause(notNull, catalog, current),
      defaultFact !== undefined && sql`DEFAULT ${raw(defaultFact.attributes.expression)}`,
      generated !== null &&
        sql`GENERATED ALWAYS AS (${raw(generated.expression)}) ${raw(generated.storage.toUpperCase())}`,
      attributes.identity !== null && identityClause(attributes.identity, identity.schema, attributes.type),
    ],
    " ",
  );
}

function addColumn(fact: ColumnFact, { folded, current, catalog, major }: RenderContext): Sql[] {
  const add = (definition: Sql) => sql`${alterTable(fact)} ADD COLUMN ${definition}`;
  const { identity } = fact.attributes;
  // What inherits cannot get an identity with a column; partitions can from version 17 on (tablecmds.c, ATExecAddColumn).
  if (identity !== null && hasHeirs(fact.parent, current, major >= 17 ? ["inheritance"] : undefined)) {
    return addNumbered(fact, identity, (numbers) => {
      const plain = { ...fact, attributes: { ...fact.attributes, identity: null } };
      return add(columnDefinition(plain, [...folded, numbers], catalog, current));
    });
  }
  const columnDefault = folded.find((f) => isKind(f, "default"));
  const replaced = current.get(fact.id);
  const before = isKind(replaced, "column") ? replaced : undefined;
  const computed = before?.attributes.generated ?? null;
  const isComputable = current.dependencies(fact.id).every(({ to }) => catalog.has(to));
  if (
    before === undefined ||
    computed === null ||
    !isComputable ||
    fact.attributes.generated !== null ||
    fact.attributes.identity !== null
  ) {
    return [add(columnDefinition(fact, folded, catalog, replaced === undefined ? current : undefined))];
  }
  // A virtual column that becomes a plain one gets the values that it had, of the type that it had.
  const generated = { ...computed, storage: "stored" as const };
  const others = folded.filter((part) => part !== columnDefault);
  const isOther = isRetyped(before, fact);
  const { attributes } = isOther ? before : fact;
  return [
    add(columnDefinition({ ...fact, attributes: { ...attributes, generated } }, others, catalog)),
    sql`${alterColumn(fact)} DROP EXPRESSION`,
    ...(isOther ? [...changeType(before, fact), ...storageAfterType(fact)] : []),
    ...(columnDefault === undefined
      ? []
      : [sql`${alterColumn(fact)} SET DEFAULT ${raw(columnDefault.attributes.expression)}`]),
  ];
}

/**
 * What CREATE TABLE has no clause for in every version.
 * @param alone `ONLY` where other tables inherit: they share the storage and have statistics targets of their own.
 */
export function settings(fact: ColumnFact, alone: Sql | false = false): Sql[] {
  const { storage, statistics, options } = fact.attributes;
  const alter = alterAlone(fact, alone);
  return [
    ...(storage === null ? [] : [sql`${alterColumn(fact)} SET STORAGE ${raw(storage.toUpperCase())}`]),
    ...(statistics === null ? [] : [sql`${alter} SET STATISTICS ${statistics}`]),
    ...changeOptions(alter, [], options),
  ];
}

const alterAlone = ({ identity }: ColumnFact, alone: Sql | false) =>
  sql`ALTER TABLE ${alone} ${name(identity.schema, identity.on)} ALTER COLUMN ${name(identity.name)}`;

const alterOnly = (to: ColumnFact, context: AlterContext) => alterAlone(to, only(to, context));
