import type { Catalog } from "../catalog/catalog.js";
import { DmError, exitCode } from "../error.js";
import { joinSum, type RevisionFile, replaceRevisions } from "../revision/directory.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import { newRevisionId } from "../revision/name.js";
import type { Revision } from "../revision/revision.js";
import { type Chain, fileOf, readChain, refuseEdited } from "./chain.js";
import type { Project } from "./config.js";
import { planOnto } from "./plan.js";
import { type Branches, branchesToRebase } from "./rebase-branches.js";
import type { DecideRename } from "./renames.js";
import { withReplay } from "./replay.js";
import { withRevisionLock } from "./revision-lock.js";
import { standingOf } from "./standing.js";
import { type Progress, silent } from "./target.js";
import { type Workbench, withWorkbench } from "./workbench.js";
import { proveOn } from "./written.js";

export interface RebaseRequest {
  /** The head of the revisions that move; unless given, the one head whose own revisions are all the author's. */
  readonly mine?: string;
  /** The head that they move behind; the other one unless given. */
  readonly onto?: string;
  readonly author?: string;
  readonly decideRename?: DecideRename;
  readonly progress?: Progress;
}

/** A revision that moved. */
export interface Moved {
  /** The ids that it had; several where they were planned anew together. */
  readonly from: readonly string[];
  readonly revision: Revision;
  readonly file: string;
  /** Whether its steps are other ones than before. */
  readonly isReplanned: boolean;
}

export interface RebaseResult {
  /** What the moved revisions stand on now; nothing where there was nothing to do. */
  readonly onto?: string;
  readonly moved: readonly Moved[];
  /** Ids that are gone: merges that are no longer needed, and what the others had done already. */
  readonly dropped: readonly string[];
  readonly removed: readonly string[];
  readonly joinedSum: boolean;
}

/**
 * Moves revisions behind another head. Each is proven anew on what it now stands on, and keeps its steps where they
 * still lead there and back; from the first that does not, what is left is planned anew to what the schema files ask for.
 * @throws DmError DM4126 when some of them are applied, DM4128 when one that is written by hand does not hold.
 */
export function rebase(project: Project, request: RebaseRequest = {}): Promise<RebaseResult> {
  return withRevisionLock(project, async () => {
    const joinedSum = await joinSum(project.revisions);
    const chain = await readChain(project);
    refuseEdited(chain);
    const branches = branchesToRebase(chain, request);
    if (branches === undefined) return { moved: [], dropped: [], removed: [], joinedSum };
    return withWorkbench(project, request.progress ?? silent, async (bench) => {
      await refuseApplied(bench, chain, branches);
      const { moved, dropped } = await move(bench, chain, branches, request);
      const old = branches.mine.map((id) => fileOf(chain, id));
      const paths = await replaceRevisions(
        project.revisions,
        old,
        moved.map(({ revision }) => revision),
      );
      return {
        onto: branches.onto,
        moved: moved.map((one, at) => ({ ...one, file: paths[at] ?? "" })),
        dropped,
        removed: old.map(({ path }) => path),
        joinedSum,
      };
    });
  });
}

async function refuseApplied(bench: Workbench, chain: Chain, { mine }: Branches): Promise<void> {
  const { applied, unfinished } = await standingOf(chain, bench.target);
  const known = new Set([
    ...applied.map(({ id }) => id),
    ...(unfinished === undefined ? [] : [unfinished.id]),
  ]);
  const [first, ...others] = mine.filter((id) => known.has(id));
  if (first === undefined) return;
  const [below = "base"] = fileOf(chain, first).revision.parents;
  throw new DmError("DM4126", "revisions that are applied cannot be moved", {
    at: bench.target.description,
    details: [`applied: ${[first, ...others].join(", ")}`],
    next: [
      `on a database of your own, take them back first: dm rollback ${below}`,
      "on a database of others, join the heads instead: dm merge",
    ],
    exit: exitCode.refused,
  });
}

interface Course {
  readonly moved: readonly Omit<Moved, "file">[];
  readonly dropped: readonly string[];
}

async function move(
  bench: Workbench,
  chain: Chain,
  { mine, onto, cleanup }: Branches,
  request: RebaseRequest,
): Promise<Course> {
  const below = inOrder(chain.graph, ancestors(chain.graph, [onto])).map((id) => fileOf(chain, id).revision);
  const files = mine.map((id) => fileOf(chain, id));
  const moved: Omit<Moved, "file">[] = [];
  const dropped = files.filter(isEmptyMerge).map(({ revision }) => revision.id);
  const open = files.filter((file) => !isEmptyMerge(file));
  const began = Date.now();
  for (const [at, file] of open.entries()) {
    const before = [...below, ...moved.map(({ revision }) => revision)];
    const names = new Map(moved.flatMap(({ from, revision }) => from.map((id) => [id, revision.id])));
    const place = placeOf(file.revision, moved.at(-1)?.revision.id ?? onto, names);
    const created = new Date(began + 1000 * at).toISOString();
    try {
      const revision = await proveOn(bench, before, { ...file, revision: unproven(file, place, created) });
      moved.push({ from: [file.revision.id], revision, isReplanned: false });
    } catch (error) {
      if (!isUnfit(error)) throw error;
      if (cleanup !== undefined) throw bound(file, cleanup, error);
      const rest = open.slice(at);
      refuseWritten(rest, error);
      const state = await withReplay(bench, before, (site) => site.read());
      const revisions = await replanned(bench, rest, { state, place, created, names }, request);
      const from = rest.map(({ revision: { id } }) => id);
      if (revisions.length === 0) return { moved, dropped: [...dropped, ...from] };
      // A plan in phases stands for the revisions with its first.
      const anew = revisions.map((revision, turn) => ({
        from: turn === 0 ? from : [],
        revision,
        isReplanned: true,
      }));
      return { moved: [...moved, ...anew], dropped };
    }
  }
  return { moved, dropped };
}

/** What needs the cleanup, or what that takes away. */
function bound({ revision, path }: RevisionFile, cleanup: string, cause: DmError): DmError {
  const [what, place] =
    revision.id === cleanup
      ? ["does not hold behind what stands on it", "change"]
      : [`does not hold before the cleanup ${cleanup}`, "need"];
  return new DmError("DM4128", `${revision.id} ${what}: ${cause.message}`, {
    at: path,
    details: [...cause.details, "nothing was changed"],
    next: [
      "when the application's old version is gone: dm apply --cleanup",
      `or plan without what the two both ${place}`,
    ],
    exit: exitCode.refused,
    cause,
  });
}

function isEmptyMerge({ revision: { parents, up, down } }: RevisionFile): boolean {
  return parents.length > 1 && up.length === 0 && down.length === 0;
}

type Place = Pick<Revision, "parents" | "labels" | "dependsOn">;

function placeOf({ labels, dependsOn }: Revision, parent: string, names: ReadonlyMap<string, string>): Place {
  return {
    parents: [parent],
    ...(labels && { labels }),
    ...(dependsOn && { dependsOn: dependsOn.map((id) => names.get(id) ?? id) }),
  };
}

/** Under a new id: elsewhere the old one may be applied, and means what it meant. */
function unproven({ revision }: RevisionFile, place: Place, created: string): Revision {
  const { from: _, to: __, manage: ___, proven: ____, ...rest } = revision;
  return { ...rest, ...place, id: newRevisionId(), created };
}

/** Does not run there, or does not lead back. */
function isUnfit(error: unknown): error is DmError {
  return error instanceof DmError && ["DM3401", "DM3402", "DM3403", "DM3405", "DM3406"].includes(error.code);
}

function refuseWritten(rest: readonly RevisionFile[], cause: DmError): void {
  const written = rest.filter(({ revision }) => revision.kind === "written");
  if (written.length === 0) return;
  const [first] = rest;
  throw new DmError("DM4128", `${first?.revision.id} does not hold behind the others: ${cause.message}`, {
    at: first?.path ?? "",
    details: [
      ...cause.details,
      `written by hand, so that it is not planned anew: ${written.map(({ name }) => name).join(", ")}`,
      "nothing was changed",
    ],
    next: [
      "mend its steps so that they run after the others, then dm rebase again",
      "or take the planned ones out, and plan them anew once the others are moved",
    ],
    exit: exitCode.refused,
    cause,
  });
}

async function replanned(
  bench: Workbench,
  rest: readonly RevisionFile[],
  at: { state: Catalog; place: Place; created: string; names: ReadonlyMap<string, string> },
  { author, decideRename }: RebaseRequest,
): Promise<readonly Revision[]> {
  const revisions = rest.map(({ revision }) => revision);
  const labels = [...new Set(revisions.flatMap((one) => one.labels ?? []))];
  const own = new Set(revisions.map(({ id }) => id));
  const dependsOn = [
    ...new Set(
      revisions
        .flatMap((one) => one.dependsOn ?? [])
        .filter((id) => !own.has(id))
        .map((id) => at.names.get(id) ?? id),
    ),
  ];
  const place = {
    parents: at.place.parents,
    ...(labels.length > 0 && { labels }),
    ...(dependsOn.length > 0 && { dependsOn }),
  };
  const writer = revisions[0]?.author ?? author;
  const planned = await planOnto(bench, at.state, place, {
    message: revisions.map(({ message }) => message).join("\n\n"),
    ...(writer === undefined ? {} : { author: writer }),
    ...(decideRename === undefined ? {} : { decideRename }),
  });
  return planned.revisions.map((revision, turn) => {
    const created = new Date(Date.parse(at.created) + 1000 * turn).toISOString();
    return { ...revision, created };
  });
}
