import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind, type RenderContext } from "./define.js";
import { changeGrants, everyone, type Grants, grantsQuery, noGrants, rolesIn, theOwner } from "./grants.js";
import { cameWithType } from "./query.js";

/** GRANT and REVOKE: what one grantee may do with one object, as it differs from the default. */
export type Privilege = Grants;

declare module "../catalog/fact.js" {
  interface KindAttributes {
    privilege: Privilege;
  }
}

type PrivilegeFact = Fact<"privilege">;

/** Kinds that GRANT names otherwise than the rest of PostgreSQL does. */
const grantNouns: Readonly<Record<string, string>> = {
  view: "TABLE",
  "materialized view": "TABLE",
  "foreign table": "TABLE",
  aggregate: "ROUTINE",
  "foreign server": "FOREIGN SERVER",
};

function change(
  { identity }: PrivilegeFact,
  from: Grants,
  to: Grants,
  catalog: Catalog,
  { address }: Pick<RenderContext, "address">,
): Sql[] {
  const target = identity.of;
  if (target === undefined) throw new Error("a privilege without a target");
  return changeGrants(
    from,
    to,
    (privileges) => grantClause(privileges, target, address),
    grantee(identity, catalog),
    identity.name === theOwner && relationsOfColumn(target).length === 0,
  );
}

function grantClause(privileges: Sql, target: Identity, address: (identity: Identity) => Sql): Sql {
  if (target.kind in relationKinds) {
    const columns = privileges.text
      .split(", ")
      .map((privilege) => sql`${raw(privilege)} (${name(target.name)})`.text)
      .join(", ");
    return sql`${raw(columns)} ON TABLE ${name(target.schema, target.on)}`;
  }
  const noun = grantNouns[target.kind];
  return sql`${privileges} ON ${noun === undefined ? address(target) : sql`${raw(noun)} ${withoutNoun(address(target))}`}`;
}

/** `app.patient` of `VIEW app.patient`: an address begins with upper-case keywords. */
function withoutNoun(address: Sql): Sql {
  // An aggregate without arguments is a routine without any (manual, GRANT).
  return raw(address.text.replace(/^(?:[A-Z]+ )+/, "").replace(/\(\*\)$/, "()"));
}

function grantee({ name: role, of }: Identity, catalog: Catalog): Sql {
  if (role === everyone) return raw("PUBLIC");
  if (role !== theOwner) return name(role);
  const owner = ownedObjects(of)
    .map((object) => catalog.find({ kind: "owner", of: object }))
    .find((found) => found !== undefined);
  return owner === undefined ? raw("CURRENT_USER") : name(owner.attributes.role);
}

/** What has the owner of this: itself, or a column's relation. */
function ownedObjects(target: Identity | undefined): Identity[] {
  const relations = relationsOfColumn(target);
  return relations.length > 0 || target === undefined ? relations : [target];
}

/** The owner's privileges are those of whoever owns the object by then. */
function ownersOf({ name: role, of }: Identity): Identity[] {
  return role === theOwner ? ownedObjects(of).map((object) => ({ kind: "owner", of: object })) : [];
}

function isColumnPrivilege({ identity }: Fact): boolean {
  return identity.kind === "privilege" && relationsOfColumn(identity.of).length > 0;
}

/** What the relation of a column may be; nothing for what is no column. */
function relationsOfColumn(target: Identity | undefined): Identity[] {
  if (target?.on === undefined) return [];
  const kinds = relationKinds[target.kind] ?? [];
  const { on } = target;
  return kinds.map((kind) => ({
    kind,
    ...(target.schema === undefined ? {} : { schema: target.schema }),
    name: on,
  }));
}

const relationKinds: Readonly<Record<string, readonly string[]>> = {
  column: ["table"],
  "view column": ["view", "materialized view"],
  "foreign column": ["foreign table"],
};

/** The catalogs whose objects have an access control list, with acldefault()'s letter for each. */
const objects = `
  SELECT 'pg_class' AS catalog, c.oid, 0 AS sub, c.relowner AS owner, c.relacl AS acl,
         CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END AS type
  FROM pg_class c WHERE c.relkind <> 'S' OR NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
  UNION ALL SELECT 'pg_class', a.attrelid, a.attnum, c.relowner, a.attacl, 'c'
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE NOT a.attisdropped
  UNION ALL SELECT 'pg_proc', oid, 0, proowner, proacl, 'f' FROM pg_proc p WHERE NOT ${cameWithType("p.oid")}
  UNION ALL SELECT 'pg_type', oid, 0, typowner, typacl, 'T' FROM pg_type
  UNION ALL SELECT 'pg_namespace', oid, 0, nspowner, nspacl, 'n' FROM pg_namespace
  UNION ALL SELECT 'pg_language', oid, 0, lanowner, lanacl, 'l' FROM pg_language
  UNION ALL SELECT 'pg_foreign_data_wrapper', oid, 0, fdwowner, fdwacl, 'F' FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server', oid, 0, srvowner, srvacl, 'S' FROM pg_foreign_server`;

export const privilege = defineKind({
  name: "privilege",
  query: () => `
    SELECT json_build_array(o.catalog, o.oid::int8, o.sub) AS target, p.grantee AS name, p.attributes
    FROM (${objects}) o,
    LATERAL (${grantsQuery("o.acl", 'acldefault(o.type::"char", o.owner)', "o.owner")}) p
    WHERE o.acl IS NOT NULL AND (o.oid >= 16384 OR o.catalog = 'pg_namespace')`,
  // To revoke from a table is to revoke from each of its columns (manual, REVOKE, Description).
  follows: ({ identity }) => [
    ...relationsOfColumn(identity.of).map((of) => ({
      kind: "privilege",
      name: identity.name ?? everyone,
      of,
    })),
    ...ownersOf(identity),
  ],
  roles: ({ identity }) => rolesIn([identity.name]),
  access: ({ attributes }) => ({ ...attributes }),
  create: (fact, context) => change(fact, noGrants, fact.attributes, context.catalog, context),
  drop: (fact, context) => change(fact, fact.attributes, noGrants, context.catalog, context),
  alter: [
    {
      of: ["granted", "grantable", "revoked"],
      rebuilds: isColumnPrivilege,
      sql: (from, to, context) => change(to, from.attributes, to.attributes, context.wanted, context),
    },
  ],
});
