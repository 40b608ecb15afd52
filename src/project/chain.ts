import { type JournaledRevision, type Progress as Unfinished, unfinished } from "../apply/journal.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Database } from "../database/database.js";
import { rolesNamedBy } from "../desired/roles.js";
import { roleMadeBy, sharedPartOf } from "../desired/shared.js";
import { DmError, exitCode } from "../error.js";
import type { Statement } from "../kinds/define.js";
import { sharedBy } from "../manage/managed.js";
import type { ParsedStatement } from "../parse/parser.js";
import { type Site, withSite } from "../proof/build.js";
import { StatementError } from "../proof/run.js";
import { graphOf, type RevisionFile, type RevisionSet, readRevisions } from "../revision/directory.js";
import type { RevisionGraph } from "../revision/graph.js";
import { tips } from "../revision/lineage.js";
import { upgradePath } from "../revision/path.js";
import type { Revision, Step } from "../revision/revision.js";
import { checksum, type SumDifference } from "../revision/sum.js";
import { name, raw } from "../sql/sql.js";
import type { Project } from "./config.js";
import { readReplaced, refuseInside, understoodOf } from "./replaced.js";
import { supply } from "./supply.js";
import type { Workbench } from "./workbench.js";

/** The revision files of a project and how they hang together. */
export interface Chain {
  readonly set: RevisionSet;
  /** Files that others replaced, as far as they are kept; nothing where none replaces any. */
  readonly old?: RevisionSet;
  readonly graph: RevisionGraph;
}

export async function readChain(project: Project): Promise<Chain> {
  const set = await readRevisions(project.revisions);
  const old = await readReplaced(set);
  return { set, graph: graphOf(set), ...(old && { old }) };
}

/** The one head of the files; nothing when there are none. @throws DmError DM4101 when there are several. */
export function onlyHead({ graph }: Chain): string | undefined {
  if (graph.heads.length > 1) {
    throw new DmError("DM4101", `the revisions have ${graph.heads.length} heads: ${graph.heads.join(", ")}`, {
      next: [
        "dm merge   joins them, where they do not disagree",
        "dm rebase   moves yours behind the other",
        "or name the one that is meant: --head ID",
      ],
    });
  }
  return graph.heads[0];
}

export function fileOf({ set }: Chain, id: string): RevisionFile {
  const file = set.files.find(({ revision }) => revision.id === id);
  if (file === undefined) {
    throw new DmError("DM4102", `there is no file for the revision ${id}`, {
      at: set.directory,
      next: [
        "dm repair   recreates it from the database's journal",
        "or bring it back from version control: git log --diff-filter=D -- revisions",
      ],
      exit: exitCode.refused,
    });
  }
  return file;
}

/** @throws DmError DM4103 when files are not as they were written, but for those that `except` lets pass. */
export function refuseEdited(
  { set }: Chain,
  except: (difference: SumDifference) => boolean = () => false,
): void {
  const found = set.differences.filter((difference) => !except(difference));
  if (found.length === 0) return;
  throw new DmError("DM4103", "revision files are not as they were written", {
    at: set.directory,
    details: found.map(describeDifference),
    next: ["bring them back from version control: git checkout -- revisions"],
    exit: exitCode.refused,
  });
}

export function describeDifference(difference: SumDifference): string {
  if (difference.kind === "total") return "dm.sum itself was edited";
  if (difference.kind === "renamed") return `renamed: ${difference.from} is now ${difference.file}`;
  return `${difference.kind}: ${difference.file}`;
}

/** Where a database stands in the chain. */
export interface Standing {
  readonly applied: readonly JournaledRevision[];
  readonly heads: readonly string[];
  /** A revision that was interrupted between two of its transactions. */
  readonly unfinished?: Unfinished;
}

/**
 * @throws DmError DM4102 when an applied revision has no file, DM4104 when its file is not what was applied, DM4131
 *   between revisions that one replaced, unless the chain is that of {@link chainFor}.
 */
export async function standingOf(chain: Chain, database: Database): Promise<Standing> {
  const understood = await understoodOf(chain, database);
  refuseInside(chain, understood, database);
  const { applied } = understood;
  for (const { id, checksum: then, appliedAt } of applied) {
    const file = fileOf(chain, id);
    if (checksum(file.text) !== then) {
      throw new DmError(
        "DM4104",
        `the applied revision ${id} was edited after it was applied at ${appliedAt}`,
        {
          at: file.path,
          next: ["bring it back from version control, and make the change a new revision"],
          exit: exitCode.refused,
        },
      );
    }
  }
  const heads = tips(chain.graph, new Set(applied.map(({ id }) => id)));
  const interrupted = await unfinished(database);
  return { applied, heads, ...(interrupted === undefined ? {} : { unfinished: interrupted }) };
}

/** What the revisions up to a target build in an empty database, in order. */
export function pathTo({ graph }: Chain, target: string | readonly string[]): string[] {
  return upgradePath(graph, [], target);
}

/** Steps as statements: what a `commit` step stands behind is committed first. */
export function statementsOf(steps: readonly Step[], { project, parser }: Workbench): Statement[] {
  const isSplit = sharedBy(project.manage).length > 0;
  return steps
    .flatMap((step, at): Statement[] => {
      const isAlone = step.mode === "autocommit" || step.mode === "backfill";
      const commit = isAlone ? "alone" : steps[at + 1]?.mode === "commit" ? "after" : undefined;
      const whole = { sql: raw(step.sql), ...(commit === undefined ? {} : ({ commit } as const)) };
      const parsed = isSplit ? parser.statements(step.sql, "revision") : [];
      // What is about roles and settings runs apart from the rest.
      if (!parsed.some((one) => sharedPartOf(one) !== undefined)) return [whole];
      return parsed.map((one) => ({
        ...whole,
        sql: raw(one.text),
        ...(sharedPartOf(one) === undefined ? {} : { isShared: true as const }),
      }));
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
