import type { Action } from "./action.js";
import { occupied } from "./decide.js";
import type { Graph } from "./graph.js";

/** A name is free only after whatever held it is gone. */
export function orderByNames(actions: ReadonlyMap<string, Action>, graph: Graph): void {
  const holders = new Map<string, string>();
  for (const [key, action] of actions) {
    const before = action.type === "alter" ? action.alteration.from : action.fact;
    if (action.type !== "drop" && action.type !== "set aside" && action.type !== "alter") continue;
    for (const name of occupied(before)) holders.set(name, key);
  }
  for (const [key, action] of actions) {
    if (action.type !== "create" && action.type !== "alter") continue;
    for (const name of occupied(action.fact)) {
      const holder = holders.get(name);
      if (holder !== undefined && holder !== key) graph.addEdge(holder, key);
    }
  }
}
