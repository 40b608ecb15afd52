import type { Catalog } from "../catalog/catalog.js";
import { diff } from "../diff/diff.js";
import { DmError } from "../error.js";
import { describeChanges } from "../proof/prove.js";
import { joinSum, writeRevision } from "../revision/directory.js";
import { resolveOne } from "../revision/identifier.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import { newRevisionId } from "../revision/name.js";
import type { Revision } from "../revision/revision.js";
import { type Chain, pathTo, readChain, refuseEdited } from "./chain.js";
import { commute } from "./commute.js";
import type { Project } from "./config.js";
import { disagreed, disagreement } from "./disagreement.js";
import { replay } from "./replay.js";
import { withRevisionLock } from "./revision-lock.js";
import { markOf, scopePart } from "./state.js";
import { type Progress, silent } from "./target.js";
import { type Workbench, withWorkbench } from "./workbench.js";

export interface MergeRequest {
  readonly message?: string;
  /** What to join; all heads unless given. */
  readonly heads?: readonly string[];
  readonly author?: string;
  readonly progress?: Progress;
}

export interface MergeResult {
  /** The heads that were joined; one or none: there was nothing to do. */
  readonly heads: readonly string[];
  /** Nothing where there was nothing to do. */
  readonly revision?: Revision;
  readonly file?: string;
  /** Whether a conflict that git had left in dm.sum was resolved. */
  readonly joinedSum: boolean;
}

/**
 * Joins heads by an empty revision, after a proof that the order of what they hold does not matter: each two of them
 * in both orders, and all of them in the order in which an empty database would run them.
 * @throws DmError DM4124 naming what both of them change.
 */
export function mergeHeads(project: Project, request: MergeRequest = {}): Promise<MergeResult> {
  return withRevisionLock(project, async () => {
    const joinedSum = await joinSum(project.revisions);
    const chain = await readChain(project);
    refuseEdited(chain);
    const heads = headsToJoin(chain, request.heads);
    if (heads.length < 2) return { heads, joinedSum };
    return withWorkbench(project, request.progress ?? silent, async (bench) => {
      const state = await mergedState(bench, chain, heads);
      const now = new Date().toISOString();
      const revision: Revision = {
        id: newRevisionId(),
        parents: heads,
        message: request.message ?? `Merge ${heads.join(" and ")}`,
        ...(request.author === undefined ? {} : { author: request.author }),
        created: now,
        kind: "planned",
        from: markOf(state),
        to: markOf(state),
        ...scopePart(state),
        proven: { at: now, server: bench.shadow.description, checks: ["any order"] },
        up: [],
        down: [],
      };
      return { heads, joinedSum, revision, file: await writeRevision(project.revisions, revision) };
    });
  });
}

function headsToJoin({ graph }: Chain, named: readonly string[] | undefined): string[] {
  if (named === undefined || named.length === 0) return [...graph.heads];
  const ids = new Set(named.flatMap((one) => resolveOne(graph, one) ?? []));
  for (const id of ids) {
    const below = [...ids].find((other) => other !== id && ancestors(graph, [id], "parents").has(other));
    if (below === undefined) continue;
    throw new DmError("DM4047", `revision ${id} already contains ${below}`, {
      next: ["dm heads   lists what can be joined"],
    });
  }
  if (ids.size > 1) return inOrder(graph, ids);
  throw new DmError("DM4125", "one revision alone cannot be joined", {
    next: ["name two or more, or none for all heads: dm heads lists them"],
  });
}

/** What comes of all of them, in whatever order. */
async function mergedState(bench: Workbench, chain: Chain, heads: readonly string[]): Promise<Catalog> {
  for (const [at, one] of heads.entries()) {
    for (const other of heads.slice(at + 1)) {
      const found = await commute(bench, chain, one, other);
      if (!found.commutes) throw await disagreement(bench, chain, [one, other], found);
    }
  }
  const [first = "", ...others] = heads;
  const asItRuns = pathTo(chain, heads);
  const lineByLine = [
    ...new Set(heads.flatMap((head) => inOrder(chain.graph, ancestors(chain.graph, [head])))),
  ];
  const state = await replay(bench, chain, asItRuns);
  if (asItRuns.every((id, at) => id === lineByLine[at])) return state;
  const straight = await replay(bench, chain, lineByLine);
  const differences =
    diff(straight, state).length === 0
      ? []
      : diff(await bench.normalize(straight), await bench.normalize(state));
  if (differences.length === 0) return state;
  throw disagreed(first, others.join(" and "), [
    "in the order of their files' names something else comes of them:",
    ...describeChanges(differences),
  ]);
}
