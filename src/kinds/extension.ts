import type { Fact } from "../catalog/fact.js";
import { literal, name, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { ref, refs } from "./query.js";
import { inSchema } from "./schema.js";

/**
 * CREATE EXTENSION (manual, Packaging Related Objects into an Extension). The version is the server's affair, and only
 * noted: a schema file says which extension it needs, and whatever is there is right, unless it says VERSION.
 */
export interface Extension {
  readonly schema: string;
  /** Noted. Without it what stands here is the type's alone. */
  readonly version?: string;
}

/** What is noted of an extension. */
interface Noted {
  readonly version: string;
  /** Whether all of it can move to another schema. */
  readonly relocatable: boolean;
  /** The versions to which scripts on the server lead from this one. */
  readonly updates: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    extension: Extension;
  }
}

type ExtensionFact = Fact<"extension">;

/** What an older dm recorded has no notes. */
const noted = ({ noted: notes }: ExtensionFact) => (notes ?? {}) as Partial<Noted>;

function update(from: ExtensionFact, to: ExtensionFact): Sql[] {
  const { version } = noted(to);
  const isWanted = to.insists?.includes("version") === true;
  // On the way back from a version that nothing leads back from, the newer one stays.
  if (version === undefined || !(isWanted || noted(from).updates?.includes(version))) return [];
  return [sql`ALTER EXTENSION ${name(to.identity.name)} UPDATE TO ${literal(version)}`];
}

export const extension = defineKind({
  name: "extension",
  query: () => `
    SELECT e.extname AS name,
           ${refs(ref("pg_extension", "e.oid"))} AS refs,
           json_build_object('schema', n.nspname) AS attributes,
           json_build_object(
             'version', e.extversion, 'relocatable', e.extrelocatable,
             'updates', (SELECT coalesce(json_agg(u.target ORDER BY u.target), '[]') FROM pg_extension_update_paths(e.extname) u
                         WHERE u.source = e.extversion AND u.path IS NOT NULL)) AS noted
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.oid >= 16384`,
  address: (id) => sql`EXTENSION ${name(id.name)}`,
  create: (fact) => {
    const { schema } = fact.attributes;
    const { version } = noted(fact);
    const asNoted = fact.insists !== undefined && version !== undefined && sql`VERSION ${literal(version)}`;
    const place = inSchema(schema === "pg_catalog" ? undefined : schema);
    return [sql`CREATE EXTENSION ${name(fact.identity.name)} ${place} ${asNoted}`];
  },
  drop: ({ identity }) => [sql`DROP EXTENSION ${name(identity.name)}`],
  alter: [
    { of: ["version"], sql: update },
    {
      of: ["schema"],
      when: (from) => noted(from).relocatable !== false,
      sql: (_, to) => sql`ALTER EXTENSION ${name(to.identity.name)} SET SCHEMA ${name(to.attributes.schema)}`,
    },
  ],
});
