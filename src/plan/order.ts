import { compareText } from "../catalog/catalog.js";
import type { Graph } from "./graph.js";
import { Heap } from "./heap.js";

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
  const ready = new Map<string, Ready>();
  const groups = new Heap<{ group: string; rank: Place["groupRank"] }>((a, b) =>
    compareRanks(a.rank, b.rank),
  );
  const release = (key: string) => {
    const { group, groupRank, rank } = placeOf(key);
    const entry = ready.get(group) ?? {
      rank: groupRank,
      keys: new Heap((a, b) => compareRanks(a.rank, b.rank)),
    };
    const isNew = entry.keys.size === 0;
    if (isNew || compareRanks(groupRank, entry.rank) < 0) {
      entry.rank = groupRank;
      groups.push({ group, rank: groupRank });
    }
    entry.keys.push({ key, rank });
    ready.set(group, entry);
  };
  for (const [key, count] of waiting) if (count === 0) release(key);

  /** The group that comes first; what the heap holds of groups that are done or have moved up is left behind. */
  const nextGroup = (): Ready | undefined => {
    for (let next = groups.pop(); next !== undefined; next = groups.pop()) {
      const entry = ready.get(next.group);
      if (entry !== undefined && entry.keys.size > 0 && entry.rank === next.rank) return entry;
    }
    return undefined;
  };

  const result: string[] = [];
  let current = nextGroup();
  while (current !== undefined) {
    const key = current.keys.pop()?.key;
    if (key === undefined) {
      current = nextGroup();
      continue;
    }
    result.push(key);
    for (const after of graph.after(key)) {
      const count = (waiting.get(after) ?? 0) - 1;
      waiting.set(after, count);
      if (count === 0) release(after);
    }
  }
  return result;
}

/** What may run of one group. */
interface Ready {
  rank: Place["groupRank"];
  readonly keys: Heap<{ readonly key: string; readonly rank: Place["rank"] }>;
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
