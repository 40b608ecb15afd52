import type { Catalog } from "../catalog/catalog.js";
import type { Database } from "../database/database.js";
import { rolesNamedBy } from "../desired/roles.js";
import { roleMadeBy, sharedPartOf } from "../desired/shared.js";
import type { Statement } from "../kinds/define.js";
import { sharedBy } from "../manage/managed.js";
import type { ParsedStatement } from "../parse/parser.js";
import { type Site, withSite } from "../proof/build.js";
import { StatementError } from "../proof/run.js";
import type { Revision, Step } from "../revision/revision.js";
import { name, raw } from "../sql/sql.js";
import { type Chain, fileOf } from "./chain.js";
import { supply } from "./supply.js";
import { isAboutSubscription, namesSubscriptions, withoutPublisher } from "./without-publisher.js";
import type { Workbench } from "./workbench.js";

/** Steps as statements of a shadow: what a `commit` step stands behind is committed first. */
export function statementsOf(steps: readonly Step[], { project, parser }: Workbench): Statement[] {
  const isSplit = sharedBy(project.manage).length > 0;
  return steps
    .flatMap((step, at): Statement[] => {
      const isAlone = step.mode === "autocommit" || step.mode === "backfill";
      const commit = isAlone ? "alone" : steps[at + 1]?.mode === "commit" ? "after" : undefined;
      const timing = commit === undefined ? {} : ({ commit } as const);
      const parsed = isSplit || namesSubscriptions(step) ? parser.statements(step.sql, "revision") : [];
      const isApart = (one: ParsedStatement) => isSplit && sharedPartOf(one) !== undefined;
      if (!parsed.some((one) => isApart(one) || isAboutSubscription(one))) {
        return [{ sql: raw(step.sql), ...timing }];
      }
      // What is about roles and settings runs apart from the rest.
      return parsed.flatMap((one) =>
        withoutPublisher(one, step.mode).map((text) => ({
          ...timing,
          sql: raw(text),
          ...(isApart(one) ? { isShared: true as const } : {}),
        })),
      );
    })
    .filter(({ sql }) => sql.text.trim() !== "");
}

/** The state that revisions build from nothing, in the shadow. */
export async function replay(bench: Workbench, chain: Chain, ids: readonly string[]): Promise<Catalog> {
  if (ids.length === 0) return bench.base;
  const revisions = ids.map((id) => fileOf(chain, id).revision);
  return withReplay(bench, revisions, (site) => site.read());
}

/**
 * A scratch site where the revisions have run, and with them what they and these further steps need of the target
 * beside what is managed. Which of them need something shows when they fail without: then all begins anew.
 * @param commits whether each transaction is committed, so that the locks of a later one can be told.
 */
export async function withReplay<T>(
  bench: Workbench,
  revisions: readonly Revision[],
  work: (site: Site) => Promise<T>,
  more: readonly Step[] = [],
  commits = false,
): Promise<T> {
  const supplied = new Set<string>();
  for (;;) {
    try {
      return await replayOnce(bench, revisions, work, { more, commits }, supplied);
    } catch (error) {
      if (!(error instanceof NeedsMore) || supplied.has(error.id)) {
        throw error instanceof NeedsMore ? error.cause : error;
      }
      supplied.add(error.id);
    }
  }
}

/** A revision that does not run on what the ones before it made. */
class NeedsMore extends Error {
  readonly id: string;
  override readonly cause: StatementError;

  constructor(id: string, cause: StatementError) {
    super(cause.message);
    this.id = id;
    this.cause = cause;
  }
}

function replayOnce<T>(
  bench: Workbench,
  revisions: readonly Revision[],
  work: (site: Site) => Promise<T>,
  { more, commits }: { readonly more: readonly Step[]; readonly commits: boolean },
  supplied: ReadonlySet<string>,
): Promise<T> {
  const statements = revisions.map(({ id, up }) => ({ id, up: statementsOf(up, bench) }));
  const all = [...statements.flatMap(({ up }) => up), ...statementsOf(more, bench)];
  const needs = {
    catalogs: [bench.base.whole],
    commits: commits || all.some(({ commit }) => commit !== undefined) || all.length > 2000,
    scope: bench.project.manage,
  };
  return withSite(bench.shadow, needs, async (site) => {
    await createNamedRoles(bench, site, [...revisions.flatMap(({ up, down }) => [...up, ...down]), ...more]);
    const supplyFor = async (list: readonly Statement[]) =>
      supply(
        bench,
        await site.read(),
        list.map(({ sql }) => sql.text),
        (found) => site.run(found),
      );
    for (const { id, up } of statements) {
      bench.progress(`replaying ${id}`);
      if (supplied.has(id)) await supplyFor(up);
      try {
        await site.run(up);
      } catch (error) {
        throw error instanceof StatementError ? new NeedsMore(id, error) : error;
      }
    }
    if (more.length > 0) await supplyFor(statementsOf(more, bench));
    return work(site);
  });
}

/** Roles that the steps name and the shadow lacks. */
async function createNamedRoles(bench: Workbench, site: Site, steps: readonly Step[]): Promise<void> {
  const { apart } = bench.shadow;
  const statements = steps.flatMap(({ sql }) => bench.parser.statements(sql, "revision"));
  const made = new Set(statements.flatMap((one) => roleMadeBy(one) ?? []));
  const isShared = (one: ParsedStatement) => sharedPartOf(one) !== undefined;
  const named = (list: readonly ParsedStatement[]) => new Set(list.flatMap((one) => rolesNamedBy(one)));
  if (apart === undefined) return create(site.database, named(statements), made);
  await create(apart, named(statements.filter(isShared)), made);
  await create(site.database, named(statements.filter((one) => !isShared(one))), new Set());
}

async function create(
  database: Database,
  named: ReadonlySet<string>,
  made: ReadonlySet<string>,
): Promise<void> {
  const roles = [...named].filter((role) => !made.has(role) && !role.startsWith("pg_"));
  if (roles.length === 0) return;
  await database.script(
    roles
      .map(
        (role) =>
          `DO $do$ BEGIN CREATE ROLE ${name(role).text}; EXCEPTION WHEN duplicate_object THEN NULL; END $do$`,
      )
      .join(";\n"),
  );
}
