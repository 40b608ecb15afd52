import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";

import { literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { isOfIdentity, sequenceBehind, sequenceOf } from "./column-identity.js";
import { defineKind, type RenderContext } from "./define.js";

/** COMMENT ON anything that has an address. */
export interface Comment {
  readonly text: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    comment: Comment;
  }
}

type CommentFact = Fact<"comment">;

/**
 * The names in the identities of comments on what stands behind an object and is no fact: a constraint's index, an
 * identity column's sequence, a view's rule, a domain's NOT NULL.
 */
const indexBehind = "index";
const ruleBehind = "rule";
const notNullBehind = "not null";

interface Place extends Pick<RenderContext, "address"> {
  readonly catalog: Catalog;
}

function comment({ identity: { name: part, of } }: CommentFact, text: Sql, { address, catalog }: Place): Sql {
  if (of === undefined) throw new Error(`a comment without a target: ${part}`);
  const noun = (): Sql => {
    if (part === indexBehind) return sql`INDEX ${name(of.schema, of.name)}`;
    if (part === sequenceBehind) return sql`SEQUENCE ${sequenceOf(of, catalog)}`;
    if (part === ruleBehind) return sql`RULE ${name("_RETURN")} ON ${name(of.schema, of.name)}`;
    if (part !== notNullBehind) return address(of);
    const own = catalog.find({ ...of, kind: "domain" })?.attributes.notNullName;
    return sql`CONSTRAINT ${name(own ?? undefined)} ON ${address(of)}`;
  };
  return sql`COMMENT ON ${noun()} IS ${text}`;
}

export const commentKind = defineKind({
  name: "comment",
  query: () => `
    SELECT json_build_array(d.classoid::regclass::text, d.objoid::int8, d.objsubid) AS target,
           CASE WHEN d.classoid = 'pg_class'::regclass AND EXISTS (
                  SELECT FROM pg_constraint k WHERE k.conindid = d.objoid AND k.contype IN ('p', 'u', 'x')) THEN '${indexBehind}'
                WHEN d.classoid = 'pg_class'::regclass AND ${isOfIdentity("d.objoid")} THEN '${sequenceBehind}'
                WHEN d.classoid = 'pg_rewrite'::regclass AND EXISTS (
                  SELECT FROM pg_rewrite r WHERE r.oid = d.objoid AND r.rulename = '_RETURN') THEN '${ruleBehind}'
                WHEN d.classoid = 'pg_constraint'::regclass AND EXISTS (
                  SELECT FROM pg_constraint k WHERE k.oid = d.objoid AND k.contype = 'n' AND k.contypid <> 0) THEN '${notNullBehind}'
                END AS name,
           json_build_object('text', d.description) AS attributes
    FROM pg_description d
    WHERE d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass`,
  create: (fact, context) => [comment(fact, literal(fact.attributes.text), context)],
  drop: (fact, context) => [comment(fact, raw("NULL"), context)],
  alter: [
    {
      of: ["text"],
      sql: (_, to, context) =>
        comment(to, literal(to.attributes.text), { ...context, catalog: context.wanted }),
    },
  ],
});
