import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { indexPreflight } from "./constraint-preflight.js";
import { defineKind, type RenderContext, type Statement } from "./define.js";
import { isAmbiguous, isPartitioned, takesIn } from "./key-index.js";
import { changeOptions, withOptions } from "./options.js";
import { outermost, printedList } from "./printed-list.js";
import { inherits, isUserSchema, options, ref, refs, tablespaceName } from "./query.js";
import { sameParentAndAttributes } from "./resemblance.js";

/** CREATE INDEX; the index behind a constraint is the constraint's. */
export interface Index {
  readonly unique: boolean;
  /** The table it is on, as SQL names it. */
  readonly table: string;
  /** From the access method on, as pg_get_indexdef() prints it, less the storage parameters. */
  readonly definition: string;
  readonly options: readonly string[];
  readonly tablespace: string | null;
  /** Statistics targets of expression columns, by column number. */
  readonly statistics: Readonly<Record<string, number>>;
  /** False after a failed CREATE INDEX CONCURRENTLY: it costs writes and serves no query. */
  readonly valid: boolean;
  /** Of a partitioned table's index that lacks those of some partitions: those that it has, as SQL names them. */
  readonly attached: readonly string[] | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    index: Index;
  }
}

/** The storage parameters as pg_get_indexdef() prints them, so that they can be told apart from the rest. */
const printedOptions = `coalesce((
  SELECT ' WITH (' || string_agg(quote_ident(split_part(o, '=', 1)) || '=' ||
           CASE WHEN quote_ident(v) = v THEN v ELSE quote_literal(v) END, ', ' ORDER BY position) || ')'
  FROM unnest(c.reloptions) WITH ORDINALITY AS u(o, position),
       LATERAL (SELECT substr(o, strpos(o, '=') + 1)) AS value(v)), '')`;

const alterIndex = ({ identity }: Fact<"index">) => sql`ALTER INDEX ${name(identity.schema, identity.name)}`;

export const index = defineKind({
  name: "index",
  query: ({ major }) => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_class", "x.indrelid")} AS parent,
           ${refs(ref("pg_class", "c.oid"))} AS refs,
           CASE WHEN c.relispartition THEN ${inherits("x.indrelid", {
             of: ref("pg_class", "pi.inhparent"),
             from: "JOIN pg_inherits pi ON pi.inhrelid = c.oid",
             local: "false",
           })} END AS inherits,
           json_build_object(
             'unique', x.indisunique,
             'table', x.indrelid::regclass::text,
             'definition', replace(substr(def, length(head) + 1), ${printedOptions}, ''),
             'options', ${options("c.reloptions")},
             'tablespace', ${tablespaceName("c.reltablespace")},
             'statistics', (SELECT coalesce(json_object_agg(a.attnum, a.attstattarget ORDER BY a.attnum), '{}')
                            FROM pg_attribute a WHERE a.attrelid = c.oid
                              AND ${major >= 17 ? "a.attstattarget IS NOT NULL" : "a.attstattarget >= 0"}),
             'valid', x.indisvalid,
             'attached', CASE WHEN c.relkind = 'I' AND NOT x.indisvalid THEN (
               SELECT coalesce(json_agg(part ORDER BY part), '[]')
               FROM pg_inherits ii, LATERAL (SELECT ii.inhrelid::regclass::text COLLATE "C" AS part) named
               WHERE ii.inhparent = c.oid) END
           ) AS attributes
    FROM pg_index x
    JOIN pg_class c ON c.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace,
    LATERAL (SELECT pg_get_indexdef(c.oid) AS def,
                    'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' ||
                      quote_ident(c.relname) || CASE c.relkind WHEN 'I' THEN ' ON ONLY ' ELSE ' ON ' END || x.indrelid::regclass::text || ' ' AS head) AS printed
    WHERE c.relkind IN ('i', 'I') AND ${isUserSchema("n")}
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))`,
  address: (id) => sql`INDEX ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`relation ${identity.schema}.${identity.name}`],
  create: (fact, context) => {
    const { identity, attributes } = fact;
    const isApart =
      attributes.attached !== null ||
      (isAmbiguousIn(fact, [context.catalog, context.current]) && areFree(fact, context));
    const only = isApart ? "ONLY " : "";
    const [columns, where] = splitWhere(attributes.definition);
    const isConcurrent = context.current.has(fact.parent as FactId) && isConcurrently(fact, context);
    return [
      inTurn(
        isConcurrent,
        join(
          [
            sql`CREATE ${attributes.unique && raw("UNIQUE")} INDEX ${isConcurrent && raw("CONCURRENTLY")} ${name(identity.name)}`,
            raw(`ON ${only}${attributes.table} ${columns}`),
            withOptions(attributes.options),
            attributes.tablespace !== null && sql`TABLESPACE ${attributes.tablespace}`,
            raw(where),
          ],
          " ",
        ),
      ),
      ...Object.entries(attributes.statistics).map(
        ([column, target]) => sql`${alterIndex(fact)} ALTER COLUMN ${raw(column)} SET STATISTICS ${target}`,
      ),
      ...(isApart ? attach(fact, context.catalog) : []),
    ];
  },
  inheritance: () => "adopted",
  takesIn,
  // A table that is attached later gets every index that it lacks.
  afterTies: (fact, catalog) => fact.attributes.attached !== null || isAmbiguous(fact, catalog),
  drop: (fact, context) => {
    const isConcurrent = isConcurrently(fact, context);
    const { schema, name: index } = fact.identity;
    // A partition's key goes with the index that it is part of, and only so.
    const cascade = hasKeys(fact, context.catalog) && raw("CASCADE");
    const concurrently = isConcurrent && raw("CONCURRENTLY");
    return [inTurn(isConcurrent, sql`DROP INDEX ${concurrently} ${name(schema, index)} ${cascade}`)];
  },
  alter: [
    {
      // An index of a partition cannot be detached (manual, ALTER INDEX).
      of: ["valid", "attached"],
      when: ({ attributes: from }, { attributes: to }) =>
        from.attached !== null &&
        (to.attached === null
          ? to.valid
          : from.attached.every((part) => to.attached?.includes(part) === true)),
      sql: (from, to, { current, wanted }) => attach(to, wanted, partsOf(from, current)),
    },
    {
      // Those of a partitioned table's index are for indexes to come, and said once (manual, ALTER INDEX).
      of: ["options"],
      when: ({ parent }, _, { current }) => !isPartitioned(parent, current),
      sql: (from, to) => changeOptions(alterIndex(to), from.attributes.options, to.attributes.options),
    },
    {
      of: ["tablespace"],
      sql: (_, to) => sql`${alterIndex(to)} SET TABLESPACE ${to.attributes.tablespace ?? "pg_default"}`,
    },
    {
      of: ["statistics"],
      sql: ({ attributes: from }, to) => {
        const columns = new Set([...Object.keys(from.statistics), ...Object.keys(to.attributes.statistics)]);
        return [...columns].map(
          (column) =>
            sql`${alterIndex(to)} ALTER COLUMN ${raw(column)} SET STATISTICS ${to.attributes.statistics[column] ?? -1}`,
        );
      },
    },
  ],
  serves: ({ attributes: { table, definition, valid } }) => {
    if (!valid) return undefined;
    const [columns, where] = splitWhere(definition);
    const method = /^USING (\S+)/.exec(columns)?.[1] ?? "";
    return { on: `${table} ${method}`, columns: printedList(columns).items, where };
  },
  preflight: indexPreflight,
  resembles: sameParentAndAttributes,
  rename: (from, to) => [sql`ALTER INDEX ${name(from.schema, from.name)} RENAME TO ${name(to.name)}`],
});

/** Also while something that goes later is still there. */
const isAmbiguousIn = (fact: Fact<"index">, catalogs: readonly Catalog[]) =>
  catalogs.some((catalog) => isAmbiguous(fact, catalog));

/** Whether its parts belong to no other index by then: of those that are alike PostgreSQL takes a free one. */
function areFree(fact: Fact<"index">, { catalog, current, isMade }: RenderContext): boolean {
  const isTaken = (part: FactId) =>
    isMade?.(part) !== true &&
    current.dependencies(part).some(({ to, type }) => type === "inherits" && to !== fact.id);
  return ![...partsOf(fact, catalog)].some(isTaken);
}

/** The indexes of partitions that are parts of this one. */
function partsOf({ id }: Fact<"index">, catalog: Catalog): ReadonlySet<FactId> {
  const parts = catalog.dependents(id).filter(({ type }) => type === "inherits");
  return new Set(parts.map(({ from }) => from));
}

function hasKeys({ id }: Fact<"index">, catalog: Catalog): boolean {
  return catalog
    .dependents(id)
    .some(({ from, type }) => type === "inherits" && catalog.get(from)?.identity.kind === "constraint");
}

function attach(fact: Fact<"index">, catalog: Catalog, attached: ReadonlySet<FactId> = new Set()): Sql[] {
  return [...partsOf(fact, catalog)]
    .filter((part) => !attached.has(part))
    .toSorted()
    .flatMap((part) => catalog.get(part)?.identity ?? [])
    .map((part) => sql`${alterIndex(fact)} ATTACH PARTITION ${name(part.schema, part.name)}`);
}

/** No partitioned table's index is built concurrently (manual, CREATE INDEX, CONCURRENTLY). */
function isConcurrently({ parent }: Fact<"index">, { isOnline, catalog }: RenderContext): boolean {
  return parent !== undefined && isOnline?.(parent) === true && !isPartitioned(parent, catalog);
}

const inTurn = (isConcurrent: boolean, statement: Sql): Sql | Statement =>
  isConcurrent ? { sql: statement, commit: "alone" } : statement;

/** The columns and the predicate of an index definition; WITH and TABLESPACE stand between them. */
function splitWhere(definition: string): [columns: string, where: string] {
  const at = outermost(definition, " WHERE ");
  return at < 0 ? [definition, ""] : [definition.slice(0, at), definition.slice(at + 1)];
}
