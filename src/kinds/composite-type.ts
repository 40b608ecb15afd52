import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, sql } from "../sql/sql.js";
import { attributeDefinition } from "./attribute.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE TYPE … AS (…); its attributes are facts of their own. */
export interface CompositeType {
  /** The names of the attributes in order: rows are written and read by position. */
  readonly order: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "composite type": CompositeType;
  }
}

export const compositeType = defineKind({
  name: "composite type",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_type", "t.oid"), ref("pg_type", "t.typarray"), ref("pg_class", "c.oid"))} AS refs,
           json_build_object('order', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a
                                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)) AS attributes
    FROM pg_class c
    JOIN pg_type t ON t.oid = c.reltype
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'c' AND ${isUserSchema("n")}`,
  address: (id) => sql`TYPE ${name(id.schema, id.name)}`,
  // A composite type is in pg_class, too.
  occupies: ({ identity }) => [
    `type ${identity.schema}.${identity.name}`,
    `relation ${identity.schema}.${identity.name}`,
  ],
  create: ({ identity }, { folded }) => [
    sql`CREATE TYPE ${name(identity.schema, identity.name)} AS (${join(
      folded
        .filter((fact) => isKind(fact, "attribute"))
        .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
        .map(attributeDefinition),
    )})`,
  ],
  drop: ({ identity }) => [sql`DROP TYPE ${name(identity.schema, identity.name)}`],
  alter: [{ of: ["order"], when: comesByItself, sql: () => [] }],
  isNamedByCode: true,
  rename: renameInSchema("TYPE"),
  setAside: ({ identity }, aside) => ({
    rename: sql`ALTER TYPE ${name(identity.schema, identity.name)} RENAME TO ${name(aside)}`,
    drop: sql`DROP TYPE ${name(identity.schema, aside)}`,
  }),
});

/** Whether dropping attributes and adding others at the end makes the new order. */
function comesByItself(
  { attributes: { order: from } }: Fact<"composite type">,
  { attributes: { order: to } }: Fact<"composite type">,
): boolean {
  const kept = from.filter((attribute) => to.includes(attribute));
  return kept.every((attribute, at) => to[at] === attribute);
}
