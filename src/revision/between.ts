import { DmError } from "../error.js";
import type { RevisionGraph } from "./graph.js";
import { resolve } from "./identifier.js";
import { ancestors, descendants, inOrder } from "./lineage.js";

/**
 * The revisions of `A..B`, in order: A, B and what lies between. Without A, or from `base`, everything up to B; without
 * B, everything from A on.
 * @throws DmError DM4121 when it is no range, DM4122 when A is no ancestor of B.
 */
export function between(graph: RevisionGraph, text: string): string[] {
  const [, from, to] = /^(.*?)\.\.(.*)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) {
    throw new DmError("DM4121", `"${text}" is no range of revisions`, {
      next: ["name its first and its last: 4f2a..head", "or leave one out: ..4f2a, 4f2a.., base..head"],
    });
  }
  const lower = from === "" ? [] : resolve(graph, from);
  const upper = to === "" ? graph.heads : resolve(graph, to);
  const below = ancestors(graph, upper);
  if (lower.length === 0) return inOrder(graph, below);
  const above = descendants(graph, lower);
  const stray = lower.find((id) => !below.has(id));
  if (stray !== undefined) {
    throw new DmError("DM4122", `revision ${stray} is no ancestor of ${upper.join(", ") || "base"}`, {
      next: ["swap the two ends", "dm history   shows which revision stands on which"],
    });
  }
  return inOrder(graph, new Set([...below].filter((id) => above.has(id))));
}
