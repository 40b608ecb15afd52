import { sameValue } from "../catalog/canonical.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { collationName, isUserSchema, opclassName, ref, routineSignature } from "./query.js";
import { renameInSchema } from "./rename.js";
import { constructorsOf, shellRef } from "./type.js";

/** CREATE TYPE … AS RANGE; with it come a multirange type and the functions that make values of both. */
export interface Range {
  readonly subtype: string;
  /** Where they are not the subtype's own. */
  readonly opclass: string | null;
  readonly collation: string | null;
  readonly canonical: string | null;
  readonly subtypeDiff: string | null;
  /** The multirange type, qualified. */
  readonly multirange: string;
  /** The functions that came with the two types, each with its argument types. */
  readonly constructors: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    range: Range;
  }
}

export const range = defineKind({
  name: "range",
  query: () => `
    SELECT n.nspname AS schema, t.typname AS name, CASE WHEN r.rngcanonical::oid >= 16384 THEN ${shellRef("t.oid")} ELSE ${ref("pg_namespace", "n.oid")} END AS parent,
           (SELECT json_agg(o.ref) FROM (
              SELECT ${ref("pg_type", "oid")} AS ref
              FROM unnest(ARRAY[t.oid, t.typarray, m.oid, m.typarray]) AS oid
              UNION ALL SELECT ${ref("pg_proc", "d.objid")} FROM ${constructorsOf}) o) AS refs,
           json_build_object(
             'subtype', format_type(r.rngsubtype, NULL),
             'opclass', CASE WHEN NOT o.opcdefault THEN ${opclassName("o.oid")} END,
             'collation', CASE WHEN r.rngcollation <> s.typcollation THEN ${collationName("r.rngcollation")} END,
             'canonical', nullif(r.rngcanonical, 0)::regproc,
             'subtypeDiff', nullif(r.rngsubdiff, 0)::regproc,
             'multirange', quote_ident(mn.nspname) || '.' || quote_ident(m.typname),
             'constructors', (SELECT json_agg(c.signature ORDER BY c.signature) FROM (
               SELECT ${routineSignature("d.objid")} AS signature FROM ${constructorsOf}) c)
           ) AS attributes
    FROM pg_range r
    JOIN pg_type t ON t.oid = r.rngtypid
    JOIN pg_namespace n ON n.oid = t.typnamespace
    JOIN pg_type m ON m.oid = r.rngmultitypid
    JOIN pg_namespace mn ON mn.oid = m.typnamespace
    JOIN pg_type s ON s.oid = r.rngsubtype
    JOIN pg_opclass o ON o.oid = r.rngsubopc
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`TYPE ${name(id.schema, id.name)}`,
  occupies: ({ identity, attributes }) => [
    `type ${identity.schema}.${identity.name}`,
    `type ${attributes.multirange}`,
    ...attributes.constructors.map((signature) => `routine ${signature}`),
  ],
  create: ({ identity, attributes }) => {
    const { opclass, collation, canonical, subtypeDiff } = attributes;
    const options = [
      sql`SUBTYPE = ${raw(attributes.subtype)}`,
      opclass !== null && sql`SUBTYPE_OPCLASS = ${raw(opclass)}`,
      collation !== null && sql`COLLATION = ${raw(collation)}`,
      canonical !== null && sql`CANONICAL = ${raw(canonical)}`,
      subtypeDiff !== null && sql`SUBTYPE_DIFF = ${raw(subtypeDiff)}`,
      sql`MULTIRANGE_TYPE_NAME = ${raw(attributes.multirange)}`,
    ];
    return [sql`CREATE TYPE ${name(identity.schema, identity.name)} AS RANGE (${join(options)})`];
  },
  isNamedByCode: true,
  drop: ({ identity }) => [sql`DROP TYPE ${name(identity.schema, identity.name)}`],
  needsNewParent: ({ id, parent }, { current }) => current.has(id) && isKind(current.get(parent), "type"),
  goesAside: () => true,
  alter: [
    {
      // Renaming a range renames neither the multirange nor the functions.
      of: ["multirange", "constructors"],
      when: ({ attributes: from }, { attributes: to }) =>
        sameValue(from.constructors.map(argumentsOf).toSorted(), to.constructors.map(argumentsOf).toSorted()),
      sql: ({ attributes: from }, { attributes: to }) => [
        ...moved("TYPE", from.multirange, to.multirange),
        ...from.constructors.flatMap((signature) => {
          const after = to.constructors.find((other) => argumentsOf(other) === argumentsOf(signature));
          return after === undefined ? [] : moved("FUNCTION", signature, after);
        }),
      ],
    },
  ],
  rename: renameInSchema("TYPE"),
  setAside: (fact, aside) => ({
    rename: renameAll(fact, aside),
    drop: sql`DROP TYPE ${name(fact.identity.schema, aside)}`,
  }),
});

const part = `(?:"(?:[^"]|"")*"|[^".(])+`;
const qualified = new RegExp(`^(${part})\\.(${part})(.*)$`, "s");

/** A qualified name or signature, as PostgreSQL prints it, in its parts. */
function partsOf(printed: string): readonly [schema: string, own: string, parameters: string] {
  const [, schema, own, parameters] = qualified.exec(printed) ?? [];
  if (schema === undefined || own === undefined) throw new Error(`not a qualified name: ${printed}`);
  return [schema, own, parameters ?? ""];
}

const argumentsOf = (signature: string) => partsOf(signature)[2];

function moved(keyword: string, from: string, to: string): Sql[] {
  const [[schema, own, parameters], [newSchema, newName]] = [partsOf(from), partsOf(to)];
  return [
    ...(schema === newSchema ? [] : [sql`ALTER ${raw(keyword)} ${raw(from)} SET SCHEMA ${raw(newSchema)}`]),
    ...(own === newName
      ? []
      : [sql`ALTER ${raw(keyword)} ${raw(`${newSchema}.${own}${parameters}`)} RENAME TO ${raw(newName)}`]),
  ];
}

/** The type's own name, its multirange's, and those of the functions that the new type makes under the same names. */
function renameAll({ identity, attributes }: Fact<"range">, aside: string): Sql[] {
  return [
    ...attributes.constructors.map(
      (signature) => sql`ALTER FUNCTION ${raw(signature)} RENAME TO ${name(aside)}`,
    ),
    sql`ALTER TYPE ${raw(attributes.multirange)} RENAME TO ${name(`${aside}_m`)}`,
    sql`ALTER TYPE ${name(identity.schema, identity.name)} RENAME TO ${name(aside)}`,
  ];
}
