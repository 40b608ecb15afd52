import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { name, raw, sql } from "../sql/sql.js";
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

type OwnershipFact = Fact<"sequence ownership">;

const alterSequence = ({ identity }: OwnershipFact) =>
  sql`ALTER SEQUENCE ${name(identity.schema, identity.name)}`;

/** The owner of the table, where it is not the role that dm connects as. */
function tableOwner({ attributes: { schema, table } }: OwnershipFact, catalog: Catalog): string | undefined {
  const of: Identity = { kind: "table", schema, name: table };
  return catalog.find({ kind: "owner", of })?.attributes.role;
}

const own = (fact: OwnershipFact) => {
  const { schema, table, column } = fact.attributes;
  return sql`${alterSequence(fact)} OWNED BY ${name(schema, table, column)}`;
};

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
  follows: ({ identity: { schema, name: sequence }, attributes }) => [
    { kind: "table", schema: attributes.schema, name: attributes.table },
    { kind: "owner", of: { kind: "table", schema: attributes.schema, name: attributes.table } },
    {
      kind: "owner",
      of: { kind: "sequence", ...(schema === undefined ? {} : { schema }), name: sequence ?? "" },
    },
  ],
  // A sequence that a column owns has the table's owner, and loses it only when it is its own again (manual, ALTER
  // SEQUENCE, OWNED BY).
  create: (fact, { catalog }) => {
    const role = tableOwner(fact, catalog);
    return [...(role === undefined ? [] : [sql`${alterSequence(fact)} OWNER TO ${name(role)}`]), own(fact)];
  },
  drop: (fact, { catalog }) => [
    sql`${alterSequence(fact)} OWNED BY NONE`,
    ...(tableOwner(fact, catalog) === undefined
      ? []
      : [sql`${alterSequence(fact)} OWNER TO ${raw("CURRENT_USER")}`]),
  ],
  alter: [
    {
      of: ["schema", "table", "column"],
      when: (from, to, { current, wanted }) => tableOwner(from, current) === tableOwner(to, wanted),
      sql: (_, to) => own(to),
    },
  ],
});
