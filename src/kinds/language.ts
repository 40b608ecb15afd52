import type { Fact } from "../catalog/fact.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs } from "./query.js";

/** CREATE LANGUAGE, where no extension made it. */
export interface Language {
  readonly trusted: boolean;
  readonly handler: string;
  readonly inline: string | null;
  readonly validator: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    language: Language;
  }
}

const create = (verb: string, { identity, attributes }: Fact<"language">) => {
  const { trusted, handler, inline, validator } = attributes;
  return sql`${raw(verb)} ${trusted && raw("TRUSTED")} LANGUAGE ${name(identity.name)} HANDLER ${raw(handler)} ${
    inline !== null && sql`INLINE ${raw(inline)}`
  } ${validator !== null && sql`VALIDATOR ${raw(validator)}`}`;
};

export const language = defineKind({
  name: "language",
  query: () => `
    SELECT l.lanname AS name, ${refs(ref("pg_language", "l.oid"))} AS refs,
           json_build_object(
             'trusted', l.lanpltrusted,
             'handler', l.lanplcallfoid::regproc,
             'inline', nullif(l.laninline, 0)::regproc,
             'validator', nullif(l.lanvalidator, 0)::regproc
           ) AS attributes
    FROM pg_language l WHERE l.oid >= 16384 AND l.lanispl`,
  address: (id) => sql`LANGUAGE ${name(id.name)}`,
  occupies: ({ id }) => [id],
  create: (fact) => [create("CREATE", fact)],
  drop: ({ identity }) => [sql`DROP LANGUAGE ${name(identity.name)}`],
  alter: [
    { of: ["trusted", "handler", "inline", "validator"], sql: (_, to) => create("CREATE OR REPLACE", to) },
  ],
  rename: (from, to) => [sql`ALTER LANGUAGE ${name(from.name)} RENAME TO ${name(to.name)}`],
});
