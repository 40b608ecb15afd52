import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { isOfIdentity, sequenceBehind, sequenceOf } from "./column-identity.js";
import { defineKind, type RenderContext } from "./define.js";
import { changeGrants, everyone, type Grants, grantsQuery, noGrants, rolesIn, theOwner } from "./grants.js";
import { cameWithType } from "./query.js";

/**
 * GRANT and REVOKE: what one grantee may do with one object, as it differs from the default. The identity's argument is
 * the role that granted it, where that is not the object's owner; its `on` what is no fact: a system column, a sequence's
 * column, or the sequence behind an identity column.
 */
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

type Place = Pick<RenderContext, "address" | "catalog" | "wanted">;

function change({ identity }: PrivilegeFact, from: Grants, to: Grants, context: Place): Sql[] {
  const { name: role, of: target, args: [grantor] = [] } = identity;
  if (target === undefined) throw new Error("a privilege without a target");
  const statements = changeGrants(
    from,
    to,
    (privileges) => grantClause(privileges, identity, context),
    grantee(identity, context.catalog),
    grantor === undefined && role === theOwner && !isOfColumn(identity),
  );
  return grantor === undefined || statements.length === 0
    ? statements
    : [asGrantor(grantor, target, statements, context)];
}

/**
 * GRANTED BY takes no one but the current role (manual, GRANT), so it has to be the current role. As one statement: nothing
 * may come between.
 */
function asGrantor(
  grantor: string,
  target: Identity,
  statements: readonly Sql[],
  { catalog, wanted }: Place,
): Sql {
  const inside = [sql`SET ROLE ${name(grantor)}`, ...statements];
  // Who granted may have lost a schema since, without which it finds nothing in it, or be about to lose it.
  const lacking = schemasNamed(target, catalog).filter((schema) =>
    [catalog, wanted].some(
      (state) =>
        state.find({ kind: "schema", name: schema }) !== undefined && !mayUse(grantor, schema, state),
    ),
  );
  if (lacking.length === 0) return join([...inside, raw("RESET ROLE")], ";\n");
  const usage = sql`USAGE ON SCHEMA ${join(lacking.map((schema) => name(schema)))}`;
  return join(
    [
      // In a schema file too this says that what follows belongs together.
      raw("SET ROLE NONE"),
      sql`GRANT ${usage} TO ${name(grantor)}`,
      ...inside,
      raw("SET ROLE NONE"),
      sql`REVOKE ${usage} FROM ${name(grantor)}`,
      raw("RESET ROLE"),
    ],
    ";\n",
  );
}

/** The schemas in which the object is looked up: its own, and a routine's arguments' types'. */
function schemasNamed(target: Identity, catalog: Catalog): string[] {
  const named = [target.schema];
  if (target.args !== undefined) {
    for (const { to } of catalog.dependencies(factId(target))) named.push(catalog.get(to)?.identity.schema);
  }
  return [...new Set(named)].filter((schema) => schema !== undefined);
}

/** Whether privileges that the state tells of let the role find what the schema holds. */
function mayUse(role: string, schema: string, catalog: Catalog): boolean {
  const of: Identity = { kind: "schema", name: schema };
  if ((catalog.find({ kind: "owner", of })?.attributes.role ?? catalog.self) === role) return true;
  return catalog
    .childrenOfKind(factId(of), "privilege")
    .some(
      ({ identity, attributes: { granted, grantable } }) =>
        (identity.name === role || identity.name === everyone) &&
        [...granted, ...grantable].includes("USAGE"),
    );
}

function grantClause(privileges: Sql, identity: Identity, { address, catalog }: Place): Sql {
  const { on, of: target } = identity;
  if (target === undefined) throw new Error("a privilege without a target");
  if (isOfSequence(identity)) return sql`${privileges} ON SEQUENCE ${sequenceOf(target, catalog)}`;
  const ofColumn = (column: string | undefined) =>
    raw(
      privileges.text
        .split(", ")
        .map((privilege) => sql`${raw(privilege)} (${name(column)})`.text)
        .join(", "),
    );
  if (on !== undefined) return sql`${ofColumn(on)} ON TABLE ${name(target.schema, target.name)}`;
  if (target.kind in relationKinds) {
    return sql`${ofColumn(target.name)} ON TABLE ${name(target.schema, target.on)}`;
  }
  const noun = grantNouns[target.kind];
  return sql`${privileges} ON ${noun === undefined ? address(target) : sql`${raw(noun)} ${withoutNoun(address(target))}`}`;
}

/** `app.patient` of `VIEW app.patient`: an address begins with upper-case keywords. */
function withoutNoun(address: Sql): Sql {
  // An aggregate without arguments is a routine without any (manual, GRANT).
  return raw(address.text.replace(/^(?:[A-Z]+ )+/, "").replace(/\(\*\)$/, "()"));
}

function grantee({ name: role, of, args }: Identity, catalog: Catalog): Sql {
  if (role === everyone) return raw("PUBLIC");
  if (role !== theOwner) return name(role);
  const owner = [...ownedObjects(of), ...owningTable(of, catalog)]
    .map((object) => catalog.find({ kind: "owner", of: object }))
    .find((found) => found !== undefined);
  if (owner !== undefined) return name(owner.attributes.role);
  return raw(args === undefined ? "CURRENT_USER" : "SESSION_USER");
}

/** What has the owner of this: itself, or a column's relation. */
function ownedObjects(target: Identity | undefined): Identity[] {
  const relations = relationsOfColumn(target);
  return relations.length > 0 || target === undefined ? relations : [target];
}

/** The table whose owner a sequence has, because one of its columns owns it. */
function owningTable(target: Identity | undefined, catalog: Catalog): Identity[] {
  const owned = ownershipOf(target).flatMap((identity) => catalog.find(identity) ?? []);
  return owned.map(({ attributes: { schema, table } }) => ({ kind: "table", schema, name: table }));
}

function ownershipOf(target: Identity | undefined): (Identity & { kind: "sequence ownership" })[] {
  return target?.kind === "sequence" ? [{ ...target, kind: "sequence ownership" }] : [];
}

/** The owner's privileges are those of whoever owns the object by then. */
function ownersOf({ name: role, of, args }: Identity): Identity[] {
  // A new owner takes the place of the old one as a grantor too.
  if (role !== theOwner && args === undefined) return [];
  const owned = ownedObjects(of);
  // Who owns a schema may use it.
  if (args !== undefined && of?.schema !== undefined) owned.push({ kind: "schema", name: of.schema });
  return [...owned.map((object): Identity => ({ kind: "owner", of: object })), ...ownershipOf(of)];
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
  SELECT 'pg_class' AS catalog, c.oid, 0 AS sub, CASE WHEN ${isOfIdentity("c.oid")} THEN '${sequenceBehind}'::name END AS part,
         ARRAY[c.relnamespace] AS namespaces, c.relowner AS owner, c.relacl AS acl, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END AS type
  FROM pg_class c
  UNION ALL SELECT 'pg_class', a.attrelid, a.attnum, CASE WHEN a.attnum < 0 OR c.relkind = 'S' THEN a.attname END, ARRAY[c.relnamespace], c.relowner, a.attacl, 'c'
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE NOT a.attisdropped AND NOT ${isOfIdentity("c.oid")}
  UNION ALL SELECT 'pg_proc', oid, 0, NULL,
         pronamespace || ARRAY(SELECT typnamespace FROM pg_type WHERE oid = ANY (proargtypes)), proowner, proacl, 'f' FROM pg_proc p WHERE NOT ${cameWithType("p.oid")}
  UNION ALL SELECT 'pg_type', oid, 0, NULL, ARRAY[typnamespace], typowner, typacl, 'T' FROM pg_type
  UNION ALL SELECT 'pg_namespace', oid, 0, NULL, NULL, nspowner, nspacl, 'n' FROM pg_namespace
  UNION ALL SELECT 'pg_language', oid, 0, NULL, NULL, lanowner, lanacl, 'l' FROM pg_language
  UNION ALL SELECT 'pg_foreign_data_wrapper', oid, 0, NULL, NULL, fdwowner, fdwacl, 'F' FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server', oid, 0, NULL, NULL, srvowner, srvacl, 'S' FROM pg_foreign_server`;

const itemsOf = "aclexplode(nullif(o.acl, '{}')) AS i(grantor, grantee, privilege, grantable)";

/** What an object's ACL is as long as nobody says otherwise: as its extension left it, or as PostgreSQL makes it. */
const atFirst = `coalesce((
    SELECT i.initprivs FROM pg_init_privs i WHERE i.objoid = o.oid AND i.classoid = o.catalog::regclass
      AND i.objsubid = o.sub AND i.privtype = 'e'), acldefault(o.type::"char", o.owner))`;

/**
 * Columns' privileges by roles that may not grant them any more: REVOKE of a table's grant option overlooks what was
 * granted on its columns. PostgreSQL refuses to grant such again, and to revoke it.
 */
export const groundlessGrants = `
  SELECT a.attrelid, a.attnum, i.grantee, i.grantor
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(nullif(a.attacl, '{}')) i
  WHERE a.attacl IS NOT NULL AND a.attrelid >= 16384 AND NOT a.attisdropped AND i.grantor <> c.relowner
    AND NOT EXISTS (SELECT FROM aclexplode(nullif(a.attacl || coalesce(c.relacl, '{}'), '{}')) j
                    WHERE j.grantee = i.grantor AND j.privilege_type = i.privilege_type AND j.is_grantable)`;

export const privilege = defineKind({
  name: "privilege",
  // A grant stands for the rights that it gives, and needs those by which it was made: the option to grant each
  // privilege, and the use of the schema.
  query: () => `
    SELECT json_build_array(o.catalog, o.oid::int8, CASE WHEN o.part IS NULL THEN o.sub ELSE 0 END) AS target,
           o.part AS "on", p.grantee AS name,
           CASE WHEN p.grantor IS NOT NULL THEN json_build_array(p.grantor) END AS args,
           (SELECT json_agg(json_build_array(g.given || i.grantee, o.oid::int8, o.sub))
            FROM ${itemsOf},
            LATERAL (VALUES (CASE WHEN i.grantable THEN o.catalog || ' grants ' || i.privilege || ' by ' END),
                            (CASE WHEN o.catalog = 'pg_namespace' AND i.privilege = 'USAGE' THEN 'usage by ' END)) g(given)
            WHERE i.grantee = p.grantee_oid AND i.grantor = p.grantor_oid AND g.given IS NOT NULL) AS refs,
           (SELECT json_agg(json_build_array(n.needed, n.oid::int8, n.sub))
            FROM ${itemsOf}, LATERAL (
              SELECT o.catalog || ' grants ' || i.privilege || ' by ' || i.grantor, o.oid, o.sub
              UNION ALL
              SELECT 'usage by ' || role, namespace, 0
              FROM unnest(o.namespaces) namespace, unnest(ARRAY[0, i.grantor]) role) n(needed, oid, sub)
            WHERE p.grantor IS NOT NULL AND i.grantee = p.grantee_oid AND i.grantor = p.grantor_oid) AS needs,
           p.attributes
    FROM (${objects}) o,
    LATERAL (${grantsQuery("o.acl", atFirst, "o.owner")}) p
    WHERE o.acl IS NOT NULL AND (o.oid >= 16384 OR o.catalog = 'pg_namespace')
      AND (o.sub = 0 OR (o.oid, o.sub, p.grantee_oid, p.grantor_oid) NOT IN (${groundlessGrants}))
    -- Of several who gave the same right, the owner counts: behind it there is no one.
    ORDER BY p.grantor IS NULL`,
  isOfMembers: true,
  // To revoke from a table is to revoke from each of its columns (manual, REVOKE, Description).
  follows: ({ identity: { on, ...whole } }) => [
    ...(isOfSequence({ ...whole, ...(on === undefined ? {} : { on }) })
      ? []
      : on === undefined
        ? relationsOfColumn(whole.of).map((of) => ({ ...whole, of }))
        : [whole]),
    ...ownersOf(whole),
  ],
  // What is granted to an owner goes to the next one with what the owner has.
  createdAfter: ({ identity: { name: role, of } }, { current }) =>
    ownedObjects(of).flatMap((object) => {
      const owner = current.find({ kind: "owner", of: object });
      return owner !== undefined && owner.attributes.role === role ? [owner.id] : [];
    }),
  roles: ({ identity }) => rolesIn([identity.name, ...(identity.args ?? [])]),
  access: ({ attributes }) => ({ ...attributes }),
  create: (fact, context) => change(fact, noGrants, fact.attributes, context),
  drop: (fact, context) => change(fact, fact.attributes, noGrants, context),
  holdsOn: true,
  alter: [
    {
      of: ["granted", "grantable", "revoked"],
      rebuilds: (dependent, from, to) => goesWith(dependent, to) || restsOnLost(dependent, from, to),
      sql: (from, to, context) =>
        change(to, from.attributes, to.attributes, { ...context, catalog: context.wanted }),
    },
  ],
});

/** Whether the grantee made the other grant, and loses an option to grant. */
function restsOnLost({ identity }: Fact, from: PrivilegeFact, to: PrivilegeFact): boolean {
  const isLost = from.attributes.grantable.some((one) => !to.attributes.grantable.includes(one));
  return isLost && identity.kind === "privilege" && identity.args?.[0] === to.identity.name;
}

/** What the same grantee may do with a column by the same grantor. */
function goesWith({ identity }: Fact, of: PrivilegeFact): boolean {
  const isSame = identity.name === of.identity.name && identity.args?.[0] === of.identity.args?.[0];
  return isSame && identity.kind === "privilege" && isOfColumn(identity);
}

function isOfColumn(identity: Identity): boolean {
  if (isOfSequence(identity)) return false;
  return identity.on !== undefined || relationsOfColumn(identity.of).length > 0;
}

/** Whether it is about the sequence behind an identity column. */
function isOfSequence({ on, of }: Identity): boolean {
  return on === sequenceBehind && of?.kind === "column";
}
