import type { Fact } from "../catalog/fact.js";
import { name, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref } from "./query.js";

/** CLUSTER ON: the index that CLUSTER without an index would use. It goes with its index. */
export interface Cluster {
  readonly index: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "cluster mark": Cluster;
  }
}

const mark = ({ identity, attributes }: Fact<"cluster mark">) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)} CLUSTER ON ${name(attributes.index)}`;

export const clusterMark = defineKind({
  name: "cluster mark",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", ${ref("pg_class", "c.oid")} AS parent,
           json_build_array(${ref("pg_class", "i.oid")}) AS needs,
           json_build_object('index', i.relname) AS attributes
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE x.indisclustered AND ${isUserSchema("n")}`,
  create: (fact) => [mark(fact)],
  goesAside: () => true,
  drop: ({ identity }) => [sql`ALTER TABLE ${name(identity.schema, identity.on)} SET WITHOUT CLUSTER`],
  alter: [{ of: ["index"], sql: (_, to) => mark(to) }],
});
