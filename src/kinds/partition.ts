import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind, type RenderContext } from "./define.js";
import { partitionPreflight } from "./partition-preflight.js";
import { hasDefaultPartition, partitionedBy, partitionsOf } from "./partition-ties.js";
import { isUserSchema, ref, refs } from "./query.js";

/** ATTACH PARTITION: the tie between a table and the partitioned table whose rows it holds. */
export interface Partition {
  /** The partitioned table, as SQL names it. */
  readonly parent: string;
  /** `FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')`, or `DEFAULT`. */
  readonly bound: string;
  /** A DETACH CONCURRENTLY began and has not ended. */
  readonly detaching: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    partition: Partition;
  }
}

const alterParent = ({ attributes }: Fact<"partition">) => sql`ALTER TABLE ${raw(attributes.parent)}`;

export const partition = defineKind({
  name: "partition",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_inherits", "c.oid", "i.inhseqno"))} AS refs,
           json_build_array(${ref("pg_class", "i.inhparent")}) AS needs,
           json_build_object(
             'parent', i.inhparent::regclass::text,
             'bound', pg_get_expr(c.relpartbound, c.oid),
             'detaching', i.inhdetachpending
           ) AS attributes
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_inherits i ON i.inhrelid = c.oid
    WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND ${isUserSchema("n")}`,
  create: (fact) => {
    const { schema, name: table } = fact.identity;
    return [sql`${alterParent(fact)} ATTACH PARTITION ${name(schema, table)} ${raw(fact.attributes.bound)}`];
  },
  drop: (fact, context) => {
    const { schema, name: table } = fact.identity;
    const isConcurrent = detachesConcurrently(fact, context);
    const how = fact.attributes.detaching ? raw("FINALIZE") : isConcurrent && raw("CONCURRENTLY");
    const statement = sql`${alterParent(fact)} DETACH PARTITION ${name(schema, table)} ${how}`;
    return [isConcurrent ? { sql: statement, commit: "alone" } : statement];
  },
  dropsApart: (fact, { current }) => isReferenced(fact, current),
  // Bounds may not overlap.
  createdAfter: (tie, { current, wanted }) =>
    partitionsOf(partitionedBy(tie, wanted), current).flatMap(({ id }) => (id === tie.id ? [] : [id])),
  // What is attached gets the identity of the table above, but its own partitions do not (tablecmds.c, ATExecAttachPartition).
  renews: ({ parent }, { current, wanted, major }) =>
    major >= 17 && hasIdentity(parent, wanted)
      ? partitionsOf(parent, current).filter(({ id }) => wanted.has(id))
      : [],
  preflight: partitionPreflight,
  // Another bound or another parent is another attachment.
  alter: [],
  isTie: "parts go",
});

/**
 * The check of a table that says what its bounds say, while it is about to be attached or detached: PostgreSQL believes
 * it, and neither reads the rows nor adds a check of its own (manual, ALTER TABLE, ATTACH PARTITION, DETACH PARTITION).
 */
export function boundCheck({ identity, id }: Fact<"partition">): Identity<"constraint"> {
  const hash = createHash("sha256").update(id).digest("hex").slice(0, 16);
  const { schema = "", name: on = "" } = identity;
  return { kind: "constraint", schema, on, name: `dm_bound_${hash}` };
}

/** Where its check is there, and no default partition is: PostgreSQL refuses with one (manual, ALTER TABLE, DETACH PARTITION). */
function detachesConcurrently(fact: Fact<"partition">, { catalog, isOnline }: RenderContext): boolean {
  const check = catalog.find(boundCheck(fact));
  const parent = partitionedBy(fact, catalog);
  if (fact.attributes.detaching || check?.attributes.validated !== true || parent === undefined) return false;
  const isLarge = [fact.parent, parent].some((table) => table !== undefined && isOnline?.(table) === true);
  return isLarge && !hasDefaultPartition(parent, catalog);
}

/** Whether the table has an identity column, of its own or from above. */
function hasIdentity(table: FactId | undefined, catalog: Catalog): boolean {
  if (table === undefined) return false;
  if (catalog.childrenOfKind(table, "column").some(({ attributes }) => attributes.identity !== null))
    return true;
  return catalog
    .childrenOfKind(table, "partition")
    .some((tie) => hasIdentity(partitionedBy(tie, catalog), catalog));
}

/** DROP TABLE refuses a partition of a table that foreign keys reference; DETACH looks at the rows. */
function isReferenced(fact: Fact, current: Catalog): boolean {
  return current.dependencies(fact.id).some(({ to: parent }) => {
    if (parent === fact.parent) return false;
    const parts = current.children(parent);
    const keys = [parent, ...parts.map(({ id }) => id)];
    const isKeyed = keys.some((key) =>
      current.dependents(key).some(({ from, type }) => type === "needs" && isForeignKey(current.get(from))),
    );
    return isKeyed || parts.some((part) => isKind(part, "partition") && isReferenced(part, current));
  });
}

/** Whether foreign keys reference the partitioned table that the table is a partition of. */
export function isReferencedFromAbove(table: FactId, current: Catalog): boolean {
  return current.childrenOfKind(table, "partition").some((tie) => isReferenced(tie, current));
}

const isForeignKey = (fact: Fact | undefined) =>
  isKind(fact, "constraint") && fact.attributes.type === "foreign key";
