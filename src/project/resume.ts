import { type Direction, turnedBack, type Progress as Unfinished } from "../apply/journal.js";
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
  const { id } = unfinished;
  if (unfinished.direction === direction || mayTurnBack(fileOf(chain, id).revision, unfinished))
    return [id, ...path.filter((one) => one !== id)];
  const verb = unfinished.direction === "up" ? "apply" : "rollback";
  throw new DmError("DM5201", `the revision ${id} was interrupted on its way ${unfinished.direction}`, {
    details: [doneText(unfinished)],
    next: [`finish it first: dm ${verb}`],
    exit: exitCode.refused,
  });
}

const doneText = ({ done }: Unfinished) =>
  done < 0 ? `it was being taken back from its step ${turnedBack(done)}` : `${done} of its steps are done`;

/**
 * A revision that was interrupted on its way up can be taken back: where its own way back does not begin there, by one
 * that is planned. Of what a person wrote, dm knows what a statement was to do that did not even end.
 */
function mayTurnBack(revision: Revision, unfinished: Unfinished): boolean {
  const { direction, done } = unfinished;
  if (direction !== "up") return false;
  const isFirst = done === 0 && revision.up[0]?.mode === "autocommit";
  return hasWayBack(revision, unfinished) || revision.kind === "planned" || isFirst;
}

/**
 * Whether the file's way back begins where the revision was interrupted: it was on it already; all its steps are done; or
 * it stands in a backfill, and its schema is complete, or its way back is one transaction: that ends in the state
 * before, which is checked, or changes nothing.
 */
export function hasWayBack({ up, down }: Revision, { direction, done }: Unfinished): boolean {
  if (direction !== "up") return done >= 0;
  if (done === up.length) return true;
  return (
    up[done]?.mode === "backfill" &&
    (up.slice(done).every(({ mode }) => mode === "backfill") ||
      down.every(({ mode }, at) => mode === "transaction" || (mode === "commit" && at === 0)))
  );
}

export function resumeNote({ id, direction: was, done }: Unfinished, direction: Direction): string {
  if (done < 0) return `${id} was interrupted before; going on to take it back`;
  return was === direction
    ? `${id} was interrupted before; going on after its step ${done}`
    : `${id} was interrupted on its way ${was}; it is taken back`;
}
