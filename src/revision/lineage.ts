import type { GraphNode, RevisionGraph } from "./graph.js";

/** Which links a walk follows: those between parents and children, or dependencies too. */
export type Links = "parents" | "all";

/** The revisions and everything that they need, themselves included. */
export function ancestors(graph: RevisionGraph, ids: Iterable<string>, links: Links = "all"): Set<string> {
  return reached(graph, ids, ({ parents, dependencies }) =>
    links === "all" ? [...parents, ...dependencies] : parents,
  );
}

/** The revisions and everything that needs them, themselves included. */
export function descendants(graph: RevisionGraph, ids: Iterable<string>, links: Links = "all"): Set<string> {
  return reached(graph, ids, ({ children, dependents }) =>
    links === "all" ? [...children, ...dependents] : children,
  );
}

/** The ancestors and descendants of a revision, itself included. */
export function lineage(graph: RevisionGraph, id: string, links: Links = "parents"): Set<string> {
  return new Set([...ancestors(graph, [id], links), ...descendants(graph, [id], links)]);
}

/** Of the revisions, those that no other of them builds on. */
export function tips(graph: RevisionGraph, ids: ReadonlySet<string>, links: Links = "all"): string[] {
  return inOrder(graph, ids).filter((id) => {
    const node = graph.nodes.get(id);
    const followers =
      links === "all" ? [...(node?.children ?? []), ...(node?.dependents ?? [])] : node?.children;
    return !followers?.some((follower) => ids.has(follower));
  });
}

/** The ids in the graph's order: each after all that it needs. */
export function inOrder(graph: RevisionGraph, ids: ReadonlySet<string>): string[] {
  return Array.from(graph.nodes.keys()).filter((id) => ids.has(id));
}

/**
 * The labels that hold for each revision: those of its ancestors, and those of the line above it up to where
 * that line branches or merges.
 */
export function labelsOfEach(graph: RevisionGraph): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const [label, id] of graph.labels) {
    const ids = new Set([...descendants(graph, [id], "parents"), ...lineBelow(graph, id)]);
    for (const labelled of ids) held.set(labelled, [...(held.get(labelled) ?? []), label].sort());
  }
  return held;
}

/** From a revision down to where the line it stands on leaves another, or to its base. */
function lineBelow(graph: RevisionGraph, id: string): string[] {
  const line: string[] = [];
  for (let node = graph.nodes.get(id); node !== undefined; node = graph.nodes.get(node.parents[0] ?? "")) {
    const isBranchPoint = node.children.length + node.dependents.length > 1;
    if (isBranchPoint || node.parents.length > 1) break;
    line.push(node.id);
  }
  return line;
}

function reached(
  graph: RevisionGraph,
  ids: Iterable<string>,
  follow: (node: GraphNode) => readonly string[],
): Set<string> {
  const seen = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = graph.nodes.get(id);
    if (node === undefined || seen.has(id)) continue;
    seen.add(id);
    open.push(...follow(node));
  }
  return seen;
}
