import { DmError, exitCode } from "../error.js";
import { descendants } from "../revision/lineage.js";
import { type Chain, fileOf } from "./chain.js";

export interface Runnable {
  readonly path: readonly string[];
  /** Cleanup revisions that were reached and not run. */
  readonly held: readonly string[];
  /** How many others stand on these. */
  readonly behind: number;
}

/**
 * What may run of a path while the application's old version may still be there: nothing of a cleanup phase, and nothing
 * that stands on one. Where somebody names the target, nothing is left out silently.
 * @throws DmError DM5210 where a named target needs a cleanup.
 */
export function runnableOf(
  chain: Chain,
  path: readonly string[],
  { target, cleanup }: { readonly target: string; readonly cleanup: boolean },
): Runnable {
  if (cleanup) return { path, held: [], behind: 0 };
  const cleanups = path.filter((id) => fileOf(chain, id).revision.phase === "cleanup");
  const [first] = cleanups;
  if (first === undefined) return { path, held: [], behind: 0 };
  if (target !== "head" && target !== "heads") {
    throw new DmError(
      "DM5210",
      `${first} is a cleanup: it takes away what the application's old version uses`,
      {
        details: ["nothing was changed"],
        next: [
          "when the old version is nowhere deployed any more: dm apply --cleanup",
          "everything before it: dm apply",
        ],
        exit: exitCode.refused,
      },
    );
  }
  const after = descendants(chain.graph, cleanups);
  const runs = path.filter((id) => !after.has(id));
  return { path: runs, held: cleanups, behind: path.length - runs.length - cleanups.length };
}

/** A line for each that waits, and what to do for those behind them. */
export function heldNotes({ held, behind }: Pick<Runnable, "held" | "behind">): string[] {
  const notes = held.map(
    (id) =>
      `${id} waits, a cleanup: when the application's old version is nowhere deployed any more, dm apply --cleanup`,
  );
  const [first] = held;
  if (behind === 0 || first === undefined) return notes;
  const [others, them] = behind === 1 ? ["a revision waits", "it"] : [`${behind} revisions wait`, "them"];
  return [...notes, `${others} behind ${first}: dm rebase ${first} moves the cleanup behind ${them}`];
}
