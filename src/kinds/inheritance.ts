import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";

/** INHERITS: the tie between a table and one whose columns it shares (manual, Inheritance). */
export interface TableInheritance {
  /** The table that is inherited from, as SQL names it. */
  readonly parent: string;
  /** Those that the table inherits from before it: their columns come first where it is made anew. */
  readonly behind: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    inheritance: TableInheritance;
  }
}

const alterTable = ({ identity }: Fact<"inheritance">) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)}`;

/** Up to version 15 CREATE TABLE takes no generated column that is inherited, too (tablecmds.c, MergeAttributes). */
function generatesWhatItInherits(table: FactId, catalog: Catalog): boolean {
  return catalog
    .childrenOfKind(table, "column")
    .some(
      ({ id, attributes }) =>
        attributes.generated !== null && catalog.dependencies(id).some(({ type }) => type === "inherits"),
    );
}

export const inheritance = defineKind({
  name: "inheritance",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", i.inhparent::regclass::text AS name, i.inhseqno AS position,
           ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_inherits", "c.oid", "i.inhseqno"))} AS refs,
           json_build_array(${ref("pg_class", "i.inhparent")}) AS needs,
           json_build_object(
             'parent', i.inhparent::regclass::text,
             'behind', (SELECT coalesce(json_agg(b.inhparent::regclass::text ORDER BY b.inhseqno), '[]')
                        FROM pg_inherits b WHERE b.inhrelid = c.oid AND b.inhseqno < i.inhseqno)
           ) AS attributes
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_inherits i ON i.inhrelid = c.oid
    WHERE NOT c.relispartition AND c.relkind IN ('r', 'f') AND ${isUserSchema("n")}`,
  folds: (_, parent, wanted) =>
    parent.identity.kind === "table" && (wanted.major >= 16 || !generatesWhatItInherits(parent.id, wanted)),
  create: (fact) => [sql`${alterTable(fact)} INHERIT ${raw(fact.attributes.parent)}`],
  drop: (fact) => [sql`${alterTable(fact)} NO INHERIT ${raw(fact.attributes.parent)}`],
  isOrdered: true,
  // One is always tied behind those that are there.
  alter: [{ of: ["behind"], when: comesByItself, sql: () => [] }],
  isTie: "parts stay",
});

/** Whether it is enough that others go. */
function comesByItself(
  { attributes: { behind: from } }: Fact<"inheritance">,
  { attributes: { behind: to } }: Fact<"inheritance">,
): boolean {
  const kept = from.filter((parent) => to.includes(parent));
  return kept.length === to.length && kept.every((parent, at) => to[at] === parent);
}
