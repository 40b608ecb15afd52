import { DmError, type SourceLocation } from "../error.js";

/** What the graph needs to know of a revision. */
export interface GraphRevision {
  readonly id: string;
  readonly parents: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly labels?: readonly string[];
  /** Ids that mean this revision, because it is equal to them together. */
  readonly replaces?: readonly string[];
}

/** A revision in the graph. */
export interface GraphNode {
  readonly id: string;
  readonly parents: readonly string[];
  /** The ids that `dependsOn` stands for. */
  readonly dependencies: readonly string[];
  /** Revisions that name this one as a parent. */
  readonly children: readonly string[];
  /** Revisions that depend on this one without being its children. */
  readonly dependents: readonly string[];
}

/**
 * The revisions and how they hang together. "Real" heads and bases count dependencies too: what another
 * revision depends on is no real head.
 */
export interface RevisionGraph {
  /** By id, in an order in which each revision comes after all that it needs, and else as they were given. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** Which revision declares a label. */
  readonly labels: ReadonlyMap<string, string>;
  /** Which revision stands for one that it replaced. */
  readonly replaced: ReadonlyMap<string, string>;
  readonly heads: readonly string[];
  readonly realHeads: readonly string[];
  readonly bases: readonly string[];
  readonly realBases: readonly string[];
  readonly branchPoints: readonly string[];
  readonly mergePoints: readonly string[];
}

/** Where a revision is declared, for errors. */
export type Declaration = (
  id: string,
  key: "id" | "parents" | "depends_on" | "labels" | "replaces",
) => SourceLocation | undefined;

/**
 * The graph of revisions. Duplicate ids and labels, missing parents and cycles are errors; `declared`
 * says where the cause stands.
 */
export function buildGraph(
  revisions: readonly GraphRevision[],
  declared: Declaration = () => undefined,
): RevisionGraph {
  const byId = unique(revisions, declared);
  const replaced = replacedBy(revisions, byId, declared);
  const labels = labelsOf(revisions, byId, declared);
  const known = (id: string) => (byId.has(id) ? id : replaced.get(id));
  const links = revisions.map((revision) => linksOf(revision, known, labels, declared));
  const lineOf = (key: "parents" | "dependencies") => new Map(links.map((node) => [node.id, node[key]]));
  const needs = new Map(links.map((node) => [node.id, [...node.parents, ...node.dependencies]]));
  sorted(lineOf("parents"), (cycle) => cyclic("DM4032", "parents", "parent", cycle, declared));
  const order = sorted(needs, (cycle) =>
    cyclic("DM4033", "depends_on", "parent or dependency", cycle, declared),
  );
  return shape(order, new Map(links.map((node) => [node.id, node])), { labels, replaced });
}

type Links = Pick<GraphNode, "id" | "parents" | "dependencies">;

function unique(revisions: readonly GraphRevision[], declared: Declaration): Set<string> {
  const ids = new Set<string>();
  for (const { id } of revisions) {
    if (ids.has(id)) throw graphError("DM4012", `two revisions have the id ${id}`, declared(id, "id"), []);
    ids.add(id);
  }
  return ids;
}

function replacedBy(
  revisions: readonly GraphRevision[],
  ids: ReadonlySet<string>,
  declared: Declaration,
): Map<string, string> {
  const replaced = new Map<string, string>();
  for (const { id, replaces = [] } of revisions) {
    for (const old of replaces) {
      const other = replaced.get(old);
      if (ids.has(old) || other !== undefined) {
        const message = ids.has(old)
          ? `revision ${id} replaces ${old}, and the file of ${old} is here too`
          : `revisions ${other} and ${id} both replace ${old}`;
        throw graphError("DM4035", message, declared(id, "replaces"), [
          "one of the two goes: take its file, or the one that replaces it, out of the directory",
        ]);
      }
      replaced.set(old, id);
    }
  }
  return replaced;
}

function labelsOf(
  revisions: readonly GraphRevision[],
  ids: ReadonlySet<string>,
  declared: Declaration,
): Map<string, string> {
  const labels = new Map<string, string>();
  for (const { id, labels: own = [] } of revisions) {
    for (const label of own) {
      const other = ids.has(label) ? label : labels.get(label);
      if (other !== undefined) {
        throw graphError(
          "DM4034",
          `the label ${label} of revision ${id} is taken by revision ${other}`,
          declared(id, "labels"),
          ["choose another label: each belongs to one revision"],
        );
      }
      labels.set(label, id);
    }
  }
  return labels;
}

function linksOf(
  { id, parents, dependsOn = [] }: GraphRevision,
  known: (id: string) => string | undefined,
  labels: ReadonlyMap<string, string>,
  declared: Declaration,
): Links {
  const stoodOn = parents.map((name) => {
    const parent = known(name);
    if (parent === undefined) throw missing(id, "parent", name, declared(id, "parents"));
    return parent;
  });
  const dependencies = dependsOn.map((name) => {
    const dependency = known(name) ?? labels.get(name);
    if (dependency === undefined) throw missing(id, "dependency", name, declared(id, "depends_on"));
    return dependency;
  });
  return {
    id,
    parents: [...new Set(stoodOn)],
    dependencies: [...new Set(dependencies)].filter((name) => !stoodOn.includes(name)),
  };
}

/** Every id after all that it needs; of those that could come next, the one that was given first. */
function sorted(
  needs: ReadonlyMap<string, readonly string[]>,
  fail: (cycle: readonly string[]) => DmError,
): string[] {
  const position = new Map(Array.from(needs.keys(), (id, index) => [id, index]));
  const at = (id: string) => position.get(id) ?? 0;
  const followers = invert(needs);
  const open = new Map(Array.from(needs, ([id, needed]) => [id, needed.length]));
  const ready = Array.from(needs.keys()).filter((id) => open.get(id) === 0);
  const order: string[] = [];
  while (ready.length > 0) {
    const next = ready.reduce((first, id, index) => (at(id) < at(ready[first] ?? "") ? index : first), 0);
    for (const id of ready.splice(next, 1)) {
      order.push(id);
      open.delete(id);
      for (const follower of followers.get(id) ?? []) {
        const left = (open.get(follower) ?? 0) - 1;
        open.set(follower, left);
        if (left === 0) ready.push(follower);
      }
    }
  }
  if (open.size > 0) throw fail(cycleIn(needs, open));
  return order;
}

/** A way round among ids of which each needs another of them. */
function cycleIn(
  needs: ReadonlyMap<string, readonly string[]>,
  stuck: ReadonlyMap<string, number>,
): string[] {
  const path: string[] = [];
  let [id] = stuck.keys();
  while (id !== undefined && !path.includes(id)) {
    path.push(id);
    id = needs.get(id)?.find((needed) => stuck.has(needed));
  }
  return id === undefined ? path : path.slice(path.indexOf(id));
}

function invert(edges: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const inverted = new Map(Array.from(edges.keys(), (id) => [id, [] as string[]]));
  for (const [id, targets] of edges) {
    for (const target of targets) inverted.get(target)?.push(id);
  }
  return inverted;
}

function shape(
  order: readonly string[],
  links: ReadonlyMap<string, Links>,
  names: Pick<RevisionGraph, "labels" | "replaced">,
): RevisionGraph {
  const inOrder = order.flatMap((id) => links.get(id) ?? []);
  const children = invert(new Map(inOrder.map(({ id, parents }) => [id, parents])));
  const dependents = invert(new Map(inOrder.map(({ id, dependencies }) => [id, dependencies])));
  const nodes = inOrder.map((node) => ({
    ...node,
    children: children.get(node.id) ?? [],
    dependents: dependents.get(node.id) ?? [],
  }));
  const where = (holds: (node: GraphNode) => boolean) => nodes.filter(holds).map(({ id }) => id);
  return {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    ...names,
    heads: where((node) => node.children.length === 0),
    realHeads: where((node) => node.children.length === 0 && node.dependents.length === 0),
    bases: where((node) => node.parents.length === 0),
    realBases: where((node) => node.parents.length === 0 && node.dependencies.length === 0),
    branchPoints: where((node) => node.children.length > 1),
    mergePoints: where((node) => node.parents.length > 1),
  };
}

function missing(id: string, role: string, name: string, at: SourceLocation | undefined): DmError {
  return graphError("DM4031", `revision ${id} names ${name} as its ${role}, which is in no file`, at, [
    "git log --all -- revisions   shows whether it was deleted",
    "dm repair   recreates lost files from the database's journal",
  ]);
}

function cyclic(
  code: string,
  key: "parents" | "depends_on",
  role: string,
  cycle: readonly string[],
  declared: Declaration,
): DmError {
  const [first = ""] = cycle;
  const message =
    cycle.length === 1
      ? `revision ${first} is its own ${role}`
      : `the revisions ${cycle.join(", ")} are each other's ${role}, in a circle`;
  const at = cycle.map((id) => declared(id, key)).find((place) => place !== undefined);
  return graphError(code, message, at, [`take one of them out of another's ${key}`]);
}

function graphError(code: string, message: string, at: SourceLocation | undefined, next: string[]): DmError {
  return new DmError(code, message, { ...(at && { at }), next });
}
