import type { Fact } from "../catalog/fact.js";
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
  alter: [],
  isTie: "parts go",
});
