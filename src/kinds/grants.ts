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

/** Columns `grantee` and `attributes` from two ACLs: what is, and what would be by default. */
export function grantsQuery(acl: string, byDefault: string, owner: string): string {
  return `
    SELECT coalesce(actual.grantee, initial.grantee) AS role,
           CASE coalesce(actual.grantee, initial.grantee) WHEN 0 THEN '${everyone}' WHEN ${owner} THEN '${theOwner}'
             ELSE pg_get_userbyid(coalesce(actual.grantee, initial.grantee))::text END AS grantee,
           json_build_object(
             'granted', coalesce(json_agg(actual.privilege_type ORDER BY actual.privilege_type)
               FILTER (WHERE initial.privilege_type IS NULL AND NOT actual.grantable), '[]'),
             'grantable', coalesce(json_agg(actual.privilege_type ORDER BY actual.privilege_type) FILTER (WHERE actual.grantable), '[]'),
             'revoked', coalesce(json_agg(initial.privilege_type ORDER BY initial.privilege_type)
               FILTER (WHERE actual.privilege_type IS NULL), '[]')
           ) AS attributes
    FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS grantable FROM aclexplode(nullif(${acl}, '{}')) GROUP BY 1, 2) actual
    FULL JOIN aclexplode(nullif(${byDefault}, '{}')) initial ON initial.grantee = actual.grantee AND initial.privilege_type = actual.privilege_type
    GROUP BY 1, 2
    HAVING bool_or(initial.privilege_type IS NULL OR actual.privilege_type IS NULL OR actual.grantable)`;
}
