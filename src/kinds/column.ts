import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { castBetween } from "./cast.js";
import {
  alterColumn,
  alterTable,
  type ColumnFact,
  changeIdentity,
  type Identity,
  identityClause,
  sequenceName,
} from "./column-identity.js";
import { asksForValue, columnPreflight } from "./column-preflight.js";
import { moveRows } from "./composite-row.js";
import { type AlterContext, defineKind } from "./define.js";
import { changeOptions } from "./options.js";
import { collationName, isUserSchema, options, ref, refs } from "./query.js";
import { sequenceOptionsJson } from "./sequence-options.js";
import { storageName } from "./storage.js";

/** A column of a table. Its default is a fact of its own; a generation expression is part of the column. */
export interface Column {
  /** As PostgreSQL prints it, with its length or precision. */
  readonly type: string;
  /** Quoted collation where it is not the type's own. */
  readonly collation: string | null;
  readonly notNull: boolean;
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
           json_build_object(
             'type', format_type(a.atttypid, a.atttypmod),
             'collation', CASE WHEN a.attcollation <> t.typcollation THEN ${collationName("a.attcollation")} END,
             'notNull', a.attnotnull,
             'identity', CASE WHEN s.seqrelid IS NOT NULL THEN json_build_object(
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
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND ${isUserSchema("n")}`,
  address: (id) => sql`COLUMN ${name(id.schema, id.on, id.name)}`,
  occupies: (fact) => [
    `column ${fact.identity.schema}.${fact.identity.on}.${fact.identity.name}`,
    ...(fact.attributes.identity === null
      ? []
      : [`relation ${fact.identity.schema}.${sequenceName(fact.attributes.identity, fact)}`]),
  ],
  folds: () => true,
  create: (fact, { folded }) => [
    sql`${alterTable(fact)} ADD COLUMN ${columnDefinition(
      fact,
      folded.find((f) => isKind(f, "default")),
    )}`,
    ...settings(fact),
  ],
  drop: (fact) => [sql`${alterTable(fact)} DROP COLUMN ${name(fact.identity.name)}`],
  alter: [
    {
      // A generation expression changes in place from version 17 on, a stored column can become a plain one; the
      // rest is a new column (manual, ALTER TABLE, SET EXPRESSION and DROP EXPRESSION).
      of: ["generated"],
      when: ({ attributes: from }, { attributes: to }, { major }) =>
        from.generated?.storage === "stored" &&
        (to.generated === null || (major >= 17 && to.generated.storage === "stored")),
      rebuilds: needsUnchangedColumn,
      sql: (_, to) =>
        to.attributes.generated === null
          ? sql`${alterColumn(to)} DROP EXPRESSION`
          : sql`${alterColumn(to)} SET EXPRESSION AS (${raw(to.attributes.generated.expression)})`,
    },
    {
      // An identity needs an integer type, and NOT NULL before it (manual, ALTER TABLE, ADD GENERATED).
      of: ["identity"],
      when: (_, to) => to.attributes.identity === null,
      sql: (_, to) => sql`${alterColumn(to)} DROP IDENTITY`,
    },
    {
      of: ["type", "collation"],
      rebuilds: needsUnchangedColumn,
      sql: (from, to) => [...changeType(from, to), ...storageAfterType(to), ...restoreStatistics(to)],
    },
    {
      of: ["notNull"],
      when: (_, to) => to.attributes.notNull,
      sql: (_, to) => sql`${alterColumn(to)} SET NOT NULL`,
    },
    { of: ["identity"], sql: changeIdentity },
    { of: ["notNull"], sql: (_, to) => sql`${alterColumn(to)} DROP NOT NULL` },
    {
      of: ["storage"],
      sql: (from, to, { wanted, major }) => {
        if (isRetyped(from, to)) return [];
        const { storage, type } = to.attributes;
        return sql`${alterColumn(to)} SET STORAGE ${storageName(storage, type, wanted, major)}`;
      },
    },
    {
      of: ["compression"],
      sql: (from, to) => (isRetyped(from, to) ? [] : setCompression(to)),
    },
    {
      of: ["statistics"],
      sql: (_, to) => sql`${alterColumn(to)} SET STATISTICS ${to.attributes.statistics ?? -1}`,
    },
    {
      of: ["options"],
      sql: (from, to) => changeOptions(alterColumn(to), from.attributes.options, to.attributes.options),
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
  retype: changeToReplaced,
});

/** The column as it stands in CREATE TABLE and ADD COLUMN. */
export function columnDefinition(
  { identity, attributes }: ColumnFact,
  defaultFact: Fact<"default"> | undefined,
): Sql {
  const { generated } = attributes;
  return join(
    [
      name(identity.name),
      raw(attributes.type),
      attributes.compression !== null && sql`COMPRESSION ${raw(attributes.compression)}`,
      attributes.collation !== null && sql`COLLATE ${raw(attributes.collation)}`,
      attributes.notNull && raw("NOT NULL"),
      defaultFact !== undefined && sql`DEFAULT ${raw(defaultFact.attributes.expression)}`,
      generated !== null &&
        sql`GENERATED ALWAYS AS (${raw(generated.expression)}) ${raw(generated.storage.toUpperCase())}`,
      attributes.identity !== null && identityClause(attributes.identity, identity.schema, attributes.type),
    ],
    " ",
  );
}

/** What CREATE TABLE has no clause for in every version. */
export function settings(fact: ColumnFact): Sql[] {
  const { storage, statistics, options } = fact.attributes;
  return [
    ...(storage === null ? [] : [sql`${alterColumn(fact)} SET STORAGE ${raw(storage.toUpperCase())}`]),
    ...(statistics === null ? [] : [sql`${alterColumn(fact)} SET STATISTICS ${statistics}`]),
    ...changeOptions(alterColumn(fact), [], options),
  ];
}

/**
 * ALTER TYPE refuses a column that one of these uses, or leaves them as they were: a default's cast, a foreign
 * key's operators (manual, ALTER TABLE, SET DATA TYPE).
 */
function needsUnchangedColumn(dependent: Fact): boolean {
  return (
    [
      "view",
      "materialized view",
      "policy",
      "trigger",
      "function",
      "procedure",
      "rule",
      "default",
      "statistics",
      "publication table",
    ].includes(dependent.identity.kind) ||
    (isKind(dependent, "column") && dependent.attributes.generated !== null) ||
    // PostgreSQL rebuilds the index without the statistics targets of its expressions.
    (isKind(dependent, "index") && Object.keys(dependent.attributes.statistics).length > 0) ||
    (isKind(dependent, "constraint") && dependent.attributes.type === "foreign key") ||
    // PostgreSQL forgets the foreign keys that reference a key whose included column changes.
    ((isKind(dependent, "constraint") || isKind(dependent, "index")) &&
      dependent.attributes.definition.includes(") INCLUDE ("))
  );
}

const setCompression = (to: ColumnFact) =>
  sql`${alterColumn(to)} SET COMPRESSION ${raw(to.attributes.compression ?? "default")}`;

const isRetyped = ({ attributes: from }: ColumnFact, { attributes: to }: ColumnFact) =>
  from.type !== to.type || from.collation !== to.collation;

/** ALTER TYPE leaves the column with the type's own storage and compression (tablecmds.c, ATExecAlterColumnType). */
function storageAfterType(to: ColumnFact): Sql[] {
  const { storage, compression } = to.attributes;
  return [
    ...(storage === null ? [] : [sql`${alterColumn(to)} SET STORAGE ${raw(storage.toUpperCase())}`]),
    ...(compression === null ? [] : [setCompression(to)]),
  ];
}

/** To a type that was replaced by another of the same name. */
function changeToReplaced(from: ColumnFact, to: ColumnFact, context: AlterContext): Sql[] {
  const move = moveRows(from, to, context);
  if (move === undefined) return changeType(from, to, "by text");
  const alter = sql`${alterColumn(to)} TYPE ${raw(to.attributes.type)} USING ${move.value}`;
  return [...move.before, alter, ...move.after];
}

function changeType(
  from: ColumnFact,
  to: ColumnFact,
  cast = castBetween(from.attributes.type, to.attributes.type),
): Sql[] {
  const { type, collation } = to.attributes;
  const column = name(to.identity.name);
  return [
    join(
      [
        sql`${alterColumn(to)} TYPE ${raw(type)}`,
        collation !== null && sql`COLLATE ${raw(collation)}`,
        cast === "explicit" && sql`USING ${column}::${raw(type)}`,
        cast === "by text" && sql`USING ${column}::text::${raw(type)}`,
      ],
      " ",
    ),
  ];
}

/** SET DATA TYPE drops the column's statistics target and statistics (manual, ALTER TABLE). */
function restoreStatistics(to: ColumnFact): Sql[] {
  return [sql`ANALYZE ${name(to.identity.schema, to.identity.on)} (${name(to.identity.name)})`];
}
