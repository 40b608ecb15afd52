import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
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
  drop: (fact) => {
    const { schema, name: table } = fact.identity;
    const finalize = fact.attributes.detaching && raw("FINALIZE");
    return [sql`${alterParent(fact)} DETACH PARTITION ${name(schema, table)} ${finalize}`];
  },
  dropsApart: isReferenced,
  // Another bound or another parent is another attachment.
  alter: [],
  isTie: "parts go",
});

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

const isForeignKey = (fact: Fact | undefined) =>
  isKind(fact, "constraint") && fact.attributes.type === "foreign key";
