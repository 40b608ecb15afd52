import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { castBetween } from "./cast.js";
import { defineKind } from "./define.js";
import { collationName, isUserSchema, ref, refs } from "./query.js";
import { columnsThatStore } from "./row-type.js";

/** An attribute of a composite type. */
export interface Attribute {
  readonly type: string;
  /** Quoted collation where it is not the type's own. */
  readonly collation: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    attribute: Attribute;
  }
}

type AttributeFact = Fact<"attribute">;

const alterType = ({ identity }: AttributeFact) => sql`ALTER TYPE ${name(identity.schema, identity.on)}`;

export const attribute = defineKind({
  name: "attribute",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", a.attname AS name, a.attnum AS position,
           ${ref("pg_class", "c.oid")} AS parent, ${refs(ref("pg_class", "c.oid", "a.attnum"))} AS refs,
           json_build_object(
             'type', format_type(a.atttypid, a.atttypmod),
             'collation', CASE WHEN a.attcollation <> t.typcollation THEN ${collationName("a.attcollation")} END
           ) AS attributes
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND ${isUserSchema("n")}`,
  // COMMENT ON has no word for an attribute but this (manual, COMMENT).
  address: (id) => sql`COLUMN ${name(id.schema, id.on, id.name)}`,
  occupies: ({ identity }) => [`column ${identity.schema}.${identity.on}.${identity.name}`],
  folds: () => true,
  goesAside: () => true,
  isOrdered: true,
  // Dropped and added again, an attribute would lose its place and its values.
  needsNewParent: (fact, { current }) => current.has(fact.id),
  create: (fact, { catalog }) => [
    sql`${alterType(fact)} ADD ATTRIBUTE ${attributeDefinition(fact)} ${cascade(fact, catalog)}`,
  ],
  drop: (fact, { catalog }) => [
    sql`${alterType(fact)} DROP ATTRIBUTE ${name(fact.identity.name)} ${cascade(fact, catalog)}`,
  ],
  alter: [
    {
      // Refused while a relation stores the type (manual, ALTER TYPE; tablecmds.c, find_composite_type_dependencies).
      // It has no USING for the rows of the type's own tables.
      of: ["type", "collation"],
      when: ({ parent, attributes }, to, { current }) =>
        parent !== undefined &&
        columnsThatStore(parent, current).length === 0 &&
        (!hasTables(parent, current) || castBetween(attributes.type, to.attributes.type) === "assignment"),
      rebuilds: (dependent) => dependent.identity.of === undefined,
      cascades: true,
      sql: (_, to, { wanted }) =>
        sql`${alterType(to)} ALTER ATTRIBUTE ${name(to.identity.name)} TYPE ${typeAndCollation(to)} ${cascade(to, wanted)}`,
    },
  ],
  resembles: (from, to) =>
    from.parent === to.parent && from.attributes.type === to.attributes.type ? "alike" : undefined,
  rename: (from, to) => [
    sql`ALTER TYPE ${name(from.schema, from.on)} RENAME ATTRIBUTE ${name(from.name)} TO ${name(to.name)} CASCADE`,
  ],
});

/** The attribute as it stands in CREATE TYPE and ADD ATTRIBUTE. */
export function attributeDefinition(fact: AttributeFact): Sql {
  return sql`${name(fact.identity.name)} ${typeAndCollation(fact)}`;
}

function typeAndCollation({ attributes: { type, collation } }: AttributeFact): Sql {
  return join([raw(type), collation !== null && sql`COLLATE ${raw(collation)}`], " ");
}

/** Tables of the type follow it (manual, ALTER TYPE, CASCADE). */
function cascade({ parent }: AttributeFact, catalog: Catalog): Sql | false {
  return parent !== undefined && hasTables(parent, catalog) && raw("CASCADE");
}

function hasTables(type: FactId, catalog: Catalog): boolean {
  return catalog.dependents(type).some(({ from }) => isKind(catalog.get(from), "table type"));
}
