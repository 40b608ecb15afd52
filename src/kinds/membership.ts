import type { Fact } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref } from "./query.js";
import { bootstrapSuperuser } from "./role.js";

/**
 * GRANT of a role (the name) to another (`on`). The argument is the grantor, where that is neither the bootstrap
 * superuser nor the connected role; up to version 15 a grantor means nothing.
 */
export interface Membership {
  readonly admin: boolean;
  /** From version 16 on. */
  readonly inherit?: boolean;
  readonly set?: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    membership: Membership;
  }
}

/** First version whose memberships have options of their own and several grantors (release notes of 16). */
const withOptions = 16;

const between = ({ name: granted, on }: Identity, preposition: string) =>
  sql`${name(granted)} ${raw(preposition)} ${name(on)}`;

function grantedBy({ args }: Identity): Sql | false {
  const [grantor] = args ?? [];
  return grantor !== undefined && sql`GRANTED BY ${name(grantor)}`;
}

/** GRANT sets what it names and leaves the rest; a new membership's INHERIT is its member's (manual, GRANT). */
function grant({ identity, attributes }: Fact<"membership">, changed: readonly (keyof Membership)[]): Sql {
  if (attributes.inherit === undefined) {
    return join([sql`GRANT ${between(identity, "TO")}`, attributes.admin && raw("WITH ADMIN OPTION")], " ");
  }
  const options = changed.map((option) => `${option.toUpperCase()} ${attributes[option] ? "TRUE" : "FALSE"}`);
  const list = options.length > 0 && sql`WITH ${join(options.map(raw))}`;
  return join([sql`GRANT ${between(identity, "TO")}`, list, grantedBy(identity)], " ");
}

export const membership = defineKind({
  name: "membership",
  shared: "roles",
  query: ({ major, self }) => `
    SELECT u.rolname AS "on", r.rolname AS name,
           ${major >= withOptions ? `CASE WHEN g.oid <> ${bootstrapSuperuser} AND g.rolname <> ${self.text} THEN json_build_array(g.rolname) END` : "NULL::json"} AS args,
           json_build_array('pg_authid', m.member::int8, 0) AS parent, json_build_array(${ref("pg_authid", "m.roleid")}) AS needs,
           json_build_object('admin', m.admin_option
             ${major >= withOptions ? ", 'inherit', m.inherit_option, 'set', m.set_option" : ""}) AS attributes
    FROM pg_auth_members m
    JOIN pg_roles r ON r.oid = m.roleid
    JOIN pg_roles u ON u.oid = m.member
    LEFT JOIN pg_roles g ON g.oid = m.grantor
    ${
      // A role that may create roles has each new one with ADMIN by itself (manual, createrole_self_grant).
      major >= withOptions
        ? `WHERE NOT (u.rolname = ${self.text} AND m.grantor = ${bootstrapSuperuser} AND m.admin_option
                      AND NOT m.inherit_option AND NOT m.set_option)`
        : ""
    }`,
  roles: ({ identity: { on = "", name: granted = "", args = [] } }) =>
    [on, granted, ...args].filter((one) => !one.startsWith("pg_")),
  // Who grants must have been given the right to.
  follows: ({ identity: { name: granted, args = [] } }) =>
    args.map((grantor) => ({ kind: "membership", on: grantor, name: granted ?? "" })),
  create: (fact, { catalog }) => {
    const { identity, attributes } = fact;
    const member = catalog.find({ kind: "role", name: identity.on ?? "" });
    const isUsual = { admin: false, set: true, inherit: member?.attributes.inherit };
    const options = ["admin", "inherit", "set"] as const;
    return [
      grant(
        fact,
        options.filter((option) => attributes[option] !== isUsual[option]),
      ),
    ];
  },
  drop: ({ identity }) => [join([sql`REVOKE ${between(identity, "FROM")}`, grantedBy(identity)], " ")],
  alter: [
    {
      of: ["admin", "inherit", "set"],
      sql: (from, to) => {
        const { identity, attributes } = to;
        if (attributes.inherit === undefined && !attributes.admin) {
          return sql`REVOKE ADMIN OPTION FOR ${between(identity, "FROM")}`;
        }
        const options = ["admin", "inherit", "set"] as const;
        return grant(
          to,
          options.filter((option) => attributes[option] !== from.attributes[option]),
        );
      },
    },
  ],
});
