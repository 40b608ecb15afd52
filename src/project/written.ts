import { rename, writeFile } from "node:fs/promises";
import { writtenHazards } from "../hazards/written.js";
import { type RevisionFile, readSum, writeSum } from "../revision/directory.js";
import { formatRevision } from "../revision/format.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import type { Revision } from "../revision/revision.js";
import { withFiles } from "../revision/sum.js";
import { type Chain, fileOf, readChain, refuseEdited } from "./chain.js";
import { withReplay } from "./replay.js";
import { standingOf } from "./standing.js";
import { markOf, scopePart } from "./state.js";
import { tryRevision } from "./trial.js";
import type { Workbench } from "./workbench.js";

/**
 * Proves the hand-written revisions that are neither proven nor applied: up, down and up again on what the chain
 * builds before them. The file then says so, and dm.sum takes it as it is.
 * @param accepts whether planned revisions that were edited, and files that dm.sum does not know, are taken the same
 * way; an edited one is hand-written from then on.
 * @throws DmError DM4104 for an applied revision that was edited, and as {@link tryRevision}.
 */
export async function proveWritten(
  bench: Workbench,
  chain: Chain,
  dryRun: boolean,
  accepts = false,
): Promise<{ readonly chain: Chain; readonly proven: readonly string[] }> {
  const { applied } = await standingOf(chain, bench.target);
  const isApplied = new Set(applied.map(({ id }) => id));
  const kinds: readonly string[] = accepts ? ["edited", "added"] : ["edited"];
  const touched = new Set(
    chain.set.differences.filter(({ kind }) => kinds.includes(kind)).map(({ file }) => file),
  );
  const open = chain.set.files.filter(({ name, revision }) => {
    const isWritten = revision.kind === "written";
    const isOpen =
      (isWritten && revision.proven === undefined) || ((isWritten || accepts) && touched.has(name));
    return isOpen && !isApplied.has(revision.id);
  });
  if (open.length === 0) return { chain, proven: [] };
  refuseEdited(chain, (one) => one.kind === "total" || open.some(({ name }) => name === one.file));
  for (const file of open) await proveOne(bench, chain, file, dryRun);
  return {
    chain: dryRun ? withoutDifferences(chain) : await readChain(bench.project),
    proven: open.map((f) => f.name),
  };
}

async function proveOne(bench: Workbench, chain: Chain, file: RevisionFile, dryRun: boolean): Promise<void> {
  const { revision, path } = file;
  const earlier = ancestors(chain.graph, revision.parents);
  const before = inOrder(chain.graph, earlier).map((id) => fileOf(chain, id).revision);
  // What somebody edited is theirs from then on.
  const proven = await proveOn(bench, before, { ...file, revision: { ...revision, kind: "written" } });
  if (dryRun) return;
  const text = await formatRevision(proven);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
  await writeSum(
    chain.set.directory,
    withFiles(await readSum(chain.set.directory), [{ name: file.name, text }]),
  );
}

/**
 * A revision as it is once it was run up, down and up again on what others build.
 * @throws DmError DM3401 when down does not return, DM3402 when a step fails.
 */
export function proveOn(
  bench: Workbench,
  before: readonly Revision[],
  file: RevisionFile,
): Promise<Revision> {
  const { revision } = file;
  bench.progress(`proving ${revision.id}`);
  return withReplay(
    bench,
    before,
    async (site): Promise<Revision> => {
      const start = await site.read();
      const { after, checks } = await tryRevision(bench, site, file, start);
      const hazards = [
        ...new Set([
          ...(revision.hazards ?? []),
          ...(revision.kind === "written" ? writtenHazards(revision.up, bench.parser) : []),
        ]),
      ];
      return {
        ...revision,
        ...(hazards.length === 0 ? {} : { hazards }),
        from: markOf(start),
        to: markOf(after),
        ...scopePart(after),
        proven: { at: new Date().toISOString(), server: bench.shadow.description, checks },
      };
    },
    [...revision.up, ...revision.down],
  );
}

function withoutDifferences(chain: Chain): Chain {
  return { ...chain, set: { ...chain.set, differences: [] } };
}
