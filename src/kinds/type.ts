import type { Fact } from "../catalog/fact.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs, routineSignature } from "./query.js";
import { renameInSchema } from "./rename.js";

/**
 * CREATE TYPE name: a type that the functions of its definition can name before there is one. What defines it, a base
 * type or a range, is a fact of its own; without one it is a shell (manual, CREATE TYPE, Base Types).
 */
export interface Type {
  /** The functions that take or give it and that its definition names, with their argument types. */
  readonly functions: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    type: Type;
  }
}

/** Columns `type` and `function`: each needs the other, so that the function has to be made for a shell. */
export const typeFunctions = `
  SELECT ft.oid AS type, ff.oid AS function
  FROM pg_type ft
  JOIN pg_namespace fn ON fn.oid = ft.typnamespace
  CROSS JOIN LATERAL unnest(ARRAY[ft.typinput, ft.typoutput, ft.typreceive, ft.typsend]::oid[]) AS ff(oid)
  WHERE ft.oid >= 16384 AND ff.oid >= 16384 AND ft.typtype = 'b' AND ${isUserSchema("fn")}
  UNION
  SELECT fr.rngtypid, fr.rngcanonical
  FROM pg_range fr JOIN pg_type ft ON ft.oid = fr.rngtypid JOIN pg_namespace fn ON fn.oid = ft.typnamespace
  WHERE fr.rngcanonical::oid >= 16384 AND ${isUserSchema("fn")}`;

/** The type as its functions need it, before its definition; pg_depend knows of no such thing. */
export const shellRef = (oid: string) => ref("pg_type", oid, "-1");

const hasFunctions = ({ attributes }: Fact<"type">) => attributes.functions.length > 0;

export const type = defineKind({
  name: "type",
  query: () => `
    SELECT n.nspname AS schema, t.typname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           CASE t.typtype WHEN 'p' THEN ${refs(ref("pg_type", "t.oid"))} ELSE ${refs(shellRef("t.oid"))} END AS refs,
           json_build_object('functions', (SELECT coalesce(json_agg(${routineSignature("f.function")} ORDER BY ${routineSignature("f.function")}), '[]')
                                           FROM (${typeFunctions}) f WHERE f.type = t.oid)) AS attributes
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE (t.typtype = 'p' OR t.oid IN (SELECT f.type FROM (${typeFunctions}) f)) AND ${isUserSchema("n")}`,
  address: (id) => sql`TYPE ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`type ${identity.schema}.${identity.name}`],
  create: ({ identity }) => [sql`CREATE TYPE ${name(identity.schema, identity.name)}`],
  // It and its functions need each other: one statement takes them all, and nothing else is left by then.
  drop: (fact) => [
    sql`DROP TYPE ${name(fact.identity.schema, fact.identity.name)} ${hasFunctions(fact) && raw("CASCADE")}`,
  ],
  // The definition's own change does it. A type that has one cannot become a shell again.
  alter: [{ of: ["functions"], when: (from, to) => hasFunctions(to) || !hasFunctions(from), sql: () => [] }],
  rename: renameInSchema("TYPE"),
  setAside: ({ identity, attributes }, aside) => ({
    rename: [
      ...attributes.functions.map(
        (signature, at) => sql`ALTER FUNCTION ${raw(signature)} RENAME TO ${name(`${aside}_${at}`)}`,
      ),
      sql`ALTER TYPE ${name(identity.schema, identity.name)} RENAME TO ${name(aside)}`,
    ],
    drop: sql`DROP TYPE ${name(identity.schema, aside)} CASCADE`,
  }),
});
