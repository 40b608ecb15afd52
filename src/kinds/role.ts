import type { Fact } from "../catalog/fact.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs } from "./query.js";

/** CREATE ROLE, without its password: dm neither reads nor writes those. */
export interface Role {
  readonly superuser: boolean;
  readonly createDatabase: boolean;
  readonly createRole: boolean;
  readonly inherit: boolean;
  readonly login: boolean;
  readonly replication: boolean;
  readonly bypassRowSecurity: boolean;
  /** -1 for none. */
  readonly connectionLimit: number;
  /** When its password ends; null for never. */
  readonly validUntil: string | null;
  readonly comment: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    role: Role;
  }
}

type Option = Exclude<keyof Role, "comment">;

/** What CREATE ROLE makes when nothing is said (manual, CREATE ROLE). */
const byDefault: Pick<Role, Option> = {
  superuser: false,
  createDatabase: false,
  createRole: false,
  inherit: true,
  login: false,
  replication: false,
  bypassRowSecurity: false,
  connectionLimit: -1,
  validUntil: null,
};

const flags: readonly (readonly [Exclude<Option, "connectionLimit" | "validUntil">, string])[] = [
  ["superuser", "SUPERUSER"],
  ["createDatabase", "CREATEDB"],
  ["createRole", "CREATEROLE"],
  ["inherit", "INHERIT"],
  ["login", "LOGIN"],
  ["replication", "REPLICATION"],
  ["bypassRowSecurity", "BYPASSRLS"],
];

function optionsBetween(from: Pick<Role, Option>, to: Role): Sql[] {
  return [
    ...flags
      .filter(([option]) => from[option] !== to[option])
      .map(([option, word]) => raw(to[option] ? word : `NO${word}`)),
    ...(from.connectionLimit === to.connectionLimit
      ? []
      : [sql`CONNECTION LIMIT ${raw(String(to.connectionLimit))}`]),
    ...(from.validUntil === to.validUntil ? [] : [sql`VALID UNTIL ${literal(to.validUntil ?? "infinity")}`]),
  ];
}

const comment = ({ identity, attributes }: Fact<"role">) =>
  sql`COMMENT ON ROLE ${name(identity.name)} IS ${attributes.comment === null ? raw("NULL") : literal(attributes.comment)}`;

/** The role that initdb made: its OID never changes (pg_authid.dat). */
export const bootstrapSuperuser = 10;

export const role = defineKind({
  name: "role",
  shared: "roles",
  query: () => `
    SELECT r.rolname AS name, ${refs(ref("pg_authid", "r.oid"))} AS refs,
           json_build_object(
             'superuser', r.rolsuper, 'createDatabase', r.rolcreatedb, 'createRole', r.rolcreaterole,
             'inherit', r.rolinherit, 'login', r.rolcanlogin, 'replication', r.rolreplication,
             'bypassRowSecurity', r.rolbypassrls, 'connectionLimit', r.rolconnlimit,
             'validUntil', nullif(r.rolvaliduntil, 'infinity')::text,
             'comment', shobj_description(r.oid, 'pg_authid')
           ) AS attributes
    FROM pg_roles r
    WHERE r.oid <> ${bootstrapSuperuser} AND r.rolname !~ '^pg_'`,
  address: (id) => sql`ROLE ${name(id.name)}`,
  occupies: ({ identity }) => [`role ${identity.name}`],
  create: (fact) => [
    join([sql`CREATE ROLE ${name(fact.identity.name)}`, ...optionsBetween(byDefault, fact.attributes)], " "),
    ...(fact.attributes.comment === null ? [] : [comment(fact)]),
  ],
  drop: ({ identity }) => [sql`DROP ROLE ${name(identity.name)}`],
  alter: [
    {
      of: [
        "superuser",
        "createDatabase",
        "createRole",
        "inherit",
        "login",
        "replication",
        "bypassRowSecurity",
        "connectionLimit",
        "validUntil",
      ],
      sql: (from, to) =>
        join(
          [sql`ALTER ROLE ${name(to.identity.name)}`, ...optionsBetween(from.attributes, to.attributes)],
          " ",
        ),
    },
    { of: ["comment"], sql: (_, to) => comment(to) },
  ],
});
