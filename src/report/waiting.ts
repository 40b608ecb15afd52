import type { OpenPlan, Waiting } from "../project/waiting.js";
import type { RevisionHeader } from "../revision/revision.js";
import { firstLine, harmless } from "./words.js";

const whenGone = "dm apply --cleanup, when the application's old version is gone";

/** What a pending revision waits for, after its line. */
export function waitsFor(
  waiting: Waiting | undefined,
  pending: readonly RevisionHeader[],
  percent: string | undefined,
): string {
  if (waiting === undefined) return "";
  const { after } = waiting;
  const phase = pending.find(({ id }) => id === after)?.phase;
  const before = phase === undefined ? after : `the ${phase} phase`;
  const again = waiting.isTakenBack === true ? "taken back; " : "";
  switch (waiting.for) {
    case "apply":
      return again === "" ? "" : ": taken back; dm apply makes it again";
    case "itself":
      return percent === undefined ? ": begun" : `: in its backfill, ${percent}`;
    case "revision":
      return `: ${again}after ${before}${phase === "backfill" && percent !== undefined ? `, ${percent}` : ""}`;
    case "cleanup":
      return `: ${again}waits for ${after === undefined ? "" : `${before}, then `}${whenGone}`;
    case "behind cleanup":
      return `: ${again}waits behind the cleanup ${after}: dm rebase ${after} moves that behind it`;
  }
}

/** A plan under way: how far it is, and how it is given up. */
export function openPlanLine({ message, applied, pending, back }: OpenPlan): string {
  const [done, open] = [applied.join(", "), pending.join(", ")];
  return `${harmless(firstLine(message))}: ${done} applied, ${open} not; dm rollback ${back} gives it up`;
}
