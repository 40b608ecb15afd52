import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { join, name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs, routineSignature } from "./query.js";

/** CREATE TRANSFORM of a type for a language. */
export interface Transform {
  readonly fromSql: string | null;
  readonly toSql: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    transform: Transform;
  }
}

const transformName = ({ name: language, args }: Identity) =>
  sql`TRANSFORM FOR ${raw(args?.[0] ?? "")} LANGUAGE ${name(language)}`;

const create = (verb: string, { identity, attributes: { fromSql, toSql } }: Fact<"transform">) =>
  sql`${raw(verb)} ${transformName(identity)} (${join([
    fromSql !== null && sql`FROM SQL WITH FUNCTION ${raw(fromSql)}`,
    toSql !== null && sql`TO SQL WITH FUNCTION ${raw(toSql)}`,
  ])})`;

const routine = (column: string) =>
  `CASE WHEN t.${column} <> 0 THEN ${routineSignature(`t.${column}::oid`)} END`;

export const transform = defineKind({
  name: "transform",
  query: () => `
    SELECT l.lanname AS name, json_build_array(format_type(t.trftype, NULL)) AS args,
           ${refs(ref("pg_transform", "t.oid"))} AS refs,
           json_build_object('fromSql', ${routine("trffromsql")}, 'toSql', ${routine("trftosql")}) AS attributes
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    WHERE t.oid >= 16384`,
  address: transformName,
  occupies: ({ id }) => [id],
  create: (fact) => [create("CREATE", fact)],
  drop: ({ identity }) => [sql`DROP ${transformName(identity)}`],
  // Of functions whose arguments or result have the type, also without TRANSFORM (pg_proc.c, ProcedureCreate, before 18).
  holdsOn: true,
  alter: [{ of: ["fromSql", "toSql"], sql: (_, to) => create("CREATE OR REPLACE", to) }],
});
