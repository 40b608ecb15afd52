import { sameValue } from "../catalog/canonical.js";
import type { Fact } from "../catalog/fact.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE STATISTICS (manual, Extended Statistics). */
export interface Statistics {
  /** As pg_get_statisticsobjdef() prints it, from the name's end on, but the columns by name: their places say nothing. */
  readonly definition: string;
  /** Statistics target where it is not the default. */
  readonly target: number | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    statistics: Statistics;
  }
}

const setTarget = ({ identity, attributes }: Fact<"statistics">) =>
  sql`ALTER STATISTICS ${name(identity.schema, identity.name)} SET STATISTICS ${attributes.target ?? -1}`;

export const statistics = defineKind({
  name: "statistics",
  query: () => `
    SELECT n.nspname AS schema, s.stxname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_statistic_ext", "s.oid"))} AS refs,
           json_build_object(
             'definition', coalesce(overlay(printed.text PLACING ' ON ' || columns.by_name
               FROM strpos(printed.text, ' ON ' || columns.by_place)), printed.text),
             'target', nullif(s.stxstattarget, -1)
           ) AS attributes
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace,
    LATERAL (SELECT substr(pg_get_statisticsobjdef(s.oid), length('CREATE STATISTICS ' ||
               quote_ident(n.nspname) || '.' || quote_ident(s.stxname)) + 1) AS text) printed,
    LATERAL (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS by_place,
                    string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C") AS by_name
             FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)) columns
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`STATISTICS ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`statistics ${identity.schema}.${identity.name}`],
  create: (fact) => [
    raw(
      `CREATE STATISTICS ${name(fact.identity.schema, fact.identity.name).text}${fact.attributes.definition}`,
    ),
    ...(fact.attributes.target === null ? [] : [setTarget(fact)]),
  ],
  drop: ({ identity }) => [sql`DROP STATISTICS ${name(identity.schema, identity.name)}`],
  alter: [{ of: ["target"], sql: (_, to) => setTarget(to) }],
  resembles: (from, to) => (sameValue(from.attributes, to.attributes) ? "same" : undefined),
  rename: renameInSchema("STATISTICS"),
});
