import { recordedState } from "../apply/journal.js";
import { sameValue } from "../catalog/canonical.js";
import { Catalog } from "../catalog/catalog.js";
import type { Unmodelled } from "../catalog/fact.js";
import { type Change, diff } from "../diff/diff.js";
import { DmError, exitCode } from "../error.js";
import { introspect } from "../introspect/introspect.js";
import { type PlannedStatement, plan } from "../plan/plan.js";
import { type Rename, renamePlan } from "../plan/rename.js";
import { describeChanges } from "../proof/prove.js";
import { writeRevision } from "../revision/directory.js";
import { newRevisionId } from "../revision/name.js";
import type { Revision, StateMark } from "../revision/revision.js";
import { type Chain, onlyHead, pathTo, readChain, refuseEdited, replay, standingOf } from "./chain.js";
import type { Project } from "./config.js";
import { examine } from "./examine.js";
import { hazardHeader } from "./hazards.js";
import { type DecideRename, findRenames } from "./renames.js";
import { withRevisionLock } from "./revision-lock.js";
import { readSource } from "./source.js";
import { stepsOf } from "./steps.js";
import { loadWanted } from "./wanted.js";
import { type Progress, silent, type Workbench, withWorkbench } from "./workbench.js";
import { proveWritten } from "./written.js";

export interface PlanRequest {
  readonly message: string;
  /** Plans and proves, and writes nothing. */
  readonly dryRun?: boolean;
  /** Plans from this source instead of from the database. */
  readonly from?: string;
  readonly author?: string;
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
    const parent = onlyHead(chain);
    const live = await stateToPlanFrom(bench, chain, request.from);
    const wanted = await loadWanted(bench, project.schema, live);
    bench.progress("comparing");
    const unmodelled = uniqueObjects([...live.unmodelled, ...wanted.catalog.unmodelled]);
    if (live.major === wanted.catalog.major && live.fingerprint === wanted.catalog.fingerprint) {
      return { changes: [], renames: [], current: live, wanted: live, unmodelled, provenRevisions: proven };
    }
    const before = await bench.normalize(live);
    const { renames, current } = await findRenames(bench, before, wanted, request.decideRename);
    const changes = diff(current, wanted.catalog);
    const result = { changes, renames, current, wanted: wanted.catalog, unmodelled, provenRevisions: proven };
    if (changes.length === 0 && renames.length === 0) return result;

    const { major } = bench.target.version;
    const renaming = renamePlan(renames);
    const up = [...renaming.up, ...plan(current, wanted.catalog, { major })];
    const down = [...plan(wanted.catalog, current, { major }), ...renaming.down];
    const ways = { before, current, wanted: wanted.catalog, renames, up, down };
    const { proof, sizes, hazards, downHazards, preflights } = await examine(bench, ways);
    const after = expectedAfter(live, before, wanted.catalog, up);
    const revision: Revision = {
      id: newRevisionId(),
      parents: parent === undefined ? [] : [parent],
      message: request.message,
      ...(request.author === undefined ? {} : { author: request.author }),
      created: new Date().toISOString(),
      kind: "planned",
      from: markOf(live),
      to: markOf(after),
      proven: { at: new Date().toISOString(), server: bench.shadow.description, checks: proof.checks },
      ...hazardHeader(hazards),
      ...preflights,
      up: stepsOf(up, proof.up, hazards.hazards, sizes.sizes),
      down: stepsOf(down, proof.down, downHazards.hazards, sizes.sizes),
    };
    const told = { ...result, revision, sizes: sizes.from, notes: sizes.notes };
    if (request.dryRun === true) return told;
    return { ...told, file: await writeRevision(project.revisions, revision) };
  });
}

/** The database as it will be when the revisions that wait have run. */
async function stateToPlanFrom(bench: Workbench, chain: Chain, from: string | undefined): Promise<Catalog> {
  refuseEdited(chain);
  if (from !== undefined) return readSource(bench, from);
  const standing = await standingOf(chain, bench.target);
  const all = pathTo(chain, chain.graph.heads);
  if (all.length > standing.applied.length) {
    bench.progress("revisions are waiting: planning from the state that they lead to");
    return replay(bench, chain, all);
  }
  const recorded = await recordedState(bench.target);
  bench.progress("reading the database");
  const live = await introspect(bench.target, recorded === undefined ? {} : { self: recorded.catalog.self });
  const drift = recorded === undefined ? [] : diff(live, recorded.catalog);
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

export function markOf(catalog: Catalog): StateMark {
  return { fingerprint: catalog.fingerprint, major: catalog.major, role: catalog.self };
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
  return new Catalog({ major: live.major, self: live.self, facts, edges: after.edges() });
}

function uniqueObjects(objects: readonly Unmodelled[]): Unmodelled[] {
  return [...new Map(objects.map((object) => [`${object.kind} ${object.name}`, object])).values()];
}
