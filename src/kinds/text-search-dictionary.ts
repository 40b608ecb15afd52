import { sameValue } from "../catalog/canonical.js";
import type { Fact } from "../catalog/fact.js";
import { join, name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE TEXT SEARCH DICTIONARY. */
export interface TextSearchDictionary {
  /** The template's name, qualified unless it is PostgreSQL's own. */
  readonly template: string;
  /** `stopwords = 'english'` as PostgreSQL keeps them, sorted: their order means nothing. */
  readonly options: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "text search dictionary": TextSearchDictionary;
  }
}

type DictionaryFact = Fact<"text search dictionary">;

const optionName = (option: string) => option.slice(0, option.indexOf(" = "));

/** ALTER keeps the options that it does not mention; a name without a value takes one away. */
function changeOptions(from: DictionaryFact, to: DictionaryFact) {
  const kept = new Set(to.attributes.options.map(optionName));
  const gone = from.attributes.options.map(optionName).filter((option) => !kept.has(option));
  const set = to.attributes.options.filter((option) => !from.attributes.options.includes(option));
  const { schema, name: own } = to.identity;
  return sql`ALTER TEXT SEARCH DICTIONARY ${name(schema, own)} (${join([...gone, ...set].map(raw))})`;
}

/** One `name = value` of pg_ts_dict.dictinitoption (dictionary options: tsearchcmds.c, serialize_deflist). */
const option = `("(?:[^"]|"")+"|[^ ,"]+) = (E?''(?:[^'']|'''')*''|[^,]+)`;

export const textSearchDictionary = defineKind({
  name: "text search dictionary",
  query: () => `
    SELECT n.nspname AS schema, d.dictname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_ts_dict", "d.oid"))} AS refs,
           json_build_object(
             'template', CASE WHEN tn.nspname = 'pg_catalog' THEN '' ELSE quote_ident(tn.nspname) || '.' END
                         || quote_ident(t.tmplname),
             'options', (SELECT coalesce(json_agg(m[1] || ' = ' || m[2] ORDER BY m[1]), '[]')
                         FROM regexp_matches(d.dictinitoption, '${option}', 'g') m)
           ) AS attributes
    FROM pg_ts_dict d
    JOIN pg_namespace n ON n.oid = d.dictnamespace
    JOIN pg_ts_template t ON t.oid = d.dicttemplate
    JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`TEXT SEARCH DICTIONARY ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`text search dictionary ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes: { template, options } }) => [
    sql`CREATE TEXT SEARCH DICTIONARY ${name(identity.schema, identity.name)} (${join([`TEMPLATE = ${template}`, ...options].map(raw))})`,
  ],
  drop: ({ identity }) => [sql`DROP TEXT SEARCH DICTIONARY ${name(identity.schema, identity.name)}`],
  alter: [{ of: ["options"], sql: changeOptions }],
  resembles: (from, to) => (sameValue(from.attributes, to.attributes) ? "same" : undefined),
  rename: renameInSchema("TEXT SEARCH DICTIONARY"),
});
