import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";

/** CREATE SCHEMA (manual, Schemas). `public` exists in every new database and is a fact like any other. */
export type Schema = Record<never, never>;

declare module "../catalog/fact.js" {
  interface KindAttributes {
    schema: Schema;
  }
}

export const schema = defineKind({
  name: "schema",
  query: () => `
    SELECT n.nspname AS name, ${refs(ref("pg_namespace", "n.oid"))} AS refs, '{}'::json AS attributes
    FROM pg_namespace n
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`SCHEMA ${name(id.name)}`,
  occupies: (fact) => [`schema ${fact.identity.name}`],
  create: ({ identity }) => [sql`CREATE SCHEMA ${name(identity.name)}`],
  drop: ({ identity }) => [sql`DROP SCHEMA ${name(identity.name)}`],
  alter: [],
  isNamedByCode: true,
  rename: (from, to) => [sql`ALTER SCHEMA ${name(from.name)} RENAME TO ${name(to.name)}`],
  isContainer: true,
});

/** The schema part of a CREATE that has an optional SCHEMA clause. */
export const inSchema = (schemaName: string | undefined) =>
  schemaName === undefined ? raw("") : sql`SCHEMA ${name(schemaName)}`;
