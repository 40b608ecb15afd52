import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
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
  resembles: (from, to, { current, wanted }) =>
    shareContents(current, from, wanted, to) ? "alike" : undefined,
  isNamedByCode: true,
  rename: (from, to) => [sql`ALTER SCHEMA ${name(from.name)} RENAME TO ${name(to.name)}`],
  isContainer: true,
});

/** Whether most of what both hold has the same names. */
function shareContents(current: Catalog, from: Fact, wanted: Catalog, to: Fact): boolean {
  const contents = (catalog: Catalog, schema: Fact) =>
    catalog
      .children(schema.id)
      .flatMap(({ identity: { kind, name: own, of } }) => (of === undefined ? [`${kind} ${own}`] : []));
  const [before, after] = [contents(current, from), new Set(contents(wanted, to))];
  const shared = before.filter((one) => after.has(one)).length;
  return shared > 0 && shared * 2 > Math.max(before.length, after.size);
}

/** The schema part of a CREATE that has an optional SCHEMA clause. */
export const inSchema = (schemaName: string | undefined) =>
  schemaName === undefined ? raw("") : sql`SCHEMA ${name(schemaName)}`;
