import { literal, name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE CONVERSION between two encodings. */
export interface Conversion {
  readonly source: string;
  readonly destination: string;
  readonly function: string;
  readonly default: boolean;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    conversion: Conversion;
  }
}

export const conversion = defineKind({
  name: "conversion",
  query: () => `
    SELECT n.nspname AS schema, c.conname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_conversion", "c.oid"))} AS refs,
           json_build_object(
             'source', pg_encoding_to_char(c.conforencoding),
             'destination', pg_encoding_to_char(c.contoencoding),
             'function', c.conproc,
             'default', c.condefault
           ) AS attributes
    FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`CONVERSION ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`conversion ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes }) => [
    sql`CREATE ${attributes.default && raw("DEFAULT")} CONVERSION ${name(identity.schema, identity.name)} FOR ${literal(
      attributes.source,
    )} TO ${literal(attributes.destination)} FROM ${raw(attributes.function)}`,
  ],
  drop: ({ identity }) => [sql`DROP CONVERSION ${name(identity.schema, identity.name)}`],
  alter: [],
  rename: renameInSchema("CONVERSION"),
});
