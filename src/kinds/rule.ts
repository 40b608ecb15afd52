import type { Fact } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { sameParentAndAttributes } from "./resemblance.js";

/** CREATE RULE (manual, The Rule System). A view's own query is the view's. */
export interface Rule {
  /** As pg_get_ruledef() prints it, from the name's end on. */
  readonly definition: string;
  readonly enabled: "origin" | "disabled" | "replica" | "always";
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    rule: Rule;
  }
}

type RuleFact = Fact<"rule">;

const verbs = { origin: "ENABLE", disabled: "DISABLE", replica: "ENABLE REPLICA", always: "ENABLE ALWAYS" };

const setEnabled = ({ identity, attributes }: RuleFact) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)} ${raw(verbs[attributes.enabled])} RULE ${name(identity.name)}`;

const createAs = (verb: string, { identity, attributes }: RuleFact): Sql =>
  raw(`${verb} ${name(identity.name).text}${attributes.definition}`);

export const rule = defineKind({
  name: "rule",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", r.rulename AS name, ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_rewrite", "r.oid"))} AS refs,
           json_build_object(
             'definition', rtrim(substr(pg_get_ruledef(r.oid), length('CREATE RULE ' || quote_ident(r.rulename)) + 1), ';'),
             'enabled', CASE r.ev_enabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'
                                          ELSE 'always' END
           ) AS attributes
    FROM pg_rewrite r
    JOIN pg_class c ON c.oid = r.ev_class
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND ${isUserSchema("n")}`,
  address: (id) => sql`RULE ${name(id.name)} ON ${name(id.schema, id.on)}`,
  occupies: ({ identity }) => [`rule ${identity.schema}.${identity.on}.${identity.name}`],
  create: (fact) => [
    createAs("CREATE RULE", fact),
    ...(fact.attributes.enabled === "origin" ? [] : [setEnabled(fact)]),
  ],
  goesAside: () => true,
  drop: ({ identity }) => [sql`DROP RULE ${name(identity.name)} ON ${name(identity.schema, identity.on)}`],
  alter: [
    { of: ["definition"], sql: (_, to) => createAs("CREATE OR REPLACE RULE", to) },
    { of: ["enabled"], sql: (_, to) => setEnabled(to) },
  ],
  resembles: sameParentAndAttributes,
  rename: (from, to) => [
    sql`ALTER RULE ${name(from.name)} ON ${name(from.schema, from.on)} RENAME TO ${name(to.name)}`,
  ],
});
