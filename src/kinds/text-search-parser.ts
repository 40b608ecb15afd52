import { sameValue } from "../catalog/canonical.js";
import type { Fact } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE TEXT SEARCH PARSER: functions as PostgreSQL prints their names. */
export interface TextSearchParser {
  readonly start: string;
  readonly gettoken: string;
  readonly end: string;
  readonly headline: string | null;
  readonly lextypes: string;
}

/** CREATE TEXT SEARCH TEMPLATE. */
export interface TextSearchTemplate {
  readonly init: string | null;
  readonly lexize: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "text search parser": TextSearchParser;
    "text search template": TextSearchTemplate;
  }
}

/** The functions that are given, as `(START = f, …)`. */
function functions(attributes: Readonly<Record<string, string | null>>): Sql {
  const given = Object.entries(attributes).filter(([, value]) => value !== null);
  return raw(`(${given.map(([role, value]) => `${role.toUpperCase()} = ${value}`).join(", ")})`);
}

const alike = (from: Fact, to: Fact) => (sameValue(from.attributes, to.attributes) ? "same" : undefined);

export const textSearchParser = defineKind({
  name: "text search parser",
  query: () => `
    SELECT n.nspname AS schema, p.prsname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_ts_parser", "p.oid"))} AS refs,
           json_build_object(
             'start', p.prsstart::text, 'gettoken', p.prstoken::text, 'end', p.prsend::text,
             'headline', nullif(p.prsheadline::text, '-'), 'lextypes', p.prslextype::text
           ) AS attributes
    FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`TEXT SEARCH PARSER ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`text search parser ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes }) => [
    sql`CREATE TEXT SEARCH PARSER ${name(identity.schema, identity.name)} ${functions({ ...attributes })}`,
  ],
  drop: ({ identity }) => [sql`DROP TEXT SEARCH PARSER ${name(identity.schema, identity.name)}`],
  alter: [],
  resembles: alike,
  rename: renameInSchema("TEXT SEARCH PARSER"),
});

export const textSearchTemplate = defineKind({
  name: "text search template",
  query: () => `
    SELECT n.nspname AS schema, t.tmplname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_ts_template", "t.oid"))} AS refs,
           json_build_object('init', nullif(t.tmplinit::text, '-'), 'lexize', t.tmpllexize::text) AS attributes
    FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`TEXT SEARCH TEMPLATE ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`text search template ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes }) => [
    sql`CREATE TEXT SEARCH TEMPLATE ${name(identity.schema, identity.name)} ${functions({ ...attributes })}`,
  ],
  drop: ({ identity }) => [sql`DROP TEXT SEARCH TEMPLATE ${name(identity.schema, identity.name)}`],
  alter: [],
  resembles: alike,
  rename: renameInSchema("TEXT SEARCH TEMPLATE"),
});
