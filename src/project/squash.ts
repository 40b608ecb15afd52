import { join } from "node:path";
import { DmError, exitCode } from "../error.js";
import { between } from "../revision/between.js";
import { type RevisionFile, replaceRevisions, restoreFiles } from "../revision/directory.js";
import { tips } from "../revision/lineage.js";
import { newRevisionId } from "../revision/name.js";
import type { Revision } from "../revision/revision.js";
import { type Chain, fileOf, pathTo, readChain, refuseEdited, replacedDirectory } from "./chain.js";
import type { Project } from "./config.js";
import { withRevisionLock } from "./revision-lock.js";
import { oneForAll, type Range } from "./squash-steps.js";
import { type Progress, silent } from "./target.js";
import { withWorkbench } from "./workbench.js";

export interface SquashRequest {
  /** `A..B`: A, B and what lies between. */
  readonly range: string;
  readonly message?: string;
  readonly author?: string;
  readonly progress?: Progress;
}

export interface SquashResult {
  readonly revision: Revision;
  readonly file: string;
  /** Where the old files are kept. */
  readonly kept: readonly string[];
  /** Whether its steps were planned from the two ends; else they are those of the range, one after the other. */
  readonly isPlanned: boolean;
}

/**
 * Replaces a range of revisions by one that is proven equal to them. Databases before it run the one, databases behind
 * it count as having it, and databases inside of it go on by the old files, which are kept.
 * @throws DmError DM4133 when something else follows a revision inside of the range.
 */
export function squash(project: Project, request: SquashRequest): Promise<SquashResult> {
  return withRevisionLock(project, async () => {
    const chain = await readChain(project);
    refuseEdited(chain);
    const files = rangeOf(chain, request.range);
    return withWorkbench(project, request.progress ?? silent, async (bench) => {
      const { revision: steps, isPlanned } = await oneForAll(bench, rangeFrom(chain, files));
      const revision: Revision = { ...steps, ...headerOf(files, request) };
      const kept = await restoreFiles(join(project.revisions, replacedDirectory), files);
      const [file = ""] = await replaceRevisions(project.revisions, files, [revision]);
      return { revision, file, kept, isPlanned };
    });
  });
}

/** The files of a range that nothing enters or leaves but at its ends. */
function rangeOf(chain: Chain, range: string): RevisionFile[] {
  const { graph } = chain;
  const ids = new Set(between(graph, range));
  const ends = tips(graph, ids);
  if (ids.size < 2) {
    throw new DmError("DM4135", `${range} holds fewer than two revisions`, {
      next: ["name the first and the last: dm squash 4f2a..81c0", "dm history   lists them"],
    });
  }
  for (const id of ids) {
    const node = graph.nodes.get(id);
    const followers = [...(node?.children ?? []), ...(node?.dependents ?? [])].filter((one) => !ids.has(one));
    const [follower] = ends.length === 1 && id === ends[0] ? [] : followers;
    if (follower === undefined && ends.length === 1) continue;
    throw new DmError("DM4133", `${range} has more than one end: ${[...ends, ...followers].join(", ")}`, {
      ...(follower === undefined ? {} : { details: [`${follower} follows ${id}, which is inside`] }),
      next: [
        "choose ends between which there is one line, or lines that meet again",
        "dm history   draws them",
      ],
      exit: exitCode.refused,
    });
  }
  return [...ids].map((id) => fileOf(chain, id));
}

function rangeFrom(chain: Chain, files: readonly RevisionFile[]): Range {
  const { parents, dependsOn = [] } = entryOf(files);
  const before = pathTo(chain, [...parents, ...dependsOn]).map((id) => fileOf(chain, id).revision);
  return { before, files };
}

/** What the range stands on. */
function entryOf(files: readonly RevisionFile[]): Pick<Revision, "parents" | "dependsOn"> {
  const means = new Set(
    files.flatMap(({ revision: { id, replaces = [], labels = [] } }) => [id, ...replaces, ...labels]),
  );
  const outside = (names: readonly string[]) => [...new Set(names.filter((name) => !means.has(name)))];
  const parents = outside(files.flatMap(({ revision }) => revision.parents));
  const dependsOn = outside(files.flatMap(({ revision }) => revision.dependsOn ?? []));
  return { parents, ...(dependsOn.length === 0 ? {} : { dependsOn }) };
}

/** The name of its file has the time of the last one, so that it stands where the range stood. */
function headerOf(files: readonly RevisionFile[], { message, author }: SquashRequest) {
  const revisions = files.map(({ revision }) => revision);
  const [first, last] = [revisions[0], revisions.at(-1)];
  const labels = [...new Set(revisions.flatMap((one) => one.labels ?? []))];
  return {
    id: newRevisionId(),
    ...entryOf(files),
    message: message ?? `Squash ${first?.id}..${last?.id}`,
    ...(author === undefined ? {} : { author }),
    created: last?.created ?? new Date().toISOString(),
    ...(labels.length === 0 ? {} : { labels }),
    replaces: revisions.flatMap(({ id, replaces = [] }) => [...replaces, id]),
  };
}
