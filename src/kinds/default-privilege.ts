import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { sequenceBehind } from "./column-identity.js";
import { defineKind } from "./define.js";
import {
  addGrants,
  changeGrants,
  everyone,
  type Grants,
  grantsQuery,
  noGrants,
  rolesIn,
  theOwner,
} from "./grants.js";
import { isUserSchema, ref } from "./query.js";

/**
 * ALTER DEFAULT PRIVILEGES: what a grantee gets on the objects that a role will create, in a schema or everywhere.
 * The identity's arguments are that role and the class of objects.
 */
export type DefaultPrivilege = Grants;

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "default privilege": DefaultPrivilege;
  }
}

/** Stands for the role that dm connects as. */
const creator = "pg_self";

/** pg_default_acl.defaclobjtype in the words of the command. */
const objectClasses = `CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
  WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END`;

const classOfKind: Readonly<Record<string, string>> = {
  table: "tables",
  view: "tables",
  "materialized view": "tables",
  "foreign table": "tables",
  sequence: "sequences",
  function: "functions",
  procedure: "functions",
  aggregate: "functions",
  enum: "types",
  domain: "types",
  "composite type": "types",
  range: "types",
  "base type": "types",
  schema: "schemas",
};

function change({ identity }: Fact<"default privilege">, from: Grants, to: Grants): Sql[] {
  const [role = creator, objects = "tables"] = identity.args ?? [];
  const roleName = role === creator ? raw("CURRENT_USER") : name(role);
  const grantee =
    identity.name === everyone ? raw("PUBLIC") : identity.name === theOwner ? roleName : name(identity.name);
  const head = join(
    [
      raw("ALTER DEFAULT PRIVILEGES"),
      role !== creator && sql`FOR ROLE ${roleName}`,
      identity.schema !== undefined && sql`IN SCHEMA ${name(identity.schema)}`,
    ],
    " ",
  );
  const clause = (privileges: Sql) => sql`${privileges} ON ${raw(objects.toUpperCase())}`;
  const hasByDefault = identity.name === theOwner && identity.schema === undefined;
  return changeGrants(from, to, clause, grantee, hasByDefault).map((statement) => sql`${head} ${statement}`);
}

export const defaultPrivilege = defineKind({
  name: "default privilege",
  query: ({ self }) => `
    SELECT n.nspname AS schema, p.grantee AS name,
           json_build_array(CASE r.rolname WHEN ${self.text} THEN '${creator}' ELSE r.rolname::text END,
                            ${objectClasses}) AS args,
           CASE WHEN n.oid IS NOT NULL THEN ${ref("pg_namespace", "n.oid")} END AS parent,
           p.attributes
    FROM pg_default_acl d
    JOIN pg_roles r ON r.oid = d.defaclrole
    LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
    LATERAL (${grantsQuery(
      "d.defaclacl",
      // What a schema's entry says is added to the rest; a global entry takes the place of the built-in default.
      `CASE WHEN d.defaclnamespace <> 0 THEN '{}'::aclitem[]
            ELSE acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END::"char", d.defaclrole) END`,
      "d.defaclrole",
    )}) p
    WHERE n.oid IS NULL OR (${isUserSchema("n")})`,
  roles: ({ identity }) => rolesIn([identity.name, identity.args?.[0]]).filter((role) => role !== creator),
  access: ({ attributes }) => ({ ...attributes }),
  create: (fact) => change(fact, noGrants, fact.attributes),
  drop: (fact) => change(fact, fact.attributes, noGrants),
  alter: [
    {
      of: ["granted", "grantable", "revoked"],
      sql: (from, to) => change(to, from.attributes, to.attributes),
    },
  ],
  implies: (created, catalog) => impliedPrivileges(created, catalog),
  // What an extension makes has them like anything else, and only the extension knows what that is.
  isSuspendedFor: ({ identity: { schema, args } }, made) =>
    isKind(made, "extension") &&
    args?.[0] === creator &&
    (schema === undefined || schema === made.attributes.schema),
});

/** The privileges that an object has as soon as the connected role creates it. */
function impliedPrivileges(created: Fact, catalog: Catalog): Fact<"privilege">[] {
  const { identity, id } = created;
  const hasSequence = isKind(created, "column") && created.attributes.identity !== null;
  const objects = hasSequence ? "sequences" : classOfKind[identity.kind];
  if (objects === undefined) return [];
  const byGrantee = new Map<string, Grants>();
  const applying = catalog
    .ofKind("default privilege")
    .filter(
      ({ identity: { schema, args } }) =>
        args?.[0] === creator && args[1] === objects && (schema === undefined || schema === identity.schema),
    )
    .toSorted((a, b) => (a.identity.schema ?? "").localeCompare(b.identity.schema ?? ""));
  for (const { identity: rule, attributes } of applying) {
    const grantee = rule.name ?? everyone;
    byGrantee.set(grantee, addGrants(byGrantee.get(grantee) ?? noGrants, attributes));
  }
  const implied = [...byGrantee].map(
    ([grantee, grants]) => [grantee, beyondBuiltIn(grantee, objects, grants)] as const,
  );
  return implied
    .filter(([, grants]) => !sameValue(grants, noGrants))
    .map(([grantee, attributes]) => {
      const behind = hasSequence ? { on: sequenceBehind } : {};
      const privilege: Identity<"privilege"> = { kind: "privilege", ...behind, name: grantee, of: identity };
      return { identity: privilege, id: factId(privilege), parent: id, attributes };
    });
}

/** What everyone may do with a new object before any default privilege says so (manual, Privileges). */
const forEveryone: Readonly<Record<string, readonly string[]>> = { functions: ["EXECUTE"], types: ["USAGE"] };

/** Granting what the owner or everyone has anyway changes nothing. */
function beyondBuiltIn(grantee: string, objects: string, grants: Grants): Grants {
  const builtIn = grantee === everyone ? (forEveryone[objects] ?? []) : [];
  const isNew = (privilege: string) => grantee !== theOwner && !builtIn.includes(privilege);
  return { ...grants, granted: grants.granted.filter(isNew) };
}
