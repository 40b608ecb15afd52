import { name, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs } from "./query.js";
import { inSchema } from "./schema.js";

/**
 * CREATE EXTENSION (manual, Packaging Related Objects into an Extension). The version is the server's affair:
 * a schema file says which extension it needs, and each server installs the version it ships.
 */
export interface Extension {
  readonly schema: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    extension: Extension;
  }
}

export const extension = defineKind({
  name: "extension",
  query: () => `
    SELECT e.extname AS name,
           ${refs(ref("pg_extension", "e.oid"))} AS refs,
           json_build_object('schema', n.nspname) AS attributes
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.oid >= 16384`,
  address: (id) => sql`EXTENSION ${name(id.name)}`,
  create: ({ identity, attributes }) => [
    sql`CREATE EXTENSION ${name(identity.name)} ${inSchema(attributes.schema === "pg_catalog" ? undefined : attributes.schema)}`,
  ],
  drop: ({ identity }) => [sql`DROP EXTENSION ${name(identity.name)}`],
  alter: [
    {
      of: ["schema"],
      sql: (_, to) => sql`ALTER EXTENSION ${name(to.identity.name)} SET SCHEMA ${name(to.attributes.schema)}`,
    },
  ],
});
