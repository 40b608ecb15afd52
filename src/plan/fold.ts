import type { Catalog } from "../catalog/catalog.js";
import { DmError } from "../error.js";
import { kindOf } from "../kinds/index.js";
import { actionKey } from "./action.js";
import type { ActionGraph } from "./actions.js";
import type { Decisions } from "./decide.js";
import type { Graph } from "./graph.js";
import { inheritedActions, inheritedFrom } from "./inherit.js";

/** Actions merged into the statement of another: a column into its table's CREATE, an index into its table's DROP. */
export interface Folded {
  /** The action whose statement does the work of this one. */
  readonly representative: (key: string) => string;
  /** The order of the representatives. */
  readonly graph: Graph;
}

/**
 * Folds what it can. Everything foldable is folded first; where that closes a circle (a table whose default calls a
 * function that takes the table's row), the members that wait for others are taken out again.
 */
export function fold(
  { actions, graph, weak }: ActionGraph,
  decisions: Decisions,
  states: { readonly current: Catalog; readonly wanted: Catalog },
): Folded {
  const inherited = new Map(inheritedActions(decisions, states));
  const into = new Map([
    ...inherited,
    ...foldedDrops(decisions, states),
    ...foldedCreates(decisions, states.wanted, inherited).filter(([key]) => !inherited.has(key)),
    ...adoptions(decisions, states.current),
  ]);
  for (const key of into.keys()) if (!actions.has(key)) into.delete(key);
  const representative = (key: string): string => {
    const host = into.get(key);
    return host === undefined ? key : representative(host);
  };
  let weakEdges = [...weak];
  for (;;) {
    const merged = withWeak(graph, weakEdges).merged(representative);
    const cycles = merged.cycles();
    if (cycles.length === 0) return { representative, graph: merged };
    const inCycle = new Map(cycles.flatMap((cycle, at) => cycle.map((key) => [key, at] as const)));
    const unfolded = unfoldable(graph, into, representative, inCycle).filter(
      (key) => inherited.get(key) === undefined || inherited.get(key) !== into.get(key),
    );
    for (const key of unfolded) into.delete(key);
    if (unfolded.length > 0) continue;
    const kept = weakEdges.filter(([before, after]) => {
      const at = inCycle.get(representative(before));
      return at === undefined || at !== inCycle.get(representative(after));
    });
    if (kept.length === weakEdges.length) throw circular(cycles[0] ?? []);
    weakEdges = kept;
  }
}

/** DROP takes what is part of the dropped thing along. */
function foldedDrops(
  { drops, setAside }: Decisions,
  states: { readonly current: Catalog; readonly wanted: Catalog },
): [string, string][] {
  return [...drops].flatMap(([id, fact]): [string, string][] => {
    if (setAside.has(id) || kindOf(fact.identity.kind).dropsApart?.(fact, states) === true) return [];
    const host = states.current
      .dependencies(id)
      .find(({ to, type }) => type !== "needs" && type !== "inherits" && drops.has(to) && !setAside.has(to));
    return host === undefined ? [] : [[actionKey("drop", id), actionKey("drop", host.to)]];
  });
}

/** CREATE of the parent makes it too, where the kind says so. */
function foldedCreates(
  { creates }: Decisions,
  wanted: Catalog,
  inherited: ReadonlyMap<string, string>,
): [string, string][] {
  return [...creates.values()].flatMap((fact): [string, string][] => {
    const parent = fact.parent === undefined ? undefined : creates.get(fact.parent);
    if (parent === undefined || !kindOf(fact.identity.kind).folds?.(fact, parent, wanted)) return [];
    // What comes to its table with the one above has nothing of its own that this one would take in.
    const isAdopted = inheritedFrom(wanted, fact.id).length > 0;
    if (isAdopted && inherited.has(actionKey("create", parent.id))) return [];
    return [[actionKey("create", fact.id), actionKey("create", parent.id)]];
  });
}

/** What the created fact takes over is not dropped. */
function adoptions({ creates, drops }: Decisions, current: Catalog): [string, string][] {
  return [...creates.values()].flatMap((fact): [string, string][] => {
    const adopted = kindOf(fact.identity.kind).adopts?.(fact, current);
    if (adopted === undefined || !drops.has(adopted)) return [];
    return [[actionKey("drop", adopted), actionKey("create", fact.id)]];
  });
}

function withWeak(graph: Graph, weak: readonly (readonly [string, string])[]): Graph {
  const result = graph.merged((key) => key);
  for (const [before, after] of weak) result.addEdge(before, after);
  return result;
}

/** Folded members that tie their host into a circle: creates that wait for a member of it, drops that one waits for. */
function unfoldable(
  graph: Graph,
  into: ReadonlyMap<string, string>,
  representative: (key: string) => string,
  inCycle: ReadonlyMap<string, number>,
): string[] {
  const found = new Set<string>();
  const crosses = (a: string, b: string) => {
    const [hostA, hostB] = [representative(a), representative(b)];
    return hostA !== hostB && inCycle.has(hostA) && inCycle.get(hostA) === inCycle.get(hostB);
  };
  for (const before of graph.nodes()) {
    for (const after of graph.after(before)) {
      if (!crosses(before, after)) continue;
      if (into.has(after) && after.startsWith("create ")) found.add(after);
      if (into.has(before) && before.startsWith("drop ")) found.add(before);
    }
  }
  return [...found];
}

function circular(keys: readonly string[]): DmError {
  return new DmError("DM3101", "these changes need each other first, so that no order works", {
    details: [...keys].sort(),
    next: ["make one of them in a revision of its own: dm new -m MESSAGE"],
  });
}
