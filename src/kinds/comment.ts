import type { Fact } from "../catalog/fact.js";
import { literal, name, raw, type Sql, sql } from "../sql/sql.js";
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

/** The part's name in the identity of a comment on the index behind a constraint, beside the constraint's own. */
const indexBehind = "index";

function comment({ identity }: CommentFact, text: Sql, { address }: Pick<RenderContext, "address">): Sql {
  const target = identity.of;
  if (target === undefined) throw new Error(`a comment without a target: ${identity.name}`);
  const noun =
    identity.name === indexBehind ? sql`INDEX ${name(target.schema, target.name)}` : address(target);
  return sql`COMMENT ON ${noun} IS ${text}`;
}

export const commentKind = defineKind({
  name: "comment",
  query: () => `
    SELECT json_build_array(d.classoid::regclass::text, d.objoid::int8, d.objsubid) AS target,
           CASE WHEN EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = d.objoid AND k.contype IN ('p', 'u', 'x'))
                 AND d.classoid = 'pg_class'::regclass THEN '${indexBehind}' END AS name,
           json_build_object('text', d.description) AS attributes
    FROM pg_description d
    WHERE d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass`,
  create: (fact, context) => [comment(fact, literal(fact.attributes.text), context)],
  drop: (fact, context) => [comment(fact, raw("NULL"), context)],
  alter: [{ of: ["text"], sql: (_, to, context) => comment(to, literal(to.attributes.text), context) }],
});
