import type { Identity } from "../catalog/identity.js";
import { name, type Sql, sql } from "../sql/sql.js";
import { defineKind, type Kind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";

/** CREATE OPERATOR FAMILY; operators and functions that are in it but in no class are facts of their own. */
export type OperatorFamily = Record<string, never>;

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "operator family": OperatorFamily;
  }
}

/** `app.pairs USING btree`. */
export function nameAndMethod({ schema, on, name: own, args }: Identity): Sql {
  return sql`${name(schema, on ?? own)} USING ${name(args?.[0])}`;
}

/** SET SCHEMA and RENAME TO for what has a name for each access method. */
export function renameWithMethod(keyword: Sql): NonNullable<Kind<"operator family">["rename"]> {
  return (from, to) => [
    ...(from.schema === to.schema
      ? []
      : [sql`ALTER ${keyword} ${nameAndMethod(from)} SET SCHEMA ${name(to.schema)}`]),
    ...(from.name === to.name
      ? []
      : [
          sql`ALTER ${keyword} ${nameAndMethod({ ...to, name: from.name ?? "" })} RENAME TO ${name(to.name)}`,
        ]),
  ];
}

export const operatorFamily = defineKind({
  name: "operator family",
  query: () => `
    SELECT n.nspname AS schema, f.opfname AS name, json_build_array(am.amname) AS args,
           ${ref("pg_namespace", "n.oid")} AS parent, ${refs(ref("pg_opfamily", "f.oid"))} AS refs,
           json_build_object() AS attributes
    FROM pg_opfamily f
    JOIN pg_am am ON am.oid = f.opfmethod
    JOIN pg_namespace n ON n.oid = f.opfnamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`OPERATOR FAMILY ${nameAndMethod(id)}`,
  occupies: ({ id }) => [id],
  create: ({ identity }) => [sql`CREATE OPERATOR FAMILY ${nameAndMethod(identity)}`],
  drop: ({ identity }) => [sql`DROP OPERATOR FAMILY ${nameAndMethod(identity)}`],
  alter: [],
  rename: renameWithMethod(sql`OPERATOR FAMILY`),
});
