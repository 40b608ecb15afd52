import type { RevisionGraph } from "./graph.js";
import { parseExpression, resolve, resolveBranch } from "./identifier.js";
import { ancestors, inOrder, lineage, tips } from "./lineage.js";

/** The heads that a database is at after each of the revisions was run, or taken back, in that order. */
export function headsAfterEach(
  graph: RevisionGraph,
  from: readonly string[],
  path: readonly string[],
  direction: "up" | "down",
): string[][] {
  const applied = ancestors(graph, from);
  let heads = tips(graph, applied);
  return path.map((id) => {
    heads =
      direction === "up" ? headsWith(graph, applied, heads, id) : headsWithout(graph, applied, heads, id);
    return heads;
  });
}

/** The heads that a database is at after all of the revisions were run, or taken back. */
export function headsAfter(
  graph: RevisionGraph,
  from: readonly string[],
  path: readonly string[],
  direction: "up" | "down",
): string[] {
  return headsAfterEach(graph, from, path, direction).at(-1) ?? tips(graph, ancestors(graph, from));
}

/**
 * The heads of a database that is declared to be at `to` without running anything. Heads that are
 * unrelated to `to` stay; `LABEL@base` forgets that branch, `base` everything.
 */
export function stamp(
  graph: RevisionGraph,
  from: readonly string[],
  to: string | readonly string[],
): string[] {
  const expressions = typeof to === "string" ? [to] : to;
  const wanted = expressions.flatMap((expression) => resolve(graph, expression, from));
  const replaced = expressions.flatMap((expression) => [...replacedBy(graph, expression, from)]);
  const kept = from.filter((id) => !replaced.includes(id));
  return tips(graph, new Set([...kept, ...wanted]));
}

/** Every revision that could not stay a head beside what the expression stands for. */
function replacedBy(graph: RevisionGraph, expression: string, from: readonly string[]): Set<string> {
  const ids = resolve(graph, expression, from);
  if (ids.length > 0) return new Set(ids.flatMap((id) => [...lineage(graph, id, "all")]));
  const { branch } = parseExpression(expression);
  return branch === undefined ? new Set(from) : lineage(graph, resolveBranch(graph, branch), "all");
}

/** Of the revisions, those of the same line as what an expression stands for: above it, below it, or it. */
export function inLineage(graph: RevisionGraph, ids: readonly string[], expression: string): string[] {
  const { branch } = parseExpression(expression);
  const against = resolve(graph, expression);
  if (branch !== undefined) against.push(resolveBranch(graph, branch));
  const line = new Set(against.flatMap((id) => [...lineage(graph, id)]));
  return ids.filter((id) => line.has(id));
}

function headsWith(
  graph: RevisionGraph,
  applied: Set<string>,
  heads: readonly string[],
  id: string,
): string[] {
  applied.add(id);
  const node = graph.nodes.get(id);
  const needed = new Set([...(node?.parents ?? []), ...(node?.dependencies ?? [])]);
  return inOrder(graph, new Set([...heads.filter((head) => !needed.has(head)), id]));
}

function headsWithout(
  graph: RevisionGraph,
  applied: Set<string>,
  heads: readonly string[],
  id: string,
): string[] {
  applied.delete(id);
  const node = graph.nodes.get(id);
  const needed = [...(node?.parents ?? []), ...(node?.dependencies ?? [])];
  const bared = needed.filter((below) => {
    const followers = graph.nodes.get(below);
    return ![...(followers?.children ?? []), ...(followers?.dependents ?? [])].some((next) =>
      applied.has(next),
    );
  });
  return inOrder(graph, new Set([...heads.filter((head) => head !== id), ...bared]));
}
