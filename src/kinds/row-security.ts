import type { Fact } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref } from "./query.js";

/** Row security of a table that has it on: apart from the table, so that its policies can be there first. */
export interface RowSecurity {
  readonly enabled: boolean;
  /** FORCE: for the table's owner too. */
  readonly forced: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "row security": RowSecurity;
  }
}

function change({ identity }: Fact<"row security">, from: RowSecurity, to: RowSecurity): Sql[] {
  const actions = [
    from.enabled !== to.enabled && (to.enabled ? "ENABLE" : "DISABLE"),
    from.forced !== to.forced && (to.forced ? "FORCE" : "NO FORCE"),
  ];
  return actions
    .filter((action) => action !== false)
    .map(
      (action) => sql`ALTER TABLE ${name(identity.schema, identity.on)} ${raw(action)} ROW LEVEL SECURITY`,
    );
}

const off: RowSecurity = { enabled: false, forced: false };

export const rowSecurity = defineKind({
  name: "row security",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", ${ref("pg_class", "c.oid")} AS parent,
           json_build_object('enabled', c.relrowsecurity, 'forced', c.relforcerowsecurity) AS attributes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (c.relrowsecurity OR c.relforcerowsecurity) AND ${isUserSchema("n")}`,
  access: ({ attributes }) => ({ ...attributes }),
  create: (fact) => change(fact, off, fact.attributes),
  goesAside: () => true,
  drop: (fact) => change(fact, fact.attributes, off),
  alter: [{ of: ["enabled", "forced"], sql: (from, to) => change(to, from.attributes, to.attributes) }],
});
