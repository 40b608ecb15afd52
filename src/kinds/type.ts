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
  /** The functions that its definition names and that take or give it, or that come with it, with their argument types. */
  readonly functions: readonly string[];
  /** What comes with a range: the multirange type, qualified. */
  readonly multirange: string | null;
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

/** The functions that came with a range `t` and its multirange `m`, as `d`. */
export const constructorsOf = `pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass
  AND d.deptype = 'i' AND d.refobjid IN (t.oid, m.oid)`;

/** The type as its functions need it, before its definition; pg_depend knows of no such thing. */
export const shellRef = (oid: string) => ref("pg_type", oid, "-1");

const hasFunctions = ({ attributes }: Fact<"type">) => attributes.functions.length > 0;

export const type = defineKind({
  name: "type",
  query: () => `
    SELECT n.nspname AS schema, t.typname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           CASE t.typtype WHEN 'p' THEN ${refs(ref("pg_type", "t.oid"))} ELSE ${refs(shellRef("t.oid"))} END AS refs,
           json_build_object(
             'functions', (SELECT coalesce(json_agg(s.signature ORDER BY s.signature), '[]')
                           FROM (SELECT ${routineSignature("f.function")} AS signature FROM (${typeFunctions}) f WHERE f.type = t.oid
                                 UNION ALL SELECT ${routineSignature("d.objid")} FROM ${constructorsOf}) s),
             'multirange', quote_ident(mn.nspname) || '.' || quote_ident(m.typname)
           ) AS attributes
    FROM pg_type t
    JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_range r ON r.rngtypid = t.oid
    LEFT JOIN pg_type m ON m.oid = r.rngmultitypid
    LEFT JOIN pg_namespace mn ON mn.oid = m.typnamespace
    WHERE (t.typtype = 'p' OR t.oid IN (SELECT f.type FROM (${typeFunctions}) f)) AND ${isUserSchema("n")}`,
  address: (id) => sql`TYPE ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`type ${identity.schema}.${identity.name}`],
  create: ({ identity }) => [sql`CREATE TYPE ${name(identity.schema, identity.name)}`],
  // It and its functions need each other: one statement takes them all, and nothing else is left by then.
  drop: (fact) => [
    sql`DROP TYPE ${name(fact.identity.schema, fact.identity.name)} ${hasFunctions(fact) && raw("CASCADE")}`,
  ],
  // The definition's own change does it. A type that has one cannot become a shell again.
  alter: [
    {
      of: ["functions", "multirange"],
      when: (from, to) => hasFunctions(to) || !hasFunctions(from),
      sql: () => [],
    },
  ],
  rename: renameInSchema("TYPE"),
  // A type that is only a shell stays where it is (typecmds.c, typenameTypeId).
  isFixed: (fact) => !hasFunctions(fact),
  setAside: ({ identity, attributes }, aside) => ({
    rename: [
      ...attributes.functions.map(
        (signature, at) => sql`ALTER FUNCTION ${raw(signature)} RENAME TO ${name(`${aside}_${at}`)}`,
      ),
      ...(attributes.multirange === null
        ? []
        : [sql`ALTER TYPE ${raw(attributes.multirange)} RENAME TO ${name(`${aside}_m`)}`]),
      sql`ALTER TYPE ${name(identity.schema, identity.name)} RENAME TO ${name(aside)}`,
    ],
    drop: sql`DROP TYPE ${name(identity.schema, aside)} CASCADE`,
  }),
});
