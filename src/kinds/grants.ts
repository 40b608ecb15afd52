import { join, raw, type Sql, sql } from "../sql/sql.js";

/**
 * What one grantee may do, as it differs from what PostgreSQL gives by default (manual, Privileges). A privilege in
 * none of the lists is as by default.
 */
export interface Grants {
  readonly granted: readonly string[];
  /** WITH GRANT OPTION. */
  readonly grantable: readonly string[];
  /** Given by default and taken away. */
  readonly revoked: readonly string[];
}

export const noGrants: Grants = { granted: [], grantable: [], revoked: [] };

/** Grantees that are no role's name; roles cannot begin with `pg_` (manual, CREATE ROLE). */
export const everyone = "public";
export const theOwner = "pg_owner";

/** Those of some grantees that are roles. */
export function rolesIn(grantees: readonly (string | undefined)[]): string[] {
  return grantees.filter(
    (grantee) => grantee !== undefined && grantee !== everyone && grantee !== theOwner,
  ) as string[];
}

type State = "granted" | "grantable" | "revoked" | "default";

function stateOf(grants: Grants, privilege: string): State {
  if (grants.grantable.includes(privilege)) return "grantable";
  if (grants.granted.includes(privilege)) return "granted";
  return grants.revoked.includes(privilege) ? "revoked" : "default";
}

/**
 * The GRANTs and REVOKEs that lead from one to the other.
 * @param clause writes a privilege list with its object: `SELECT, INSERT ON TABLE t`.
 * @param hasByDefault whether the grantee has these privileges anyway: an owner, of whole objects.
 */
export function changeGrants(
  from: Grants,
  to: Grants,
  clause: (privileges: Sql) => Sql,
  grantee: Sql,
  hasByDefault: boolean,
): Sql[] {
  const mentioned = new Set([from, to].flatMap((g) => [...g.granted, ...g.grantable, ...g.revoked]));
  const revoke: string[] = [];
  const revokeOption: string[] = [];
  const grant: string[] = [];
  const grantOption: string[] = [];
  for (const privilege of [...mentioned].sort()) {
    const [before, after] = [stateOf(from, privilege), stateOf(to, privilege)];
    if (before === after) continue;
    if (after === "grantable") grantOption.push(privilege);
    else if (before === "grantable" && (after === "granted" || (after === "default" && hasByDefault)))
      revokeOption.push(privilege);
    else if (after === "granted" || before === "revoked") grant.push(privilege);
    else revoke.push(privilege);
  }
  const list = (privileges: string[]) => clause(join(privileges.map(raw)));
  return [
    ...(revoke.length === 0 ? [] : [sql`REVOKE ${list(revoke)} FROM ${grantee}`]),
    ...(revokeOption.length === 0
      ? []
      : [sql`REVOKE GRANT OPTION FOR ${list(revokeOption)} FROM ${grantee}`]),
    ...(grant.length === 0 ? [] : [sql`GRANT ${list(grant)} TO ${grantee}`]),
    ...(grantOption.length === 0 ? [] : [sql`GRANT ${list(grantOption)} TO ${grantee} WITH GRANT OPTION`]),
  ];
}

/** One on top of the other, as default privileges of a schema add to the global ones. */
export function addGrants(below: Grants, above: Grants): Grants {
  const granted = new Set([...below.granted, ...above.granted]);
  const grantable = new Set([...below.grantable, ...above.grantable]);
  const revoked = below.revoked.filter((p) => !above.granted.includes(p) && !above.grantable.includes(p));
  const sorted = (privileges: Iterable<string>) => [...privileges].sort();
  return {
    granted: sorted([...granted].filter((p) => !grantable.has(p) && !below.revoked.includes(p))),
    grantable: sorted(grantable),
    revoked: sorted(revoked),
  };
}

/**
 * Columns `role`, `grantee`, `grantor` and `attributes` from two ACLs: what is, and what would be by default. The grantor is
 * NULL where it is the owner, who grants all that is granted by default.
 */
export function grantsQuery(acl: string, byDefault: string, owner: string): string {
  const list = (privilege: string, condition: string) =>
    `coalesce(json_agg(${privilege} ORDER BY ${privilege}) FILTER (WHERE ${condition}), '[]')`;
  const items = (of: string) =>
    `aclexplode(nullif(${of}, '{}')) AS i(grantor, grantee, privilege, grantable)`;
  return `
    SELECT grantee AS grantee_oid, grantor AS grantor_oid,
           CASE grantee WHEN 0 THEN '${everyone}' WHEN ${owner} THEN '${theOwner}'
             ELSE pg_get_userbyid(grantee)::text END AS grantee,
           CASE WHEN grantor <> ${owner} THEN pg_get_userbyid(grantor)::text END AS grantor,
           json_build_object(
             'granted', ${list("actual.has", "initial.had IS NULL AND NOT grantable")},
             'grantable', ${list("actual.has", "grantable")},
             'revoked', ${list("initial.had", "actual.has IS NULL")}) AS attributes
    FROM (SELECT grantee, grantor, privilege, privilege AS has, bool_or(grantable) AS grantable
          FROM ${items(acl)} GROUP BY 1, 2, 3) actual
    FULL JOIN (SELECT grantee, grantor, privilege, privilege AS had FROM ${items(byDefault)}) initial
      USING (grantee, grantor, privilege)
    GROUP BY grantee, grantor
    HAVING bool_or(had IS NULL OR has IS NULL OR grantable)`;
}
