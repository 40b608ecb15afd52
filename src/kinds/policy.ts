import type { Fact } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { sameParentAndAttributes } from "./resemblance.js";

/** CREATE POLICY (manual, Row Security Policies). */
export interface Policy {
  readonly permissive: boolean;
  readonly command: "all" | "select" | "insert" | "update" | "delete";
  /** Role names; `public` for everyone. */
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly check: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    policy: Policy;
  }
}

type PolicyFact = Fact<"policy">;

const address = ({ identity }: PolicyFact) =>
  sql`POLICY ${name(identity.name)} ON ${name(identity.schema, identity.on)}`;
const roles = ({ roles }: Policy) =>
  join(roles.map((role) => (role === "public" ? raw("PUBLIC") : name(role))));
const using = ({ using }: Policy): Sql | false => using !== null && sql`USING (${raw(using)})`;
const check = ({ check }: Policy): Sql | false => check !== null && sql`WITH CHECK (${raw(check)})`;

export const policy = defineKind({
  name: "policy",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", p.polname AS name, ${ref("pg_class", "c.oid")} AS parent,
           ${refs(ref("pg_policy", "p.oid"))} AS refs,
           json_build_object(
             'permissive', p.polpermissive,
             'command', CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
                                      WHEN 'd' THEN 'delete' ELSE 'all' END,
             'roles', (SELECT json_agg(coalesce(r.rolname, 'public') ORDER BY r.rolname)
                       FROM unnest(p.polroles) o LEFT JOIN pg_roles r ON r.oid = o),
             'using', pg_get_expr(p.polqual, p.polrelid),
             'check', pg_get_expr(p.polwithcheck, p.polrelid)
           ) AS attributes
    FROM pg_policy p
    JOIN pg_class c ON c.oid = p.polrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`POLICY ${name(id.name)} ON ${name(id.schema, id.on)}`,
  occupies: ({ identity }) => [`policy ${identity.schema}.${identity.on}.${identity.name}`],
  roles: (fact) => fact.attributes.roles.filter((role) => role !== "public"),
  access: ({ attributes }) => ({ ...attributes }),
  create: (fact) => {
    const { permissive, command } = fact.attributes;
    return [
      join(
        [
          sql`CREATE ${address(fact)}`,
          !permissive && raw("AS RESTRICTIVE"),
          command !== "all" && raw(`FOR ${command.toUpperCase()}`),
          sql`TO ${roles(fact.attributes)}`,
          using(fact.attributes),
          check(fact.attributes),
        ],
        " ",
      ),
    ];
  },
  goesAside: () => true,
  drop: (fact) => [sql`DROP ${address(fact)}`],
  alter: [
    {
      // An expression can be changed but not taken away (manual, ALTER POLICY).
      of: ["roles", "using", "check"],
      when: ({ attributes: from }, { attributes: to }) =>
        (from.using === null || to.using !== null) && (from.check === null || to.check !== null),
      sql: (_, to) =>
        join(
          [sql`ALTER ${address(to)} TO ${roles(to.attributes)}`, using(to.attributes), check(to.attributes)],
          " ",
        ),
    },
  ],
  resembles: sameParentAndAttributes,
  rename: (from, to) => [
    sql`ALTER POLICY ${name(from.name)} ON ${name(from.schema, from.on)} RENAME TO ${name(to.name)}`,
  ],
});
