import type { Direction, Progress as Unfinished } from "../apply/journal.js";
import { DmError, exitCode } from "../error.js";
import { headsAfter } from "../revision/heads.js";
import type { Revision } from "../revision/revision.js";
import { type Chain, fileOf } from "./chain.js";
import type { Standing } from "./standing.js";

/** The way back begins with an interrupted revision as if it were applied. */
export function withUnfinished({ graph }: Chain, standing: Standing, direction: Direction): Standing {
  const { heads, unfinished } = standing;
  if (unfinished === undefined || direction === "up") return standing;
  return { ...standing, heads: headsAfter(graph, heads, [unfinished.id], "up") };
}

/** An interrupted revision comes first, and in its own direction unless it may turn back. */
export function resumed(
  chain: Chain,
  path: readonly string[],
  { unfinished }: Standing,
  direction: Direction,
): readonly string[] {
  if (unfinished === undefined) return path;
  const { id, done } = unfinished;
  if (unfinished.direction === direction || mayTurnBack(fileOf(chain, id).revision, unfinished))
    return [id, ...path.filter((one) => one !== id)];
  const verb = unfinished.direction === "up" ? "apply" : "rollback";
  throw new DmError("DM5201", `the revision ${id} was interrupted on its way ${unfinished.direction}`, {
    details: [`${done} of its steps are done`],
    next: [`finish it first: dm ${verb}`],
    exit: exitCode.refused,
  });
}

/**
 * A revision that stands in a backfill can be taken back without finishing it where its schema is complete, or where
 * its way back is one transaction: that ends in the state before, which is checked, or changes nothing.
 */
function mayTurnBack({ up, down }: Revision, { direction, done }: Unfinished): boolean {
  if (direction !== "up" || up[done]?.mode !== "backfill") return false;
  return (
    up.slice(done).every(({ mode }) => mode === "backfill") ||
    down.every(({ mode }, at) => mode === "transaction" || (mode === "commit" && at === 0))
  );
}

export function resumeNote({ id, direction: was, done }: Unfinished, direction: Direction): string {
  return was === direction
    ? `${id} was interrupted before; going on after its step ${done}`
    : `${id} was interrupted on its way ${was}; it is taken back`;
}
