import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { domainConstraintPreflight } from "./column-preflight.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { sameParentAndAttributes } from "./resemblance.js";
import { columnsThatStore } from "./row-type.js";

/** A check of a domain. */
export interface DomainConstraint {
  readonly definition: string;
  readonly validated: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "domain constraint": DomainConstraint;
  }
}

type DomainConstraintFact = Fact<"domain constraint">;

const alterDomain = ({ identity }: DomainConstraintFact) =>
  sql`ALTER DOMAIN ${name(identity.schema, identity.on)}`;

export const domainConstraint = defineKind({
  name: "domain constraint",
  query: () => `
    SELECT n.nspname AS schema, t.typname AS "on", k.conname AS name, ${ref("pg_type", "t.oid")} AS parent,
           ${refs(ref("pg_constraint", "k.oid"))} AS refs,
           json_build_object(
             'definition', regexp_replace(pg_get_constraintdef(k.oid),
                             CASE WHEN k.convalidated THEN '^$' ELSE ' NOT VALID$' END, ''),
             'validated', k.convalidated
           ) AS attributes
    FROM pg_constraint k
    JOIN pg_type t ON t.oid = k.contypid
    JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE k.contype = 'c' AND ${isUserSchema("n")}`,
  address: (id) => sql`CONSTRAINT ${name(id.name)} ON DOMAIN ${name(id.schema, id.on)}`,
  occupies: ({ identity }) => [`domain constraint ${identity.schema}.${identity.on}.${identity.name}`],
  folds: (fact) => fact.attributes.validated,
  needsNewParent: ({ parent, attributes }, { current }) =>
    attributes.validated && parent !== undefined && isInContainer(parent, current),
  create: (fact) => [sql`${alterDomain(fact)} ADD ${domainConstraintDefinition(fact)}`],
  drop: (fact) => [sql`${alterDomain(fact)} DROP CONSTRAINT ${name(fact.identity.name)}`],
  alter: [
    {
      of: ["validated"],
      when: ({ parent }, to, { current }) =>
        to.attributes.validated && parent !== undefined && !isInContainer(parent, current),
      sql: (_, to) => sql`${alterDomain(to)} VALIDATE CONSTRAINT ${name(to.identity.name)}`,
    },
  ],
  preflight: domainConstraintPreflight,
  resembles: sameParentAndAttributes,
  rename: (from, to) => [
    sql`ALTER DOMAIN ${name(from.schema, from.on)} RENAME CONSTRAINT ${name(from.name)} TO ${name(to.name)}`,
  ],
});

/**
 * Whether a column holds the domain inside of something else, an array, a row or a range: PostgreSQL then validates
 * nothing, and refuses (typecmds.c, get_rels_with_domain).
 */
export function isInContainer(domain: FactId, catalog: Catalog): boolean {
  return catalog.dependents(domain).some(({ from }) => {
    const dependent = catalog.get(from);
    if (dependent === undefined) return false;
    if (isKind(dependent, "domain")) return isArray(dependent.attributes) || isInContainer(from, catalog);
    if (isKind(dependent, "range")) return columnsThatStore(from, catalog).length > 0;
    if (isStored(dependent, catalog) && isArray(dependent.attributes)) return true;
    // A row that has the domain, of a table as of a composite type.
    return (
      isColumnOrAttribute(dependent) &&
      dependent.parent !== undefined &&
      columnsThatStore(dependent.parent, catalog).length > 0
    );
  });
}

const isArray = ({ type }: { readonly type: string }) => type.endsWith("[]");

function isStored(fact: Fact, catalog: Catalog): fact is Fact<"column"> | Fact<"view column"> {
  return (
    isKind(fact, "column") ||
    (isKind(fact, "view column") && isKind(catalog.get(fact.parent), "materialized view"))
  );
}

const isColumnOrAttribute = ({ identity: { kind } }: Fact) =>
  kind === "column" || kind === "foreign column" || kind === "view column" || kind === "attribute";

/** The check as it stands in CREATE DOMAIN and ADD. */
export function domainConstraintDefinition({ identity, attributes }: DomainConstraintFact): Sql {
  const parts = [sql`CONSTRAINT ${name(identity.name)}`, raw(attributes.definition)];
  return join([...parts, !attributes.validated && raw("NOT VALID")], " ");
}
