import { rename, writeFile } from "node:fs/promises";
import { DatabaseError } from "../database/error.js";
import { diff } from "../diff/diff.js";
import { DmError } from "../error.js";
import { writtenHazards } from "../hazards/written.js";
import type { Site } from "../proof/build.js";
import { describeChanges } from "../proof/prove.js";
import { StatementError } from "../proof/run.js";
import { type RevisionFile, readSum, writeSum } from "../revision/directory.js";
import { formatRevision } from "../revision/format.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import type { Revision } from "../revision/revision.js";
import { withFiles } from "../revision/sum.js";
import {
  type Chain,
  fileOf,
  readChain,
  refuseEdited,
  standingOf,
  statementsOf,
  withReplay,
} from "./chain.js";
import { settles } from "./settle.js";
import { markOf, scopePart } from "./state.js";
import type { Workbench } from "./workbench.js";

/**
 * Proves the hand-written revisions that are neither proven nor applied: up, down and up again on what the chain
 * builds before them. The file then says so, and dm.sum takes it as it is.
 * @throws DmError DM3401 when down does not return, DM3402 when a step fails.
 */
export async function proveWritten(
  bench: Workbench,
  chain: Chain,
  dryRun: boolean,
): Promise<{ readonly chain: Chain; readonly proven: readonly string[] }> {
  const { applied } = await standingOf(chain, bench.target);
  const isApplied = new Set(applied.map(({ id }) => id));
  const open = chain.set.files.filter(
    ({ name, revision }) =>
      revision.kind === "written" &&
      !isApplied.has(revision.id) &&
      (revision.proven === undefined ||
        chain.set.differences.some((one) => one.kind === "edited" && one.file === name)),
  );
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
  const proven = await proveOn(bench, before, file);
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
  const { revision, path } = file;
  bench.progress(`proving ${revision.id}`);
  return withReplay(
    bench,
    before,
    async (site): Promise<Revision> => {
      const start = await site.read();
      const isSettled = await half(bench, site, file, "up");
      const end = await site.read();
      if (revision.irreversible === undefined) {
        await half(bench, site, file, "down");
        const back = diff(await site.read(), start);
        if (back.length > 0) {
          throw new DmError("DM3401", "the way down does not return to the state before", {
            at: path,
            details: describeChanges(back),
            next: ["mend the steps below -- dm:down"],
          });
        }
        await half(bench, site, file, "up", "up again");
      }
      const hazards = [
        ...new Set([
          ...(revision.hazards ?? []),
          ...(revision.kind === "written" ? writtenHazards(revision.up, bench.parser) : []),
        ]),
      ];
      const checks = [
        ...(revision.irreversible === undefined ? ["up", "down", "up again"] : ["up"]),
        ...(isSettled ? ["backfills settle"] : []),
      ];
      return {
        ...revision,
        ...(hazards.length === 0 ? {} : { hazards }),
        from: markOf(start),
        to: markOf(end),
        ...scopePart(end),
        proven: { at: new Date().toISOString(), server: bench.shadow.description, checks },
      };
    },
    [...revision.up, ...revision.down],
  );
}

/**
 * Runs one half; a backfill first on sample rows.
 * @returns whether it has backfills and each of them had a sample row to change.
 */
async function half(
  bench: Workbench,
  site: Site,
  file: RevisionFile,
  which: "up" | "down",
  called: string = which,
): Promise<boolean> {
  const steps = file.revision[which];
  const settled: boolean[] = [];
  let begin = 0;
  try {
    for (const [at, step] of steps.entries()) {
      if (step.mode !== "backfill") continue;
      await site.run(statementsOf(steps.slice(begin, at), bench));
      settled.push(await settles(site.database, step, file.steps[which][at] ?? file.path));
      begin = at;
    }
    await site.run(statementsOf(steps.slice(begin), bench));
  } catch (error) {
    throw failed(error, file, called);
  }
  return settled.length > 0 && settled.every((one) => one);
}

function failed(error: unknown, { path, revision }: RevisionFile, direction: string): unknown {
  const cause = error instanceof StatementError ? error.cause : error;
  if (!(cause instanceof DatabaseError)) return error;
  return new DmError("DM3402", `${revision.id} fails on its way ${direction}: ${cause.message}`, {
    at: path,
    details: cause.details,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    cause,
  });
}

function withoutDifferences(chain: Chain): Chain {
  return { ...chain, set: { ...chain.set, differences: [] } };
}
