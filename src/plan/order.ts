import { compareText } from "../catalog/catalog.js";
import type { Graph } from "./graph.js";

/** Where an action stands among those that may run in any order. */
export interface Place {
  /** Actions of one group stay together as far as the order allows. */
  readonly group: string;
  /** Order of groups. */
  readonly groupRank: readonly (number | string)[];
  /** Order within the group. */
  readonly rank: readonly (number | string)[];
}

/** A topological order that depends on nothing but its input: one group after the other where possible. */
export function order(graph: Graph, placeOf: (key: string) => Place): string[] {
  const waiting = new Map(graph.nodes().map((key) => [key, 0]));
  for (const key of waiting.keys()) {
    for (const after of graph.after(key)) waiting.set(after, (waiting.get(after) ?? 0) + 1);
  }
  const ready = new Map<string, { rank: Place["groupRank"]; keys: string[] }>();
  const release = (key: string) => {
    const { group, groupRank } = placeOf(key);
    const entry = ready.get(group) ?? { rank: groupRank, keys: [] };
    if (compareRanks(groupRank, entry.rank) < 0) entry.rank = groupRank;
    entry.keys.push(key);
    ready.set(group, entry);
  };
  for (const [key, count] of waiting) if (count === 0) release(key);

  const result: string[] = [];
  let group: string | undefined;
  while (ready.size > 0) {
    if (group === undefined || !ready.has(group)) group = smallest(ready);
    const entry = ready.get(group);
    if (entry === undefined) break;
    const key = entry.keys.reduce((a, b) => (compareRanks(placeOf(a).rank, placeOf(b).rank) <= 0 ? a : b));
    entry.keys.splice(entry.keys.indexOf(key), 1);
    if (entry.keys.length === 0) ready.delete(group);
    result.push(key);
    for (const after of graph.after(key)) {
      const count = (waiting.get(after) ?? 0) - 1;
      waiting.set(after, count);
      if (count === 0) release(after);
    }
  }
  return result;
}

function smallest(groups: ReadonlyMap<string, { rank: Place["groupRank"] }>): string {
  return [...groups].reduce((a, b) => (compareRanks(a[1].rank, b[1].rank) <= 0 ? a : b))[0];
}

function compareRanks(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [at, left] of a.entries()) {
    const right = b[at] ?? "";
    if (left === right) continue;
    if (typeof left === "number" && typeof right === "number") return left - right;
    return compareText(String(left), String(right));
  }
  return 0;
}
