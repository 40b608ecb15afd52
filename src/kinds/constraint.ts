import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { constraintPreflight } from "./constraint-preflight.js";
import { defineKind } from "./define.js";
import { isEnforcedOtherwise } from "./foreign-key-twin.js";
import { dropsOnly, origin } from "./inherited-column.js";
import { renameClone } from "./key-clone.js";
import { adoptedIndex, isExclusive, isPartitioned, takesIn } from "./key-index.js";
import { notNullRef } from "./not-null.js";
import { changeOptions, withOptions } from "./options.js";
import { outermost, printedList } from "./printed-list.js";
import { inherits, isUserSchema, options, ref, refs, tablespaceName } from "./query.js";
import { sameParentAndAttributes } from "./resemblance.js";
import { isTyped } from "./table-type.js";

/** A table constraint (manual, Constraints). NOT NULL is a kind of its own. */
export interface Constraint {
  readonly type: "primary key" | "unique" | "check" | "foreign key" | "exclusion";
  /** As pg_get_constraintdef() prints it, less deferral, NOT VALID and NOT ENFORCED. */
  readonly definition: string;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  /** Of what is not enforced there is nothing to validate. */
  readonly validated: boolean;
  /** False for a check or foreign key that is only told, from version 18 on. */
  readonly enforced: boolean;
  /** Storage parameters and tablespace of the index behind it. */
  readonly options: readonly string[];
  readonly tablespace: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    constraint: Constraint;
  }
}

type ConstraintFact = Fact<"constraint">;

const alterTable = ({ identity }: ConstraintFact) => sql`ALTER TABLE ${name(identity.schema, identity.on)}`;
const isEnforced = (major: number) => (major >= 18 ? "k.conenforced" : "true");
const hasIndex = ({ attributes }: ConstraintFact) =>
  attributes.type === "primary key" || attributes.type === "unique" || attributes.type === "exclusion";

export const constraint = defineKind({
  name: "constraint",
  query: ({ major }) => `
    SELECT n.nspname AS schema, c.relname AS "on", k.conname AS name, ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_constraint", "k.oid"), ref("pg_class", "coalesce(i.oid, 0)"))} AS refs,
           CASE WHEN k.coninhcount > 0 THEN ${inherits("c.oid", {
             of: ref("pg_constraint", "pk.oid"),
             from: `JOIN pg_constraint pk ON pk.conrelid = i.inhparent
               AND CASE WHEN k.contype = 'c' THEN pk.conname = k.conname AND pk.contype = 'c' ELSE pk.oid = k.conparentid END`,
             local: "k.conislocal",
           })}
           -- A key that the partitioned table has as an index only.
           WHEN i.relispartition THEN ${inherits("c.oid", {
             of: ref("pg_class", "pi.inhparent"),
             from: "JOIN pg_inherits pi ON pi.inhrelid = k.conindid",
             local: "false",
           })} END AS inherits,
           CASE k.contype WHEN 'p' THEN (SELECT json_agg(${notNullRef("k.conrelid", "key")}) FROM unnest(k.conkey) key)
             WHEN 'f' THEN json_build_array(${ref("pg_class", "k.confrelid")}) END AS needs,
           json_build_object(
             'type', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'
                                    WHEN 'f' THEN 'foreign key' ELSE 'exclusion' END,
             'definition', regexp_replace(
               regexp_replace(pg_get_constraintdef(k.oid),
                 CASE WHEN NOT ${isEnforced(major)} THEN ' NOT ENFORCED$' WHEN k.convalidated THEN '^$' ELSE ' NOT VALID$' END, ''),
               CASE WHEN k.condeferrable THEN ' DEFERRABLE( INITIALLY DEFERRED)?$' ELSE '^$' END, ''),
             'deferrable', k.condeferrable,
             'deferred', k.condeferred,
             'validated', k.convalidated OR NOT ${isEnforced(major)},
             'enforced', ${isEnforced(major)},
             'options', ${options("i.reloptions")},
             'tablespace', ${tablespaceName("i.reltablespace")}
           ) AS attributes
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class i ON i.oid = k.conindid AND k.contype IN ('p', 'u', 'x')
    LEFT JOIN pg_constraint origin ON origin.oid = k.conparentid
    WHERE k.contype IN ('p', 'u', 'c', 'f', 'x') AND ${isUserSchema("n")}
      -- A foreign key to a partitioned table has a shadow of itself for each of its partitions.
      AND origin.conrelid IS DISTINCT FROM k.conrelid`,
  address: (id) => sql`CONSTRAINT ${name(id.name)} ON ${name(id.schema, id.on)}`,
  occupies: (fact) => [
    `constraint ${fact.identity.schema}.${fact.identity.on}.${fact.identity.name}`,
    ...(hasIndex(fact) ? [`relation ${fact.identity.schema}.${fact.identity.name}`] : []),
    // A table has one.
    ...(fact.attributes.type === "primary key"
      ? [`primary key ${fact.identity.schema}.${fact.identity.on}`]
      : []),
  ],
  // CREATE TABLE takes NOT VALID but marks the constraint valid (manual, ALTER TABLE, NOT VALID).
  folds: (fact) => fact.attributes.validated,
  create: (fact, { current }) => {
    const definition =
      adoptedIndex(fact, current) === undefined ? constraintDefinition(fact) : usingIndex(fact);
    return [sql`${alterTable(fact)} ADD ${definition}`];
  },
  adopts: adoptedIndex,
  // A foreign key rests on the oldest key that fits, also if that is about to go (tablecmds.c, transformFkeyCheckAttrs).
  createdAfter: ({ id }, { current, wanted }) =>
    wanted.dependencies(id).flatMap(({ to }) => {
      const key = wanted.get(to);
      const isKey = key?.parent !== undefined && (isKind(key, "index") || isKind(key, "constraint"));
      return isKey ? keysOf(key.parent, current).filter((one) => !wanted.has(one)) : [];
    }),
  drop: (fact, { catalog }) => {
    const { schema, on, name: dropped } = fact.identity;
    return [
      sql`ALTER TABLE ${dropsOnly(fact, catalog)} ${name(schema, on)} DROP CONSTRAINT ${name(dropped)}`,
    ];
  },
  // One that goes with its column ONLY leaves those below that cannot be dropped any more (dependency.c knows none of them).
  dropsApart: ({ id, parent }, { current, wanted }) =>
    parent !== undefined && wanted.has(parent) && isInheritedFrom(id, current),
  // The names of indexes are needed by those of the new table.
  goesAside: (fact) => !hasIndex(fact),
  // A key needs an index of its own; a foreign key of the same name is what PostgreSQL would make by itself.
  inheritance: (fact, from) => {
    // A parent's that is not valid yet comes to its children as it is; one that is valid there stands before.
    if (isKind(from, "constraint") && fact.attributes.validated && !from.attributes.validated)
      return "adopted";
    if (fact.attributes.type === "check") return "cascades";
    if (isExclusive(fact)) return "cloned";
    return fact.attributes.type === "foreign key" &&
      fact.identity.name === from.identity.name &&
      !setsColumns(fact)
      ? "cloned"
      : "adopted";
  },
  takesIn,
  // What excludes takes in no index that stands already (index.c, CompareIndexInfo).
  isAlwaysCloned: isExclusive,
  isInWayOfTies: isEnforcedOtherwise,
  afterInheriting: (fact, { catalog }) => (isExclusive(fact) ? renameClone(fact, origin(fact, catalog)) : []),
  alter: [
    {
      // A check's enforcement cannot be altered; a foreign key's comes back validated (manual, ALTER TABLE).
      of: ["enforced", "validated"],
      when: ({ attributes: from }, { attributes: to }) =>
        to.type === "foreign key" && from.enforced !== to.enforced && to.validated,
      sql: (_, to) =>
        sql`${alterTable(to)} ALTER CONSTRAINT ${name(to.identity.name)} ${raw(to.attributes.enforced ? "ENFORCED" : "NOT ENFORCED")}`,
    },
    {
      of: ["validated"],
      when: (_, to) => to.attributes.validated,
      cascades: true,
      sql: (_, to) => sql`${alterTable(to)} VALIDATE CONSTRAINT ${name(to.identity.name)}`,
    },
    {
      // Only a foreign key's deferral can be altered (manual, ALTER TABLE, ALTER CONSTRAINT).
      of: ["deferrable", "deferred"],
      when: (_, to) => to.attributes.type === "foreign key",
      cascades: true,
      sql: (_, to) => sql`${alterTable(to)} ALTER CONSTRAINT ${name(to.identity.name)} ${deferral(to)}`,
    },
    {
      of: ["options"],
      when: ({ parent }, _, { current }) => !isPartitioned(parent, current),
      sql: (from, to) => changeOptions(alterIndex(to), from.attributes.options, to.attributes.options),
    },
    {
      of: ["tablespace"],
      sql: (_, to) => sql`${alterIndex(to)} SET TABLESPACE ${to.attributes.tablespace ?? "pg_default"}`,
    },
  ],
  serves: ({ identity, attributes: { type, definition } }) => {
    if (type !== "primary key" && type !== "unique") return undefined;
    const on = `${name(identity.schema, identity.on).text} btree`;
    return { on, columns: printedList(definition).items, where: "" };
  },
  preflight: constraintPreflight,
  resembles: sameParentAndAttributes,
  isFixed: ({ parent }, catalog) => isTyped(parent, catalog),
  rename: (from, to) => [
    sql`ALTER TABLE ${name(from.schema, from.on)} RENAME CONSTRAINT ${name(from.name)} TO ${name(to.name)}`,
  ],
});

function usingIndex({ identity, attributes }: ConstraintFact): Sql {
  const type = raw(attributes.type === "primary key" ? "PRIMARY KEY" : "UNIQUE");
  const own = name(identity.name);
  const when = attributes.deferrable && deferral({ attributes });
  return join([sql`CONSTRAINT ${own} ${type} USING INDEX ${own}`, when], " ");
}

const alterIndex = ({ identity }: ConstraintFact) => sql`ALTER INDEX ${name(identity.schema, identity.name)}`;

function deferral({ attributes }: Pick<ConstraintFact, "attributes">): Sql {
  if (!attributes.deferrable) return raw("NOT DEFERRABLE");
  return raw(attributes.deferred ? "DEFERRABLE INITIALLY DEFERRED" : "DEFERRABLE INITIALLY IMMEDIATE");
}

/** The constraint as it stands in CREATE TABLE and ADD. */
export function constraintDefinition(fact: ConstraintFact): Sql {
  const { definition, deferrable, validated, enforced, options, tablespace } = fact.attributes;
  const index = join(
    [withOptions(options), tablespace !== null && sql`USING INDEX TABLESPACE ${tablespace}`],
    " ",
  );
  return join(
    [
      sql`CONSTRAINT ${name(fact.identity.name)}`,
      // In an exclusion constraint the index's clauses stand before WHERE (manual, CREATE TABLE, EXCLUDE).
      index.text === "" ? raw(definition) : beforeWhere(definition, index),
      deferrable && deferral(fact),
      !validated && raw("NOT VALID"),
      !enforced && raw("NOT ENFORCED"),
    ],
    " ",
  );
}

function beforeWhere(definition: string, clause: Sql): Sql {
  const where = definition.startsWith("EXCLUDE") ? outermost(definition, " WHERE ") : -1;
  return where < 0
    ? raw(`${definition} ${clause.text}`)
    : raw(`${definition.slice(0, where)} ${clause.text}${definition.slice(where)}`);
}

/**
 * ON DELETE SET NULL and SET DEFAULT of some columns: a clone has them by the partitioned table's numbers of columns, which
 * may be others in the partition (tablecmds.c, CloneFkReferencing).
 */
const setsColumns = ({ attributes: { definition } }: ConstraintFact) =>
  ["NULL", "DEFAULT"].some((value) => outermost(definition, ` ON DELETE SET ${value} (`) >= 0);

/** What a foreign key can rest on: unique indexes that are no part of anything else, and keys. */
function keysOf(table: FactId, catalog: Catalog): FactId[] {
  const indexes = catalog.childrenOfKind(table, "index").filter(({ attributes }) => attributes.unique);
  const keys = catalog.childrenOfKind(table, "constraint").filter(hasIndex);
  return [...indexes, ...keys].map(({ id }) => id);
}

/** Whether tables that inherit, other than partitions, have it from here. */
function isInheritedFrom(id: FactId, catalog: Catalog): boolean {
  return catalog
    .dependents(id)
    .some(({ type, via }) => type === "inherits" && isKind(catalog.get(via), "inheritance"));
}
