import { Catalog, insisting } from "../catalog/catalog.js";
import type { Scope } from "../catalog/scope.js";
import type { Database } from "../database/database.js";
import { dropSubscriptions } from "../database/scratch.js";
import type { Shadow } from "../database/shadow.js";
import type { Statement } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import { withKeptNames } from "../kinds/not-null-heirs.js";
import { managed, sharedBy } from "../manage/managed.js";
import { buildable } from "../manage/surroundings.js";
import { type PlannedStatement, plan } from "../plan/plan.js";
import { literal, name } from "../sql/sql.js";
import { commitStatements, runStatements } from "./run.js";
import { readWhole } from "./shared.js";

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
  // What is a fact itself, statements will make.
  for (const { identity } of catalogs.flatMap((catalog) => catalog.ofKind("role"))) {
    named.delete(identity.name ?? "");
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
  // DROP OWNED leaves subscriptions where they are.
  if (roles.length > 0) await dropSubscriptions(database);
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
  /** Runs those statements that are not for this database, and gives the rest. */
  runApart(statements: readonly Statement[]): Promise<readonly Statement[]>;
  read(): Promise<Catalog>;
  /** Does work and takes back what it built; nothing of it is committed. */
  trial<T>(work: (site: Site) => Promise<T>): Promise<T>;
}

/**
 * A scratch site for states that name these roles: a transaction that is rolled back where everything fits and nothing
 * must commit, else a database that is dropped. What databases share is built apart, and always rolled back.
 */
export async function withSite<T>(
  shadow: Shadow,
  needs: { readonly catalogs: readonly Catalog[]; readonly commits: boolean; readonly scope?: Scope },
  work: (site: Site) => Promise<T>,
): Promise<T> {
  const { apart } = shadow;
  if (apart === undefined || sharedBy(needs.scope ?? {}).length === 0) return openSite(shadow, needs, work);
  return apart.trial(async () => {
    await createRoles(apart, ...needs.catalogs.map((catalog) => part(catalog, true)));
    return openSite(shadow, needs, work);
  });
}

/** The facts that databases share, or the others. */
function part({ major, self, facts }: Catalog, isShared: boolean): Catalog {
  const chosen = [...facts.values()].filter(
    ({ identity }) => (kindOf(identity.kind).shared !== undefined) === isShared,
  );
  return new Catalog({ major, self, facts: chosen, edges: [] });
}

function openSite<T>(
  shadow: Shadow,
  { catalogs, commits, scope = {} }: Parameters<typeof withSite>[1],
  work: (site: Site) => Promise<T>,
): Promise<T> {
  const { apart } = shadow;
  const isApart = apart !== undefined && sharedBy(scope).length > 0;
  // Where roles are built apart, the others stand for them; elsewhere the statements make them.
  const named = isApart ? catalogs.map((catalog) => part(catalog, false)) : catalogs;
  const site = (database: Database, isCommitting: boolean): Site => {
    const runApart = async (statements: readonly Statement[]) => {
      if (!isApart) return statements;
      await runStatements(
        apart,
        statements.filter(({ isShared }) => isShared === true),
      );
      return statements.filter(({ isShared }) => isShared !== true);
    };
    const run = isCommitting ? commitStatements : runStatements;
    const isOpen = { database: !isCommitting, apart: true };
    const undone = <R>(inner: () => Promise<R>) => (isApart ? withSavepoint(apart, inner) : inner());
    const here: Site = {
      database,
      commits: isCommitting,
      runApart,
      run: async (statements) => run(database, await runApart(statements)),
      read: async () => managed(await readWhole(shadow, database, scope, isOpen), scope),
      trial: (inner) =>
        undone(() =>
          isCommitting
            ? database.trial(() => inner(site(database, false)))
            : withSavepoint(database, () => inner(here)),
        ),
    };
    return here;
  };
  if (!commits && catalogs.every(fitsInTransaction)) {
    return shadow.database.trial(async () => {
      await createRoles(shadow.database, ...named);
      return work(site(shadow.database, false));
    });
  }
  return shadow.fresh(async (database) => {
    const roles = await database.transaction(() => createRoles(database, ...named));
    try {
      return await work(site(database, true));
    } finally {
      if (database.engine === "server") await dropRoles(database, roles);
    }
  });
}

/** The same as a trial, inside a transaction. */
async function withSavepoint<T>(database: Database, work: () => Promise<T>): Promise<T> {
  await database.script("SAVEPOINT dm_trial");
  try {
    return await work();
  } finally {
    await database.script("ROLLBACK TO SAVEPOINT dm_trial; RELEASE SAVEPOINT dm_trial");
  }
}

/** All that an empty database of the shadow holds. */
export function readSite(shadow: Shadow, scope: Scope): Promise<Catalog> {
  return readWhole(shadow, shadow.database, scope, { database: false, apart: false });
}

/**
 * The state as PostgreSQL prints it once it was built from its own print. Printing is no fixed point: a check written
 * `a IN ('x')` on a varchar column prints otherwise after it was created from its print. States compare in this form.
 */
export function normalForm(shadow: Shadow, base: Catalog, catalog: Catalog): Promise<Catalog> {
  const { scope } = catalog;
  const built = buildable(base, catalog);
  return withSite(shadow, { catalogs: [built], commits: false, scope }, async (site) => {
    await site.run(buildPlan(shadow, base, built));
    const { unmodelled } = catalog;
    return insisting(await site.read(), (id) => catalog.get(id)?.insists, { unmodelled });
  });
}

/** What makes an empty database of the shadow hold a state with all that it stands on. */
export function buildPlan(shadow: Shadow, base: Catalog, built: Catalog): PlannedStatement[] {
  return plan(base.whole, withKeptNames(built), { major: shadow.database.version.major });
}
