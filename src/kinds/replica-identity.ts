import type { Fact } from "../catalog/fact.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref } from "./query.js";

/** REPLICA IDENTITY of a table where it is not the primary key (manual, ALTER TABLE). It goes with its index. */
export interface ReplicaIdentity {
  readonly uses: "full" | "nothing" | "index";
  readonly index: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "replica identity": ReplicaIdentity;
  }
}

const alterTable = ({ identity }: Fact<"replica identity">) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)} REPLICA IDENTITY`;

const set = (fact: Fact<"replica identity">) =>
  fact.attributes.index === null
    ? sql`${alterTable(fact)} ${raw(fact.attributes.uses.toUpperCase())}`
    : sql`${alterTable(fact)} USING INDEX ${name(fact.attributes.index)}`;

export const replicaIdentity = defineKind({
  name: "replica identity",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", ${ref("pg_class", "c.oid")} AS parent,
           CASE WHEN i.oid IS NOT NULL THEN json_build_array(${ref("pg_class", "i.oid")}) END AS needs,
           json_build_object(
             'uses', CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' ELSE 'index' END,
             'index', i.relname
           ) AS attributes
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_index x ON x.indrelid = c.oid AND x.indisreplident AND c.relreplident = 'i'
    LEFT JOIN pg_class i ON i.oid = x.indexrelid
    WHERE c.relkind IN ('r', 'p') AND c.relreplident IN ('f', 'n', 'i') AND (c.relreplident <> 'i' OR i.oid IS NOT NULL)
      AND ${isUserSchema("n")}`,
  create: (fact) => [set(fact)],
  goesAside: () => true,
  drop: (fact) => [sql`${alterTable(fact)} DEFAULT`],
  alter: [{ of: ["uses", "index"], sql: (_, to) => set(to) }],
});
