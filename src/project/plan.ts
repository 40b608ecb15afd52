import { recordedState } from "../apply/journal.js";
import { keepingPlan } from "../archive/ways.js";
import { sameValue } from "../catalog/canonical.js";
import { Catalog, insisting } from "../catalog/catalog.js";
import type { Unmodelled } from "../catalog/fact.js";
import { leftAlone } from "../catalog/left-alone.js";
import type { LeftOut } from "../catalog/scope.js";
import { type Change, diff } from "../diff/diff.js";
import { DmError, exitCode } from "../error.js";
import { managed } from "../manage/managed.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Rename } from "../plan/rename.js";
import { renamePlan } from "../plan/rename-steps.js";
import { describeChanges } from "../proof/prove.js";
import { writeRevision } from "../revision/directory.js";
import { newRevisionId } from "../revision/name.js";
import type { Revision } from "../revision/revision.js";
import { planAmid } from "./amid.js";
import { annotatedRenames } from "./annotated-renames.js";
import { type Chain, pathTo, readChain, refuseEdited, replay, standingOf } from "./chain.js";
import type { Project } from "./config.js";
import { examine } from "./examine.js";
import { hazardHeader } from "./hazards.js";
import { type Placement, placed } from "./placement.js";
import { type DecideRename, findRenames } from "./renames.js";
import { withRevisionLock } from "./revision-lock.js";
import { readSource } from "./source.js";
import { comparable, markOf, scopePart } from "./state.js";
import { stepsOf } from "./steps.js";
import { loadWanted } from "./wanted.js";
import { type Progress, silent, type Workbench, withWorkbench } from "./workbench.js";
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
  readonly revision?: Revision;
  /** The path of the revision file; absent with `dryRun`. */
  readonly file?: string;
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
    const result = { ...(await planOnto(bench, start, place, request)), provenRevisions: proven };
    if (request.dryRun === true || result.revision === undefined) return result;
    return { ...result, file: await writeRevision(project.revisions, result.revision) };
  });
}

/** Plans from a state to what the schema files ask for; writes nothing. */
export async function planOnto(
  bench: Workbench,
  start: Catalog,
  place: Pick<Revision, "parents" | "labels" | "dependsOn">,
  request: Omit<PlanRequest, "from">,
): Promise<Omit<PlanResult, "provenRevisions">> {
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
    };
  }
  const before = await bench.normalize(builtFor(live, wanted.catalog));
  const renamed = await findRenames(bench, before, wanted, request.decideRename);
  const { renames, steps } = renamed;
  const current = builtFor(renamed.current, wanted.catalog);
  const changes = diff(current, wanted.catalog);
  const result = {
    changes,
    renames,
    current,
    wanted: wanted.catalog,
    unmodelled,
    leftOut,
  };
  if (changes.length === 0 && renames.length === 0) return result;

  const renaming = renamePlan(steps);
  const among = planAmid(bench, there);
  const id = newRevisionId();
  const isDiscarded = () => request.discard === true;
  const keeping = keepingPlan(among, current, wanted.catalog, { revision: id, isDiscarded });
  const up = [...renaming.up, ...keeping.up];
  const down = [...keeping.down, ...renaming.down];
  const { restored } = keeping;
  const ways = { before, current, wanted: wanted.catalog, renames, restored, up, down, there };
  const { proof, sizes, hazards, downHazards, preflights } = await examine(bench, ways);
  const after = expectedAfter(live, before, wanted.catalog, up);
  const revision: Revision = {
    id,
    ...place,
    message: request.message,
    ...(request.author === undefined ? {} : { author: request.author }),
    created: new Date().toISOString(),
    kind: "planned",
    from: markOf(live),
    to: markOf(after),
    ...scopePart(live),
    proven: { at: new Date().toISOString(), server: bench.shadow.description, checks: proof.checks },
    ...hazardHeader(hazards),
    ...preflights,
    up: stepsOf(up, proof.up, hazards.hazards, sizes.sizes),
    down: stepsOf(down, proof.down, downHazards.hazards, sizes.sizes),
  };
  return { ...result, revision, sizes: sizes.from, notes: sizes.notes };
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

/**
 * What the database will hold: what the plan touches as the shadow prints it, the rest as the database prints it now,
 * which is not always the same text for the same thing.
 */
export function expectedAfter(
  live: Catalog,
  before: Catalog,
  after: Catalog,
  up: readonly PlannedStatement[],
): Catalog {
  if (live.major !== after.major) return after;
  const touched = new Set(up.flatMap(({ facts }) => facts));
  const facts = [...after.facts.values()].map((fact) => {
    const [now, normal] = [live.get(fact.id), before.get(fact.id)];
    const stays = now !== undefined && normal !== undefined && sameValue(normal.attributes, fact.attributes);
    return stays && !touched.has(fact.id) ? now : fact;
  });
  const { major, self, scope } = live;
  return new Catalog({ major, self, scope, facts, edges: after.edges() });
}
