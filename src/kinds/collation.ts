import { join, literal, name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { isUserSchema, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE COLLATION. The version of the library behind it is the server's affair. */
export interface Collation {
  readonly provider: "libc" | "icu" | "builtin";
  /** The locale of ICU and of the built-in provider. */
  readonly locale: string | null;
  /** LC_COLLATE and LC_CTYPE of libc. */
  readonly collate: string | null;
  readonly ctype: string | null;
  readonly deterministic: boolean;
  /** ICU tailoring rules. */
  readonly rules: string | null;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    collation: Collation;
  }
}

/** Where each version keeps the locale of a provider that is not libc. */
function localeColumn(major: number): string {
  if (major >= 17) return "c.colllocale";
  return major >= 15 ? "c.colliculocale" : "c.collcollate";
}

export const collation = defineKind({
  name: "collation",
  query: ({ major }) => `
    SELECT n.nspname AS schema, c.collname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_collation", "c.oid"))} AS refs,
           json_build_object(
             'provider', CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
             'locale', CASE WHEN c.collprovider <> 'c' THEN ${localeColumn(major)} END,
             'collate', CASE WHEN c.collprovider = 'c' THEN c.collcollate END,
             'ctype', CASE WHEN c.collprovider = 'c' THEN c.collctype END,
             'deterministic', c.collisdeterministic,
             'rules', ${major >= 16 ? "c.collicurules" : "NULL"}
           ) AS attributes
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
      AND ${isUserSchema("n")}`,
  address: (id) => sql`COLLATION ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [`collation ${identity.schema}.${identity.name}`],
  create: ({ identity, attributes }) => {
    const { provider, locale, collate, ctype, deterministic, rules } = attributes;
    const options = join([
      sql`provider = ${raw(provider)}`,
      locale !== null && sql`locale = ${literal(locale)}`,
      collate !== null && sql`lc_collate = ${literal(collate)}`,
      ctype !== null && sql`lc_ctype = ${literal(ctype)}`,
      !deterministic && raw("deterministic = false"),
      rules !== null && sql`rules = ${literal(rules)}`,
    ]);
    return [sql`CREATE COLLATION ${name(identity.schema, identity.name)} (${options})`];
  },
  drop: ({ identity }) => [sql`DROP COLLATION ${name(identity.schema, identity.name)}`],
  alter: [],
  rename: renameInSchema("COLLATION"),
  // Columns take the new one by ALTER TYPE, which rebuilds their indexes.
  setAside: ({ identity }, aside) => ({
    rename: sql`ALTER COLLATION ${name(identity.schema, identity.name)} RENAME TO ${name(aside)}`,
    drop: sql`DROP COLLATION ${name(identity.schema, aside)}`,
  }),
});
