import { sameValue } from "../catalog/canonical.js";
import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";

/** CREATE PUBLICATION. The tables and schemas that it publishes are facts of their own. */
export interface Publication {
  readonly allTables: boolean;
  /** `insert`, `update`, `delete`, `truncate`. */
  readonly publish: readonly string[];
  readonly viaPartitionRoot: boolean;
  /** From version 18 on. */
  readonly generatedColumns: "none" | "stored";
}

/** FOR TABLE: hangs on the table, so that a table made anew is published again. */
export interface PublicationTable {
  /** Quoted; all columns when there is none. */
  readonly columns: readonly string[];
  /** The row filter. */
  readonly where: string | null;
}

/** FOR TABLES IN SCHEMA. */
export interface PublicationSchema {
  readonly tables: "all";
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    publication: Publication;
    "publication table": PublicationTable;
    "publication schema": PublicationSchema;
  }
}

const options = ({ attributes }: Fact<"publication">, major: number) =>
  join([
    sql`publish = ${literal(attributes.publish.join(", "))}`,
    sql`publish_via_partition_root = ${raw(String(attributes.viaPartitionRoot))}`,
    major >= 18 && sql`publish_generated_columns = ${raw(attributes.generatedColumns)}`,
  ]);

export const publication = defineKind({
  name: "publication",
  query: ({ major }) => `
    SELECT p.pubname AS name, ${refs(ref("pg_publication", "p.oid"))} AS refs,
           json_build_object(
             'allTables', p.puballtables,
             'publish', array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
               CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END], NULL),
             'viaPartitionRoot', p.pubviaroot,
             'generatedColumns', ${major >= 18 ? "CASE p.pubgencols WHEN 's' THEN 'stored' ELSE 'none' END" : "'none'"}
           ) AS attributes
    FROM pg_publication p`,
  address: (id) => sql`PUBLICATION ${name(id.name)}`,
  occupies: ({ identity }) => [`publication ${identity.name}`],
  create: (fact, { major }) => [
    sql`CREATE PUBLICATION ${name(fact.identity.name)} ${fact.attributes.allTables && raw("FOR ALL TABLES")} WITH (${options(fact, major)})`,
  ],
  drop: ({ identity }) => [sql`DROP PUBLICATION ${name(identity.name)}`],
  alter: [
    {
      of: ["publish", "viaPartitionRoot", "generatedColumns"],
      sql: (_, to, { major }) => sql`ALTER PUBLICATION ${name(to.identity.name)} SET (${options(to, major)})`,
    },
  ],
  resembles: (from, to) => (sameValue(from.attributes, to.attributes) ? "same" : undefined),
  rename: (from, to) => [sql`ALTER PUBLICATION ${name(from.name)} RENAME TO ${name(to.name)}`],
});

const alterMembers = ({ name: own }: Identity, verb: string, what: Sql) =>
  sql`ALTER PUBLICATION ${name(own)} ${raw(verb)} ${what}`;

/** Each descendant is a member of its own. */
const onlyTable = ({ of }: Identity) => sql`TABLE ONLY ${name(of?.schema, of?.name)}`;

const addTable = ({ identity, attributes: { columns, where } }: Fact<"publication table">) =>
  alterMembers(
    identity,
    "ADD",
    sql`${onlyTable(identity)} ${columns.length > 0 && raw(`(${columns.join(", ")})`)} ${where !== null && sql`WHERE (${raw(where)})`}`,
  );

const dropTable = ({ identity }: Fact<"publication table">) =>
  alterMembers(identity, "DROP", onlyTable(identity));

export const publicationTable = defineKind({
  name: "publication table",
  query: ({ major }) => `
    SELECT p.pubname AS name, ${ref("pg_class", "m.prrelid")} AS target,
           ${refs(ref("pg_publication_rel", "m.oid"))} AS refs,
           json_build_array(${ref("pg_publication", "p.oid")}) AS needs,
           ${
             major >= 15
               ? `json_build_object(
             'columns', (SELECT coalesce(json_agg(quote_ident(a.attname) ORDER BY a.attname COLLATE "C"), '[]') FROM pg_attribute a
                         WHERE a.attrelid = m.prrelid AND a.attnum = ANY (m.prattrs)),
             'where', pg_get_expr(m.prqual, m.prrelid))`
               : "json_build_object('columns', '[]'::json, 'where', NULL)"
           } AS attributes
    FROM pg_publication_rel m JOIN pg_publication p ON p.oid = m.prpubid`,
  create: (fact) => [addTable(fact)],
  drop: (fact) => [dropTable(fact)],
  alter: [{ of: ["columns", "where"], sql: (from, to) => [dropTable(from), addTable(to)] }],
});

const allOf = ({ of }: Identity) => sql`TABLES IN SCHEMA ${name(of?.name)}`;

export const publicationSchema = defineKind({
  name: "publication schema",
  query: ({ major }) => `
    SELECT p.pubname AS name, ${ref("pg_namespace", "n.oid")} AS target,
           ${refs(ref(major >= 15 ? "pg_publication_namespace" : "pg_publication", major >= 15 ? "m.oid" : "0"))} AS refs,
           json_build_array(${ref("pg_publication", "p.oid")}) AS needs,
           json_build_object('tables', 'all') AS attributes
    FROM pg_publication p
    ${
      major >= 15
        ? "JOIN pg_publication_namespace m ON m.pnpubid = p.oid JOIN pg_namespace n ON n.oid = m.pnnspid"
        : "JOIN pg_namespace n ON false"
    }
    WHERE ${isUserSchema("n")}`,
  create: ({ identity }) => [alterMembers(identity, "ADD", allOf(identity))],
  drop: ({ identity }) => [alterMembers(identity, "DROP", allOf(identity))],
  alter: [],
});
