import { type Catalog, insisting } from "../catalog/catalog.js";
import type { Database } from "../database/database.js";
import type { Shadow } from "../database/shadow.js";
import { introspect, introspectHere } from "../introspect/introspect.js";
import type { Statement } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import { plan } from "../plan/plan.js";
import { literal, name } from "../sql/sql.js";
import { commitStatements, runStatements } from "./run.js";

/** Relations in a state; each takes a lock while its transaction lasts, and its TOAST parts two more. */
function relations(catalog: Catalog): number {
  let count = 0;
  for (const fact of catalog.facts.values()) {
    for (const occupied of kindOf(fact.identity.kind).occupies?.(fact) ?? []) {
      if (occupied.startsWith("relation ")) count++;
    }
  }
  return count;
}

/** Whether building the state fits into one transaction's share of the lock table (docs/architecture.md, Shadows). */
export function fitsInTransaction(catalog: Catalog): boolean {
  return relations(catalog) <= 2000;
}

/** Roles that the states name and the server lacks are made, in the open transaction. */
export async function createRoles(
  database: Database,
  ...catalogs: readonly Catalog[]
): Promise<readonly string[]> {
  const named = new Set<string>();
  for (const catalog of catalogs) {
    for (const fact of catalog.facts.values()) {
      for (const role of kindOf(fact.identity.kind).roles?.(fact) ?? []) named.add(role);
    }
  }
  if (named.size === 0) return [];
  const missing = await database.query<{ role: string }>(
    "SELECT role FROM unnest($1::text[]) AS role WHERE role NOT IN (SELECT rolname FROM pg_roles)",
    [[...named]],
  );
  if (missing.length === 0) return [];
  // Another run on this server may make the same role at this moment.
  const make = missing.map(
    ({ role }) =>
      `BEGIN CREATE ROLE ${name(role).text}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;`,
  );
  await database.script(`DO ${literal(`BEGIN ${make.join("\n")} END`).text}`);
  return missing.map(({ role }) => role);
}

/** Drops roles that a scratch database needed; they belong to the whole server, where another run may use them too. */
export async function dropRoles(database: Database, roles: readonly string[]): Promise<void> {
  for (const role of roles) {
    const drop = `BEGIN DROP ROLE ${name(role).text};
      EXCEPTION WHEN dependent_objects_still_exist OR undefined_object THEN NULL; END`;
    await database.script(`DROP OWNED BY ${name(role).text} CASCADE; DO ${literal(drop).text}`);
  }
}

/** A place to build states in: how to run statements, and how to read what came of them. */
export interface Site {
  readonly database: Database;
  /** Whether what runs is committed; no transaction is open then. */
  readonly commits: boolean;
  run(statements: readonly Statement[]): Promise<void>;
  read(): Promise<Catalog>;
}

/**
 * A scratch site for states that name these roles: a transaction that is rolled back where everything fits and nothing
 * must commit, else a database that is dropped.
 */
export async function withSite<T>(
  shadow: Shadow,
  needs: { readonly catalogs: readonly Catalog[]; readonly commits: boolean },
  work: (site: Site) => Promise<T>,
): Promise<T> {
  if (!needs.commits && needs.catalogs.every(fitsInTransaction)) {
    return shadow.database.trial(async () => {
      await createRoles(shadow.database, ...needs.catalogs);
      return work({
        database: shadow.database,
        commits: false,
        run: (statements) => runStatements(shadow.database, statements),
        read: () => introspectHere(shadow.database),
      });
    });
  }
  return shadow.fresh(async (database) => {
    const roles = await database.transaction(() => createRoles(database, ...needs.catalogs));
    try {
      return await work({
        database,
        commits: true,
        run: (statements) => commitStatements(database, statements),
        read: () => introspect(database),
      });
    } finally {
      if (database.engine === "server") await dropRoles(database, roles);
    }
  });
}

/**
 * The state as PostgreSQL prints it once it was built from its own print. Printing is no fixed point: a check written
 * `a IN ('x')` on a varchar column prints otherwise after it was created from its print. States compare in this form.
 */
export function normalForm(shadow: Shadow, base: Catalog, catalog: Catalog): Promise<Catalog> {
  return withSite(shadow, { catalogs: [catalog], commits: false }, async (site) => {
    await site.run(plan(base, catalog, { major: shadow.database.version.major }));
    return insisting(await site.read(), (id) => catalog.get(id)?.insists);
  });
}
