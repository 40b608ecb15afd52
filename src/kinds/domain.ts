import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { domainPreflight } from "./column-preflight.js";
import { defineKind } from "./define.js";
import { domainConstraintDefinition, isInContainer } from "./domain-constraint.js";
import { isDomainNameImplied } from "./not-null.js";
import { collationName, isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE DOMAIN; its checks are facts of their own. */
export interface Domain {
  readonly type: string;
  readonly collation: string | null;
  readonly notNull: boolean;
  /** The name of its NOT NULL, which is a constraint from version 17 on. */
  readonly notNullName: string | null;
  readonly default: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    domain: Domain;
  }
}

const alterDomain = ({ identity }: Fact<"domain">) =>
  sql`ALTER DOMAIN ${name(identity.schema, identity.name)}`;

function notNullClause(
  identity: Identity,
  { notNullName }: Domain,
  catalog: Catalog,
  isReplacing = false,
): Sql {
  // The domain that this one replaces has the name for now.
  const isImplied =
    notNullName === null || (!isReplacing && isDomainNameImplied(identity, notNullName, catalog));
  return sql`${!isImplied && sql`CONSTRAINT ${name(notNullName)}`} NOT NULL`;
}

export const domain = defineKind({
  name: "domain",
  query: ({ major }) => `
    SELECT n.nspname AS schema, t.typname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_type", "t.oid"), ref("pg_type", "t.typarray"), ref("pg_constraint", "coalesce(k.oid, 0)"))} AS refs,
           json_build_object(
             'type', format_type(t.typbasetype, t.typtypmod),
             'collation', CASE WHEN t.typcollation <> base.typcollation THEN ${collationName("t.typcollation")} END,
             'notNull', t.typnotnull,
             'notNullName', ${major >= 17 ? "k.conname" : "NULL"},
             'default', pg_get_expr(t.typdefaultbin, 0)
           ) AS attributes
    FROM pg_type t
    JOIN pg_namespace n ON n.oid = t.typnamespace
    JOIN pg_type base ON base.oid = t.typbasetype
    LEFT JOIN pg_constraint k ON k.contypid = t.oid AND k.contype = 'n'
    WHERE t.typtype = 'd' AND ${isUserSchema("n")}`,
  address: (id) => sql`DOMAIN ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`type ${identity.schema}.${identity.name}`],
  create: ({ id, identity, attributes }, { folded, catalog, current }) => [
    join(
      [
        sql`CREATE DOMAIN ${name(identity.schema, identity.name)} AS ${raw(attributes.type)}`,
        attributes.collation !== null && sql`COLLATE ${raw(attributes.collation)}`,
        attributes.default !== null && sql`DEFAULT ${raw(attributes.default)}`,
        attributes.notNull && notNullClause(identity, attributes, catalog, current.has(id)),
        ...folded.filter((f) => isKind(f, "domain constraint")).map(domainConstraintDefinition),
      ],
      " ",
    ),
  ],
  drop: ({ identity }) => [sql`DROP DOMAIN ${name(identity.schema, identity.name)}`],
  alter: [
    {
      of: ["notNull", "notNullName"],
      when: ({ id, attributes: from }, { attributes: to }, { current }) =>
        from.notNull || !to.notNull || !isInContainer(id, current),
      sql: (from, to, { wanted }) => {
        const [before, after] = [from.attributes, to.attributes];
        if (!after.notNull) return sql`${alterDomain(to)} DROP NOT NULL`;
        if (before.notNull) {
          if (before.notNullName === null || after.notNullName === null) return [];
          return sql`${alterDomain(to)} RENAME CONSTRAINT ${name(before.notNullName)} TO ${name(after.notNullName)}`;
        }
        const clause = notNullClause(to.identity, after, wanted);
        return sql`${alterDomain(to)} ${raw(clause.text === "NOT NULL" ? "SET" : "ADD")} ${clause}`;
      },
    },
    {
      of: ["default"],
      sql: (_, to) =>
        to.attributes.default === null
          ? sql`${alterDomain(to)} DROP DEFAULT`
          : sql`${alterDomain(to)} SET DEFAULT ${raw(to.attributes.default)}`,
    },
  ],
  isNamedByCode: true,
  preflight: domainPreflight,
  rename: renameInSchema("DOMAIN"),
  setAside: ({ identity }, aside) => ({
    rename: sql`ALTER DOMAIN ${name(identity.schema, identity.name)} RENAME TO ${name(aside)}`,
    drop: sql`DROP DOMAIN ${name(identity.schema, aside)}`,
  }),
});
