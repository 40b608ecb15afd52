import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { columnDefinition, settings } from "./column.js";
import { constraintDefinition } from "./constraint.js";
import { type AlterContext, defineKind, type RenderContext } from "./define.js";
import { afterInheriting, origin } from "./inherited-column.js";
import { notNullClause } from "./not-null.js";
import { withKeptName } from "./not-null-heirs.js";
import { changeOptions, withOptions } from "./options.js";
import { isReferencedFromAbove } from "./partition.js";
import { isHidden, isUserSchema, options, parents, ref, refs, tablespaceName } from "./query.js";
import { renameInSchema } from "./rename.js";
import { moveTable, setTableAside } from "./table-rows.js";

/** CREATE TABLE. Columns, constraints, row security and replica identity are facts of their own. */
export interface Table {
  readonly persistence: "permanent" | "unlogged";
  /** Storage parameters `name=value`; those of the TOAST table begin with `toast.`. */
  readonly options: readonly string[];
  readonly tablespace: string | null;
  /** Heap almost always; a partitioned table stores no rows and has none. */
  readonly accessMethod: string | null;
  /** `RANGE (created_at)` of a partitioned table. */
  readonly partitionBy: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    table: Table;
  }
}

const alterTable = (fact: Fact<"table">) =>
  sql`ALTER TABLE ${name(fact.identity.schema, fact.identity.name)}`;

/** The columns of the partition key, which the table cannot be without. */
const keyColumns = `(SELECT json_agg(${ref("pg_class", "k.objid", "k.objsubid")}) FROM pg_depend k
  WHERE c.relkind = 'p' AND k.classid = 'pg_class'::regclass AND k.objid = c.oid AND k.objsubid > 0
    AND k.refclassid = 'pg_class'::regclass AND k.refobjid = c.oid AND k.refobjsubid = 0 AND k.deptype = 'i')`;

export const table = defineKind({
  name: "table",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_class", "c.oid"), ref("pg_type", "c.reltype"), ref("pg_type", "t.typarray"))} AS refs,
           ${parents("c")} AS "ofParts", ${keyColumns} AS needs,
           json_build_object(
             'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
             'options', ${options("c.reloptions || ARRAY(SELECT 'toast.' || x FROM unnest(toast.reloptions) x)")},
             'tablespace', ${tablespaceName("c.reltablespace")},
             'accessMethod', am.amname,
             'partitionBy', CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END
           ) AS attributes,
           (SELECT json_build_object('quarantined', json_agg(a.attname ORDER BY a.attnum)) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND NOT a.attisdropped AND ${isHidden("a.attname")} HAVING count(*) > 0) AS noted
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = c.reltype
    LEFT JOIN pg_am am ON am.oid = c.relam
    LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${isUserSchema("n")}`,
  address: (id) => sql`TABLE ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [
    `relation ${identity.schema}.${identity.name}`,
    `type ${identity.schema}.${identity.name}`,
  ],
  create: createTable,
  drop: ({ identity }) => [sql`DROP TABLE ${name(identity.schema, identity.name)}`],
  alter: [
    {
      of: ["persistence"],
      // Foreign keys of its partitioned table reference it by themselves, which ATTACH does not mind.
      when: ({ id }, { attributes }, { current }) =>
        attributes.persistence === "permanent" || !isReferencedFromAbove(id, current),
      // A permanent table references no other, and at no moment (manual, ALTER TABLE, SET LOGGED).
      rewrites: true,
      rebuilds: (dependent, _, to, context) => joinsChangingTables(dependent, to, context),
      sql: (_, to, context) => [
        sql`${alterTable(to)} SET ${raw(to.attributes.persistence === "unlogged" ? "UNLOGGED" : "LOGGED")}`,
        ...keepSequences(to, context),
      ],
    },
    {
      of: ["options"],
      // Without a column that needs a TOAST table PostgreSQL forgets what is said of it.
      awaits: (dependent) => isKind(dependent, "column"),
      sql: (from, to) => changeOptions(alterTable(to), from.attributes.options, to.attributes.options),
    },
    {
      of: ["tablespace"],
      sql: (_, to) => sql`${alterTable(to)} SET TABLESPACE ${to.attributes.tablespace ?? "pg_default"}`,
    },
    {
      of: ["accessMethod"],
      rewrites: true,
      when: (_, { attributes }, { major }) => major >= 15 && attributes.accessMethod !== null,
      sql: (_, to) => sql`${alterTable(to)} SET ACCESS METHOD ${to.attributes.accessMethod ?? "heap"}`,
    },
  ],
  holdsData: () => true,
  setAside: (fact, aside, current) => ({
    rename: setTableAside(fact, aside, current),
    drop: sql`DROP TABLE ${name(fact.identity.schema, aside)}`,
  }),
  handOver: moveTable,
  isNamedByCode: true,
  resembles: (from, to, { current, wanted }) =>
    shareColumns(current, from, wanted, to) ? "alike" : undefined,
  rename: renameInSchema("TABLE"),
});

/** Whether the dependent is a foreign key between the table and another that changes its persistence, too. */
function joinsChangingTables(
  dependent: Fact,
  table: Fact<"table">,
  { current, wanted }: AlterContext,
): boolean {
  if (!isKind(dependent, "constraint") || dependent.attributes.type !== "foreign key") return false;
  return current.dependencies(dependent.id).some(({ to }) => {
    const [before, after] = [current.get(to), wanted.get(to)];
    if (to === table.id || !isKind(before, "table") || !isKind(after, "table")) return false;
    return before.attributes.persistence !== after.attributes.persistence;
  });
}

/** From version 15 on, a table takes the sequences that it owns along (manual, ALTER TABLE, SET LOGGED). */
function keepSequences(to: Fact<"table">, { current, wanted, major }: AlterContext): Sql[] {
  if (major < 15) return [];
  return wanted.ofKind("sequence ownership").flatMap(({ id, parent, attributes: { schema, table } }) => {
    const sequence = wanted.get(parent);
    const isOwned = schema === to.identity.schema && table === to.identity.name && current.has(id);
    if (!isOwned || !isKind(sequence, "sequence")) return [];
    const { persistence } = sequence.attributes;
    if (persistence === to.attributes.persistence) return [];
    const { schema: inSchema, name: sequenceName } = sequence.identity;
    return [
      sql`ALTER SEQUENCE ${name(inSchema, sequenceName)} SET ${raw(persistence === "unlogged" ? "UNLOGGED" : "LOGGED")}`,
    ];
  });
}

function createTable(fact: Fact<"table">, context: RenderContext): Sql[] {
  const { identity, attributes } = fact;
  const columns = context.folded
    .filter((f) => isKind(f, "column"))
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const ties = context.folded
    .filter((f) => isKind(f, "inheritance"))
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const type = context.folded.find((f) => isKind(f, "table type"));
  const isTied = ties.length > 0 || type !== undefined;
  const partsOf = ({ id }: Fact) =>
    context.folded
      .filter(({ parent }) => parent === id)
      .map((part) => (isKind(part, "not null") && !isTied ? withKeptName(part, context.catalog) : part));
  const isOwn = (part: Fact) => !isTied || origin(part, context.catalog) === undefined;
  const definitions = columns
    .filter(isOwn)
    .map((column) => columnDefinition(column, partsOf(column), context.catalog, context.current));
  const ownConstraints = context.folded.filter((f) => isKind(f, "constraint")).filter(isOwn);
  const [constraints, later] = apart(ownConstraints, context.catalog);
  const typed = type === undefined ? [] : columns.flatMap((column) => typedColumn(column, partsOf(column)));
  const lines = [...definitions, ...typed, ...constraints.map(constraintDefinition)]
    .map((line) => `  ${line.text}`)
    .join(",\n");
  return [
    join(
      [
        sql`CREATE ${attributes.persistence === "unlogged" && raw("UNLOGGED")} TABLE ${name(identity.schema, identity.name)}`,
        type !== undefined && raw(`OF ${type.attributes.type}`),
        raw(lines === "" ? (type === undefined ? "()" : "") : `(\n${lines}\n)`),
        ties.length > 0 && raw(`INHERITS (${ties.map(({ attributes: { parent } }) => parent).join(", ")})`),
        attributes.partitionBy !== null && raw(`PARTITION BY ${attributes.partitionBy}`),
        attributes.accessMethod !== null &&
          attributes.accessMethod !== "heap" &&
          sql`USING ${attributes.accessMethod}`,
        withOptions(attributes.options),
        attributes.tablespace !== null && sql`TABLESPACE ${attributes.tablespace}`,
      ],
      " ",
    ),
    ...columns.flatMap((column) =>
      isOwn(column) ? settings(column) : afterInheriting(column, context.catalog, type !== undefined),
    ),
    ...later.map((constraint) => sql`${alterTable(fact)} ADD ${constraintDefinition(constraint)}`),
  ];
}

/** What a table of a type says of a column beside its type (manual, CREATE TABLE, OF). */
function typedColumn({ identity }: Fact<"column">, parts: readonly Fact[]): Sql[] {
  const notNull = parts.find((part) => isKind(part, "not null"));
  const columnDefault = parts.find((part) => isKind(part, "default"));
  const options = join(
    [
      notNull !== undefined && notNullClause(notNull),
      columnDefault !== undefined && sql`DEFAULT ${raw(columnDefault.attributes.expression)}`,
    ],
    " ",
  );
  return options.text === "" ? [] : [sql`${name(identity.name)} WITH OPTIONS ${options}`];
}

/**
 * Constraints that CREATE TABLE can hold, and those that come after it: keys that it would drop without a word because
 * another has the same columns (parse_utilcmd.c, transformIndexConstraints), and foreign keys that rest on these.
 */
function apart(
  constraints: readonly Fact<"constraint">[],
  catalog: Catalog,
): [together: Fact<"constraint">[], later: Fact<"constraint">[]] {
  const seen = new Set<string>();
  const repeated = constraints.filter(({ attributes: { type, definition } }) => {
    if (type !== "primary key" && type !== "unique") return false;
    const columns = definition.slice(definition.indexOf("("));
    const isRepeated = seen.has(columns);
    seen.add(columns);
    return isRepeated;
  });
  const late = new Set(repeated.map(({ id }) => id));
  const resting = constraints.filter(({ id }) => catalog.dependencies(id).some(({ to }) => late.has(to)));
  const later = [...repeated, ...resting];
  return [constraints.filter((constraint) => !later.includes(constraint)), later];
}

/** Whether most columns of both have the same names and types. */
function shareColumns(current: Catalog, from: Fact<"table">, wanted: Catalog, to: Fact<"table">): boolean {
  const columns = (catalog: Catalog, table: Fact<"table">) =>
    catalog
      .childrenOfKind(table.id, "column")
      .map(({ identity, attributes }) => `${identity.name} ${attributes.type}`);
  const [before, after] = [columns(current, from), columns(wanted, to)];
  const shared = before.filter((column) => after.includes(column)).length;
  return shared > 0 && shared * 2 > Math.max(before.length, after.length);
}
