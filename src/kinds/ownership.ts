import type { Fact } from "../catalog/fact.js";
import { name, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref } from "./query.js";

/** ALTER SEQUENCE … OWNED BY: apart from the sequence, which the column's default needs before the column exists. */
export interface Ownership {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "sequence ownership": Ownership;
  }
}

const own = ({ identity, attributes }: Fact<"sequence ownership">) =>
  sql`ALTER SEQUENCE ${name(identity.schema, identity.name)} OWNED BY ${name(attributes.schema, attributes.table, attributes.column)}`;

export const sequenceOwnership = defineKind({
  name: "sequence ownership",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_class", "c.oid")} AS parent,
           json_build_array(${ref("pg_class", "own.refobjid", "own.refobjsubid")}) AS needs,
           json_build_object('schema', tn.nspname, 'table', t.relname, 'column', a.attname) AS attributes
    FROM pg_depend own
    JOIN pg_class c ON c.oid = own.objid AND c.relkind = 'S'
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = own.refobjid
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = own.refobjsubid
    WHERE own.classid = 'pg_class'::regclass AND own.refclassid = 'pg_class'::regclass AND own.deptype = 'a'
      AND ${isUserSchema("n")}`,
  create: (fact) => [own(fact)],
  drop: ({ identity }) => [sql`ALTER SEQUENCE ${name(identity.schema, identity.name)} OWNED BY NONE`],
  alter: [{ of: ["schema", "table", "column"], sql: (_, to) => own(to) }],
});
