import type { Fact } from "../catalog/fact.js";
import { literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind, type RenderContext } from "./define.js";

/** SECURITY LABEL: what a label provider (the name) says of an object. The provider has to be loaded in the server. */
export interface SecurityLabel {
  readonly label: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "security label": SecurityLabel;
  }
}

function label(
  { identity }: Fact<"security label">,
  text: Sql,
  { address }: Pick<RenderContext, "address">,
): Sql {
  if (identity.of === undefined) throw new Error("a security label without a target");
  return sql`SECURITY LABEL FOR ${name(identity.name)} ON ${address(identity.of)} IS ${text}`;
}

export const securityLabel = defineKind({
  name: "security label",
  query: () => `
    SELECT json_build_array(l.classoid::regclass::text, l.objoid::int8, l.objsubid) AS target, l.provider AS name,
           json_build_object('label', l.label) AS attributes
    FROM pg_seclabel l
    WHERE l.objoid >= 16384 OR l.classoid = 'pg_namespace'::regclass
    UNION ALL
    -- Subscriptions stand in a catalog that all databases share, and so do their labels.
    SELECT json_build_array('pg_subscription', l.objoid::int8, 0), l.provider, json_build_object('label', l.label)
    FROM pg_shseclabel l JOIN pg_subscription s ON s.oid = l.objoid JOIN pg_database d ON d.oid = s.subdbid
    WHERE l.classoid = 'pg_subscription'::regclass AND d.datname = current_database()`,
  isOfMembers: true,
  create: (fact, context) => [label(fact, literal(fact.attributes.label), context)],
  drop: (fact, context) => [label(fact, raw("NULL"), context)],
  alter: [{ of: ["label"], sql: (_, to, context) => label(to, literal(to.attributes.label), context) }],
});
