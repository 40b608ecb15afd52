import { DmError } from "../error.js";
import type { RevisionGraph } from "./graph.js";
import { parseExpression, resolve, resolveBranch, resolvePlace } from "./identifier.js";
import { ancestors, descendants, inOrder, lineage } from "./lineage.js";

/** An expression, the ids of several revisions, or nothing for base. */
export type Target = string | readonly string[] | undefined;

export interface Range<Lower extends Target = Target> {
  readonly lower: Lower;
  readonly upper: Target;
  /** Whether the lower end itself is part of it. */
  readonly isInclusive?: boolean;
  /** Whether what does not stand above the lower end is part of it all the same. */
  readonly isFromBase?: boolean;
}

/**
 * The revisions to run, in their order, to bring a database at the heads `from` up to `to`: all that `to`
 * needs and that is not there yet. None when it is already there.
 */
export function upgradePath(graph: RevisionGraph, from: readonly string[], to: Target): string[] {
  return rangeUp(graph, { lower: from, upper: to, isFromBase: true }).reverse();
}

/**
 * The revisions to take back, in their order, to bring a database at the heads `from` down to `to`: all that
 * stands on `to` and all that depends on that.
 */
export function downgradePath(
  graph: RevisionGraph,
  from: readonly string[],
  to: string | undefined,
): string[] {
  return rangeDown(graph, { lower: to, upper: from });
}

/** What lies between the ends on the way up, the last to be run first. */
export function rangeUp(graph: RevisionGraph, range: Range): string[] {
  const { lower, upper, isInclusive = false, isFromBase = false } = range;
  if (stepsFromHere(upper) < 0) throw wrongWay(String(upper), "up", "dm rollback");
  const goal = resolveTarget(graph, upper, stepsFromHere(lower) === 0 ? resolveTarget(graph, lower, []) : []);
  const wanted = goal.filter(onBranchOf(graph, lower));
  const current = resolveTarget(graph, lower, wanted);
  refuseOverlap(graph, wanted);
  refuseOverlap(graph, current);
  const needed = ancestors(graph, wanted);
  const stray = current.find((id) => !needed.has(id));
  if (stray !== undefined && !isFromBase) throw notBelow(stray, wanted);
  const present = ancestors(graph, current);
  const missing = Array.from(needed).filter((id) => !present.has(id));
  const standing = current.length === 0 || isFromBase ? needed : descendants(graph, current, "parents");
  const chosen = missing.filter((id) => standing.has(id));
  return inOrder(graph, new Set(isInclusive ? [...chosen, ...current] : chosen)).reverse();
}

/** What is taken back between the ends on the way down, in that order. */
export function rangeDown(graph: RevisionGraph, range: Range<string | undefined>): string[] {
  const { lower = "base", upper, isInclusive = false, isFromBase = false } = range;
  if (stepsFromHere(lower) > 0) throw wrongWay(lower, "down", "dm apply");
  const heads = resolveTarget(graph, upper, []);
  const { place, roots } = lowerEnd(graph, lower, heads, isInclusive);
  const applied = ancestors(graph, heads);
  const standing = descendants(graph, roots);
  const below = ancestors(graph, roots);
  const dropped = Array.from(applied).filter((id) => standing.has(id) || (isFromBase && !below.has(id)));
  if (dropped.length === 0 && place !== undefined && !heads.includes(place))
    throw nothingAbove(place, applied);
  return inOrder(graph, new Set(dropped)).reverse();
}

/** Where the way down ends, and the revisions that are taken back with all that stands on them. */
function lowerEnd(graph: RevisionGraph, lower: string, heads: readonly string[], isInclusive: boolean) {
  const expression = parseExpression(lower);
  const isHere = expression.name === undefined;
  const [head = ""] = heads;
  const branch = expression.branch ?? (isHere ? head : undefined);
  if (isHere && expression.steps === -1 && heads.length === 1 && expression.branch === undefined) {
    return { place: undefined, roots: [head] };
  }
  const place = resolvePlace(graph, expression, heads);
  const roots =
    place === undefined ? graph.bases : isInclusive ? [place] : (graph.nodes.get(place)?.children ?? []);
  if (branch === undefined || roots.length < 2) return { place, roots };
  const line = lineage(graph, resolveBranch(graph, branch));
  const own = roots.filter((id) => line.has(id));
  if (own.length > 0) return { place, roots: own };
  throw new DmError("DM4046", `nothing of branch ${branch} stands on ${place ?? "base"}`, {
    details: [`on ${place ?? "base"} stand ${roots.join(", ")}`],
    next: roots.map((id) => `${id}@${place ?? "base"}`),
  });
}

/** How many steps an expression counts from where the database stands; 0 if it does not. */
function stepsFromHere(target: Target): number {
  if (typeof target !== "string") return 0;
  const { name, steps } = parseExpression(target);
  return name === undefined ? steps : 0;
}

function resolveTarget(graph: RevisionGraph, target: Target, current: readonly string[]): string[] {
  if (target === undefined) return [];
  if (typeof target === "string") return resolve(graph, target, current);
  return [...new Set(target.flatMap((id) => resolve(graph, id, current)))];
}

/** From `billing@base` up leads only to what is on billing. */
function onBranchOf(graph: RevisionGraph, lower: Target): (id: string) => boolean {
  const branch = typeof lower === "string" ? parseExpression(lower).branch : undefined;
  if (branch === undefined) return () => true;
  const line = lineage(graph, resolveBranch(graph, branch));
  return (id) => line.has(id);
}

function refuseOverlap(graph: RevisionGraph, ids: readonly string[]): void {
  if (ids.length < 2) return;
  for (const id of ids) {
    const below = ancestors(graph, [id]);
    const other = ids.find((candidate) => candidate !== id && below.has(candidate));
    if (other === undefined) continue;
    throw new DmError(
      "DM4047",
      `revision ${id} already contains ${other}: both cannot be ends of one range`,
      {
        next: [`leave out ${other}`],
      },
    );
  }
}

function notBelow(id: string, wanted: readonly string[]): DmError {
  return new DmError("DM4046", `revision ${id} is no ancestor of ${wanted.join(", ") || "base"}`, {
    next: ["swap the two ends", "dm history   shows which revision stands on which"],
  });
}

function nothingAbove(place: string, applied: ReadonlySet<string>): DmError {
  if (!applied.has(place)) {
    return new DmError("DM4046", `revision ${place} is not applied, so there is no way back to it`, {
      next: ["dm status   shows what is applied", `dm apply ${place}`],
    });
  }
  return new DmError("DM4046", `only revisions that depend on ${place} are applied; none is its child`, {
    next: ["dm history   shows the revisions that depend on it: go back to a parent of theirs"],
  });
}

function wrongWay(text: string, direction: "up" | "down", command: string): DmError {
  const opposite = direction === "up" ? "down" : "up";
  return new DmError("DM4044", `"${text}" counts ${opposite}, and this way leads ${direction}`, {
    next: [`${command} ${text}`],
  });
}
