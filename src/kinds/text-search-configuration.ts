import type { Fact } from "../catalog/fact.js";
import { join, name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE TEXT SEARCH CONFIGURATION. */
export interface TextSearchConfiguration {
  /** The parser's name, qualified unless it is PostgreSQL's own. */
  readonly parser: string;
}

/** ADD MAPPING FOR a token type: the dictionaries that are asked, in their order. */
export interface TextSearchMapping {
  readonly dictionaries: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "text search configuration": TextSearchConfiguration;
    "text search mapping": TextSearchMapping;
  }
}

type MappingFact = Fact<"text search mapping">;

export const textSearchConfiguration = defineKind({
  name: "text search configuration",
  query: () => `
    SELECT n.nspname AS schema, c.cfgname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_ts_config", "c.oid"))} AS refs,
           (SELECT json_agg(${ref("pg_ts_dict", "m.mapdict")}) FROM pg_ts_config_map m WHERE m.mapcfg = c.oid) AS "ofParts",
           json_build_object(
             'parser', CASE WHEN pn.nspname = 'pg_catalog' THEN '' ELSE quote_ident(pn.nspname) || '.' END
                       || quote_ident(p.prsname)
           ) AS attributes
    FROM pg_ts_config c
    JOIN pg_namespace n ON n.oid = c.cfgnamespace
    JOIN pg_ts_parser p ON p.oid = c.cfgparser
    JOIN pg_namespace pn ON pn.oid = p.prsnamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`TEXT SEARCH CONFIGURATION ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`text search configuration ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes }) => [
    sql`CREATE TEXT SEARCH CONFIGURATION ${name(identity.schema, identity.name)} (PARSER = ${raw(attributes.parser)})`,
  ],
  drop: ({ identity }) => [sql`DROP TEXT SEARCH CONFIGURATION ${name(identity.schema, identity.name)}`],
  alter: [],
  rename: renameInSchema("TEXT SEARCH CONFIGURATION"),
});

const alterMapping = (verb: string, { identity, attributes }: MappingFact) =>
  sql`ALTER TEXT SEARCH CONFIGURATION ${name(identity.schema, identity.on)} ${raw(verb)} MAPPING FOR ${name(identity.name)} WITH ${join(attributes.dictionaries.map(raw))}`;

export const textSearchMapping = defineKind({
  name: "text search mapping",
  query: () => `
    SELECT n.nspname AS schema, c.cfgname AS "on",
           (SELECT t.alias FROM ts_token_type(c.cfgparser) t WHERE t.tokid = m.maptokentype) AS name,
           ${ref("pg_ts_config", "c.oid")} AS parent,
           json_agg(${ref("pg_ts_dict", "m.mapdict")}) AS needs,
           json_build_object('dictionaries',
             json_agg(m.mapdict::regdictionary::text ORDER BY m.mapseqno)) AS attributes
    FROM pg_ts_config_map m
    JOIN pg_ts_config c ON c.oid = m.mapcfg
    JOIN pg_namespace n ON n.oid = c.cfgnamespace
    WHERE ${isUserSchema("n")}
    GROUP BY n.nspname, c.cfgname, c.oid, c.cfgparser, m.maptokentype`,
  create: (fact) => [alterMapping("ADD", fact)],
  drop: ({ identity }) => [
    sql`ALTER TEXT SEARCH CONFIGURATION ${name(identity.schema, identity.on)} DROP MAPPING FOR ${name(identity.name)}`,
  ],
  alter: [{ of: ["dictionaries"], sql: (_, to) => alterMapping("ALTER", to) }],
});
