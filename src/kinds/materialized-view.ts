import type { Fact } from "../catalog/fact.js";
import { join, name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { changeOptions, withOptions } from "./options.js";
import { isUserSchema, options, ref, refs, tablespaceName } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE MATERIALIZED VIEW. */
export interface MaterializedView {
  /** The query, as pg_get_viewdef() prints it, without the final semicolon. */
  readonly definition: string;
  readonly options: readonly string[];
  readonly tablespace: string | null;
  readonly accessMethod: string;
  readonly populated: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "materialized view": MaterializedView;
  }
}

const alterView = ({ identity }: Fact<"materialized view">) =>
  sql`ALTER MATERIALIZED VIEW ${name(identity.schema, identity.name)}`;

export const materializedView = defineKind({
  name: "materialized view",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_class", "c.oid"), ref("pg_type", "c.reltype"), ref("pg_type", "t.typarray"), ref("pg_rewrite", "r.oid"))} AS refs,
           json_build_object(
             'definition', rtrim(pg_get_viewdef(c.oid), ';'),
             'options', ${options("c.reloptions || ARRAY(SELECT 'toast.' || x FROM unnest(toast.reloptions) x)")},
             'tablespace', ${tablespaceName("c.reltablespace")},
             'accessMethod', am.amname,
             'populated', c.relispopulated
           ) AS attributes
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = c.reltype
    JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
    JOIN pg_am am ON am.oid = c.relam
    LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
    WHERE c.relkind = 'm' AND ${isUserSchema("n")}`,
  address: (id) => sql`MATERIALIZED VIEW ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [
    `relation ${identity.schema}.${identity.name}`,
    `type ${identity.schema}.${identity.name}`,
  ],
  create: ({ identity, attributes }) => {
    const head = join(
      [
        sql`CREATE MATERIALIZED VIEW ${name(identity.schema, identity.name)}`,
        attributes.accessMethod !== "heap" && sql`USING ${attributes.accessMethod}`,
        withOptions(attributes.options),
        attributes.tablespace !== null && sql`TABLESPACE ${attributes.tablespace}`,
      ],
      " ",
    );
    return [
      raw(`${head.text} AS\n${attributes.definition}\nWITH ${attributes.populated ? "DATA" : "NO DATA"}`),
    ];
  },
  drop: ({ identity }) => [sql`DROP MATERIALIZED VIEW ${name(identity.schema, identity.name)}`],
  alter: [
    {
      of: ["options"],
      sql: (from, to) => changeOptions(alterView(to), from.attributes.options, to.attributes.options),
    },
    {
      of: ["tablespace"],
      sql: (_, to) => sql`${alterView(to)} SET TABLESPACE ${to.attributes.tablespace ?? "pg_default"}`,
    },
    {
      of: ["accessMethod"],
      when: (_from, _to, { major }) => major >= 15,
      sql: (_, to) => sql`${alterView(to)} SET ACCESS METHOD ${to.attributes.accessMethod}`,
    },
    {
      of: ["populated"],
      sql: (_, to) =>
        sql`REFRESH MATERIALIZED VIEW ${name(to.identity.schema, to.identity.name)} WITH ${raw(to.attributes.populated ? "DATA" : "NO DATA")}`,
    },
  ],
  isNamedByCode: true,
  rename: renameInSchema("MATERIALIZED VIEW"),
});
