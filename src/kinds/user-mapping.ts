import type { Identity } from "../catalog/identity.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import {
  alterForeignOptions,
  type ForeignOptions,
  foreignOptions,
  foreignOptionsJson,
  refuseSecrets,
} from "./foreign-options.js";
import { everyone, rolesIn } from "./grants.js";
import { ref, refs } from "./query.js";

/** CREATE USER MAPPING. */
export type UserMapping = ForeignOptions;

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "user mapping": UserMapping;
  }
}

const mapping = ({ name: role, on }: Identity) =>
  sql`USER MAPPING FOR ${role === everyone ? raw("PUBLIC") : name(role)} SERVER ${name(on)}`;

/** Whether the view pg_user_mappings shows this one's options to the connected role (manual, pg_user_mappings). */
export const mayReadMapping = `(m.umoptions IS NOT NULL OR m.usename = current_user
  OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  OR (m.umuser = 0 AND pg_has_role((SELECT srvowner FROM pg_foreign_server WHERE oid = m.srvid), 'USAGE')))`;

export const userMapping = defineKind({
  name: "user mapping",
  query: () => `
    SELECT m.srvname AS "on", CASE m.umuser WHEN 0 THEN '${everyone}' ELSE m.usename END AS name,
           ${refs(ref("pg_user_mapping", "m.umid"))} AS refs,
           json_build_object(${foreignOptionsJson("m.umoptions")}) AS attributes
    FROM pg_user_mappings m WHERE ${mayReadMapping}`,
  occupies: ({ identity }) => [`user mapping ${identity.on}.${identity.name}`],
  roles: ({ identity }) => rolesIn([identity.name]),
  create: ({ identity, attributes: { options, secrets } }) => {
    const create = sql`CREATE ${mapping(identity)}`;
    refuseSecrets(identity, secrets, create);
    return [sql`${create} ${foreignOptions(options)}`];
  },
  drop: ({ identity }) => [sql`DROP ${mapping(identity)}`],
  alter: [
    {
      of: ["options", "secrets"],
      sql: (from, to) =>
        alterForeignOptions(to.identity, sql`ALTER ${mapping(to.identity)}`, from.attributes, to.attributes),
    },
  ],
});
