import { recordedState } from "../apply/journal.js";
import { type Catalog, insisting } from "../catalog/catalog.js";
import type { Fact, Unmodelled } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { leftAlone } from "../catalog/left-alone.js";
import type { LeftOut } from "../catalog/scope.js";
import { type Change, diff } from "../diff/diff.js";
import { DmError, exitCode } from "../error.js";
import { managed } from "../manage/managed.js";
import type { Rename } from "../plan/rename.js";
import { describeChanges } from "../proof/prove.js";
import { writeRevision } from "../revision/directory.js";
import type { Revision } from "../revision/revision.js";
import { annotatedRenames } from "./annotated-renames.js";
import { type Chain, fileOf, pathTo, readChain, refuseEdited } from "./chain.js";
import type { Project } from "./config.js";
import { examinedParts } from "./examined-parts.js";
import { type Placement, placed } from "./placement.js";
import { type Place, plannedRevisions } from "./planned-revisions.js";
import { quarantinedThere, refuseLosingQuarantine } from "./quarantined.js";
import { type DecideRename, findRenames } from "./renames.js";
import { replay } from "./replay.js";
import { withRevisionLock } from "./revision-lock.js";
import { readSource } from "./source.js";
import { standingOf } from "./standing.js";
import { comparable } from "./state.js";
import { type Progress, silent } from "./target.js";
import { loadWanted } from "./wanted.js";
import { type Workbench, withWorkbench } from "./workbench.js";
import { proveWritten } from "./written.js";

export interface PlanRequest extends Placement {
  readonly message: string;
  /** Plans and proves, and writes nothing. */
  readonly dryRun?: boolean;
  /** Plans from this source instead of from the database. */
  readonly from?: string;
  readonly author?: string;
  /** Destroys what it drops, in place of putting it into quarantine. */
  readonly discard?: boolean;
  /** Asked about drops and creates that look like renames; without it they are refused. */
  readonly decideRename?: DecideRename;
  readonly progress?: Progress;
}

export interface PlanResult {
  /** None: there is nothing to do. */
  readonly changes: readonly Change[];
  readonly renames: readonly Rename[];
  /** The two states, renamed things under their new names in both. */
  readonly current: Catalog;
  readonly wanted: Catalog;
  /** What exists on either side and is left alone, because dm does not model it yet. */
  readonly unmodelled: readonly Unmodelled[];
  /** What other tools keep in the database. */
  readonly leftOut: readonly LeftOut[];
  /** One, or one for each phase, in order; none where there is nothing to do. */
  readonly revisions: readonly Revision[];
  /** The paths of the revision files; none with `dryRun`. */
  readonly files: readonly string[];
  /** Hand-written revisions that were proven by the way. */
  readonly provenRevisions: readonly string[];
  /** Where the sizes of tables are from; absent when nobody knows them, or where there is nothing to do. */
  readonly sizes?: string | undefined;
  /** What a reader should know. */
  readonly notes?: readonly string[];
}

/** Compares the schema files with the database, and writes a proven revision file that makes the database like them. */
export function planRevision(project: Project, request: PlanRequest): Promise<PlanResult> {
  return request.dryRun === true
    ? makePlan(project, request)
    : withRevisionLock(project, () => makePlan(project, request));
}

function makePlan(project: Project, request: PlanRequest): Promise<PlanResult> {
  return withWorkbench(project, request.progress ?? silent, async (bench) => {
    const { chain, proven } = await proveWritten(bench, await readChain(project), request.dryRun === true);
    const place = placed(chain, request);
    const start = await stateToPlanFrom(bench, chain, place, request.from);
    const planned = await planOnto(bench, start, place, request);
    const behind = planned.revisions.length === 0 ? [] : await behindCleanup(bench, chain, place);
    const notes = [...(planned.notes ?? []), ...behind];
    const result = { ...planned, ...(notes.length > 0 && { notes }), provenRevisions: proven };
    if (request.dryRun === true) return { ...result, files: [] };
    const files: string[] = [];
    for (const revision of result.revisions) files.push(await writeRevision(project.revisions, revision));
    return { ...result, files };
  });
}

async function behindCleanup(bench: Workbench, chain: Chain, { parents }: Place): Promise<string[]> {
  const cleanups = parents.filter((id) => fileOf(chain, id).revision.phase === "cleanup");
  if (cleanups.length === 0) return [];
  const { applied } = await standingOf(chain, bench.target);
  return cleanups
    .filter((cleanup) => applied.every(({ id }) => id !== cleanup))
    .map((id) => `it stands behind the cleanup ${id}, which waits: dm rebase ${id} moves that behind it`);
}

/** Plans from a state to what the schema files ask for; writes nothing. */
export async function planOnto(
  bench: Workbench,
  start: Catalog,
  place: Place,
  request: Omit<PlanRequest, "from">,
): Promise<Omit<PlanResult, "provenRevisions" | "files">> {
  const wanted = await loadWanted(bench, bench.project.schema, start);
  const live = managed(start, wanted.catalog.scope);
  const there = managed(await bench.whatIsThere(), wanted.catalog.scope);
  const { leftOut } = there;
  bench.progress("comparing");
  const unmodelled = leftAlone(live, wanted.catalog);
  // Two columns of one type may have to exchange their names all the same.
  if (areSame(live, wanted.catalog) && annotatedRenames(live, wanted).exchanged.length === 0) {
    return {
      changes: [],
      renames: [],
      current: live,
      wanted: live,
      unmodelled,
      leftOut,
      revisions: [],
    };
  }
  const before = await bench.normalize(builtFor(live, wanted.catalog));
  const renamed = await findRenames(bench, before, wanted, request.decideRename);
  const { renames } = renamed;
  const current = builtFor(renamed.current, wanted.catalog);
  const changes = diff(current, wanted.catalog);
  const result = {
    changes,
    renames,
    current,
    wanted: wanted.catalog,
    unmodelled,
    leftOut,
    revisions: [],
  };
  if (changes.length === 0 && renames.length === 0) return result;

  const discarded = new Set(
    wanted.annotations.flatMap(({ name, target }) => (name === "discard" ? [factId(target)] : [])),
  );
  const hidden = [live, there].map((state) => quarantinedThere(state, renames));
  const change = {
    hasHidden: (table: FactId) => hidden.some((columnsOf) => columnsOf(table).length > 0),
    before,
    renamed: { ...renamed, current },
    wanted,
    there,
    isDiscarded: ({ id }: Fact) => request.discard === true || discarded.has(id),
  };
  const { parts, sizes } = await examinedParts(bench, change);
  const ups = parts.flatMap(({ part }) => part.up);
  refuseLosingQuarantine(live, renames, ups);
  const revisions = plannedRevisions(parts, { ...request, place, live, server: bench.shadow.description });
  return { ...result, revisions, sizes: sizes.from, notes: sizes.notes };
}

/** The database as it will be when the revisions that wait have run; where others wait too, what the place stands on. */
async function stateToPlanFrom(
  bench: Workbench,
  chain: Chain,
  { parents, dependsOn = [] }: Pick<Revision, "parents" | "dependsOn">,
  from: string | undefined,
): Promise<Catalog> {
  refuseEdited(chain);
  if (from !== undefined) return readSource(bench, from);
  if (chain.graph.heads.some((head) => !parents.includes(head))) {
    return replay(bench, chain, pathTo(chain, [...parents, ...dependsOn]));
  }
  const standing = await standingOf(chain, bench.target);
  const all = pathTo(chain, chain.graph.heads);
  if (all.length > standing.applied.length) {
    bench.progress("revisions are waiting: planning from the state that they lead to");
    return replay(bench, chain, all);
  }
  const recorded = await recordedState(bench.target);
  bench.progress("reading the database");
  const live = await bench.whatIsThere(recorded?.catalog.self);
  const drift = recorded === undefined ? [] : diff(...comparable(live, recorded.catalog));
  if (drift.length > 0) {
    throw new DmError("DM3102", "the database is not as the last apply left it", {
      at: bench.target.description,
      details: describeChanges(drift),
      next: [
        "see it: dm drift",
        "undo it: dm diff env:NAME rev:head --format sql prints how",
        "or plan without regard to it: dm plan --from rev:head",
      ],
      exit: exitCode.refused,
    });
  }
  return live;
}

/** Whether there is nothing to compare any closer. */
export function areSame(current: Catalog, wanted: Catalog): boolean {
  const isSameText = current.major === wanted.major && current.fingerprint === wanted.fingerprint;
  return isSameText && diff(current, wanted).length === 0;
}

/** The state, built with what is noted where the other insists on it: it is compared with what really is there. */
export function builtFor(catalog: Catalog, other: Catalog): Catalog {
  return insisting(
    catalog,
    (id) => catalog.get(id)?.insists ?? (other.get(id)?.insists === undefined ? undefined : []),
  );
}
