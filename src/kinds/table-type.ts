import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";

/** OF: the tie between a table and the composite type whose attributes are its columns (manual, CREATE TABLE, OF). */
export interface TableType {
  /** As SQL names it. */
  readonly type: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "table type": TableType;
  }
}

const alterTable = ({ identity }: Fact<"table type">) =>
  sql`ALTER TABLE ${name(identity.schema, identity.name)}`;

/** PostgreSQL renames no constraint of a table that has a type (tablecmds.c, renameatt_check). */
export function isTyped(table: FactId | undefined, catalog: Catalog): boolean {
  return table !== undefined && catalog.childrenOfKind(table, "table type").length > 0;
}

/** OF wants the columns in the order of the attributes, and a new column is the last (manual, ALTER TABLE, OF). */
function isInOrder(table: FactId, current: Catalog, wanted: Catalog): boolean {
  const columns = (catalog: Catalog) =>
    catalog.childrenOfKind(table, "column").toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const after = columns(wanted);
  const kept = columns(current).filter(({ id }) => wanted.has(id));
  return kept.every(({ id }, at) => after[at]?.id === id);
}

export const tableType = defineKind({
  name: "table type",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_class.reloftype", "c.oid"))} AS refs,
           json_build_array(${ref("pg_type", "c.reloftype")}) AS needs,
           json_build_object('type', c.reloftype::regtype::text) AS attributes
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.reloftype <> 0 AND ${isUserSchema("n")}`,
  folds: () => true,
  create: (fact) => [sql`${alterTable(fact)} OF ${raw(fact.attributes.type)}`],
  drop: (fact) => [sql`${alterTable(fact)} NOT OF`],
  needsNewParent: ({ parent }, { current, wanted }) =>
    parent !== undefined && !isInOrder(parent, current, wanted),
  alter: [],
  isTie: "parts go",
});
