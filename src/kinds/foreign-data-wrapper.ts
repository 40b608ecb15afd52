import { sameValue } from "../catalog/canonical.js";
import type { Fact } from "../catalog/fact.js";
import { join, literal, name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import {
  alterForeignOptions,
  type ForeignOptions,
  foreignOptions,
  foreignOptionsJson,
  refuseSecrets,
} from "./foreign-options.js";
import { ref, refs } from "./query.js";

/** CREATE FOREIGN DATA WRAPPER. */
export interface ForeignDataWrapper extends ForeignOptions {
  readonly handler: string | null;
  readonly validator: string | null;
}

/** CREATE SERVER. */
export interface ForeignServer extends ForeignOptions {
  readonly wrapper: string;
  readonly type: string | null;
  readonly version: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "foreign data wrapper": ForeignDataWrapper;
    "foreign server": ForeignServer;
  }
}

type WrapperFact = Fact<"foreign data wrapper">;
type ServerFact = Fact<"foreign server">;

const alterWrapper = ({ identity }: WrapperFact) => sql`ALTER FOREIGN DATA WRAPPER ${name(identity.name)}`;
const alterServer = ({ identity }: ServerFact) => sql`ALTER SERVER ${name(identity.name)}`;

const functionClause = (keyword: string, value: string | null) =>
  raw(value === null ? `NO ${keyword}` : `${keyword} ${value}`);

export const foreignDataWrapper = defineKind({
  name: "foreign data wrapper",
  query: () => `
    SELECT w.fdwname AS name, ${refs(ref("pg_foreign_data_wrapper", "w.oid"))} AS refs,
           json_build_object(
             'handler', nullif(w.fdwhandler::regproc::text, '-'),
             'validator', nullif(w.fdwvalidator::regproc::text, '-'),
             ${foreignOptionsJson("w.fdwoptions")}
           ) AS attributes
    FROM pg_foreign_data_wrapper w`,
  address: (id) => sql`FOREIGN DATA WRAPPER ${name(id.name)}`,
  occupies: ({ identity }) => [`foreign data wrapper ${identity.name}`],
  create: ({ identity, attributes: { handler, validator, options, secrets } }) => {
    const create = sql`CREATE FOREIGN DATA WRAPPER ${name(identity.name)}`;
    refuseSecrets(identity, secrets, create);
    return [
      sql`${create} ${handler !== null && raw(`HANDLER ${handler}`)} ${validator !== null && raw(`VALIDATOR ${validator}`)} ${foreignOptions(options)}`,
    ];
  },
  drop: ({ identity }) => [sql`DROP FOREIGN DATA WRAPPER ${name(identity.name)}`],
  alter: [
    {
      of: ["handler"],
      sql: (_, to) => sql`${alterWrapper(to)} ${functionClause("HANDLER", to.attributes.handler)}`,
    },
    {
      of: ["validator"],
      sql: (_, to) => sql`${alterWrapper(to)} ${functionClause("VALIDATOR", to.attributes.validator)}`,
    },
    {
      of: ["options", "secrets"],
      sql: (from, to) => alterForeignOptions(to.identity, alterWrapper(to), from.attributes, to.attributes),
    },
  ],
  resembles: (from, to) => (sameValue(from.attributes, to.attributes) ? "same" : undefined),
  rename: (from, to) => [sql`ALTER FOREIGN DATA WRAPPER ${name(from.name)} RENAME TO ${name(to.name)}`],
});

export const foreignServer = defineKind({
  name: "foreign server",
  query: () => `
    SELECT s.srvname AS name, ${refs(ref("pg_foreign_server", "s.oid"))} AS refs,
           json_build_object(
             'wrapper', w.fdwname, 'type', s.srvtype, 'version', s.srvversion, ${foreignOptionsJson("s.srvoptions")}
           ) AS attributes
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw`,
  address: (id) => sql`SERVER ${name(id.name)}`,
  occupies: ({ identity }) => [`foreign server ${identity.name}`],
  create: ({ identity, attributes: { wrapper, type, version, options, secrets } }) => {
    const create = join(
      [
        sql`CREATE SERVER ${name(identity.name)}`,
        type !== null && sql`TYPE ${literal(type)}`,
        version !== null && sql`VERSION ${literal(version)}`,
        sql`FOREIGN DATA WRAPPER ${name(wrapper)}`,
      ],
      " ",
    );
    refuseSecrets(identity, secrets, create);
    return [sql`${create} ${foreignOptions(options)}`];
  },
  drop: ({ identity }) => [sql`DROP SERVER ${name(identity.name)}`],
  alter: [
    {
      of: ["version"],
      sql: (_, { attributes: { version }, ...to }) =>
        sql`ALTER SERVER ${name(to.identity.name)} VERSION ${version === null ? raw("NULL") : literal(version)}`,
    },
    {
      of: ["options", "secrets"],
      sql: (from, to) => alterForeignOptions(to.identity, alterServer(to), from.attributes, to.attributes),
    },
  ],
  resembles: (from, to) => (sameValue(from.attributes, to.attributes) ? "same" : undefined),
  rename: (from, to) => [sql`ALTER SERVER ${name(from.name)} RENAME TO ${name(to.name)}`],
});
