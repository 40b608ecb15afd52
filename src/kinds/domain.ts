import { type Fact, isKind } from "../catalog/fact.js";
import { join, name, raw, sql } from "../sql/sql.js";
import { domainPreflight } from "./column-preflight.js";
import { defineKind } from "./define.js";
import { domainConstraintDefinition, isInContainer } from "./domain-constraint.js";
import { collationName, isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE DOMAIN; its checks are facts of their own. */
export interface Domain {
  readonly type: string;
  readonly collation: string | null;
  readonly notNull: boolean;
  readonly default: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    domain: Domain;
  }
}

const alterDomain = ({ identity }: Fact<"domain">) =>
  sql`ALTER DOMAIN ${name(identity.schema, identity.name)}`;

export const domain = defineKind({
  name: "domain",
  query: () => `
    SELECT n.nspname AS schema, t.typname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_type", "t.oid"), ref("pg_type", "t.typarray"))} AS refs,
           json_build_object(
             'type', format_type(t.typbasetype, t.typtypmod),
             'collation', CASE WHEN t.typcollation <> base.typcollation THEN ${collationName("t.typcollation")} END,
             'notNull', t.typnotnull,
             'default', pg_get_expr(t.typdefaultbin, 0)
           ) AS attributes
    FROM pg_type t
    JOIN pg_namespace n ON n.oid = t.typnamespace
    JOIN pg_type base ON base.oid = t.typbasetype
    WHERE t.typtype = 'd' AND ${isUserSchema("n")}`,
  address: (id) => sql`DOMAIN ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`type ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes }, { folded }) => [
    join(
      [
        sql`CREATE DOMAIN ${name(identity.schema, identity.name)} AS ${raw(attributes.type)}`,
        attributes.collation !== null && sql`COLLATE ${raw(attributes.collation)}`,
        attributes.default !== null && sql`DEFAULT ${raw(attributes.default)}`,
        attributes.notNull && raw("NOT NULL"),
        ...folded.filter((f) => isKind(f, "domain constraint")).map(domainConstraintDefinition),
      ],
      " ",
    ),
  ],
  drop: ({ identity }) => [sql`DROP DOMAIN ${name(identity.schema, identity.name)}`],
  alter: [
    {
      of: ["notNull"],
      when: (from, to, { current }) => !to.attributes.notNull || !isInContainer(from.id, current),
      sql: (_, to) => sql`${alterDomain(to)} ${raw(to.attributes.notNull ? "SET" : "DROP")} NOT NULL`,
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
