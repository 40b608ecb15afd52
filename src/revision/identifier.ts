import { DmError } from "../error.js";
import type { RevisionGraph } from "./graph.js";
import { ancestors, inOrder, lineage, tips } from "./lineage.js";

/** `[BRANCH@][NAME][+N|-N]`, taken apart. A branch is named by a label, an id or a prefix of one. */
export interface Expression {
  readonly text: string;
  readonly branch?: string;
  /** `head`, `heads`, `base`, a label, an id or a prefix of one; nothing means where the database stands. */
  readonly name?: string;
  readonly steps: number;
}

/** One place in the graph: a revision, or nothing for the empty database below all bases. */
export type Place = string | undefined;

export function parseExpression(text: string): Expression {
  const [, branch, name, steps] = /^(?:([^@]+)@)?([^@+-]+)?([+-]\d+)?$/.exec(text.trim()) ?? [];
  if (name === undefined && steps === undefined) {
    throw new DmError("DM4048", `"${text}" names no revision`, {
      next: [
        "name one by its id or the beginning of it, a label, head, heads or base",
        "or count: +2, -1, ID+1, ID-2; or along a branch: LABEL@head",
      ],
    });
  }
  return {
    text,
    ...(branch !== undefined && { branch }),
    ...(name !== undefined && { name }),
    steps: Number(steps ?? 0),
  };
}

/**
 * The ids that an expression stands for; none for `base`. `current` are the heads that the database is
 * at, from which `+2` and `-1` are counted.
 */
export function resolve(graph: RevisionGraph, expression: string, current: readonly string[] = []): string[] {
  const parsed = parseExpression(expression);
  if (parsed.steps === 0 && parsed.name !== undefined) return resolveName(graph, parsed.name, parsed.branch);
  const place = resolvePlace(graph, parsed, current);
  return place === undefined ? [] : [place];
}

/** The one id that an expression stands for, or nothing for `base`; several are an error. */
export function resolveOne(graph: RevisionGraph, expression: string, current: readonly string[] = []): Place {
  return only(resolve(graph, expression, current), expression);
}

/** The one place that an expression stands for. */
export function resolvePlace(
  graph: RevisionGraph,
  expression: Expression,
  current: readonly string[],
): Place {
  const { name, branch, steps, text } = expression;
  if (name !== undefined) return walk(graph, only(resolveName(graph, name, branch), text), expression);
  const start = steps < 0 ? startBelow(graph, expression, current) : startAbove(graph, expression, current);
  return walk(graph, start, expression);
}

/** The revision that a label, an id or the beginning of an id names. */
export function resolveBranch(graph: RevisionGraph, branch: string): string {
  const known = exactly(graph, branch);
  if (known !== undefined) return known;
  const found = startingWith(graph, branch);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) throw ambiguous(branch, found);
  const labels = Array.from(graph.labels.keys()).sort();
  throw new DmError("DM4040", `no branch is named "${branch}"`, {
    details: labels.length > 0 ? [`labels: ${labels.join(", ")}`] : [],
    next: ["dm history   shows the labels", "or name a branch by the id of a revision on it"],
  });
}

function resolveName(graph: RevisionGraph, name: string, branch: string | undefined): string[] {
  const line = branch === undefined ? undefined : lineage(graph, resolveBranch(graph, branch));
  const isOnBranch = (id: string) => line === undefined || line.has(id);
  if (name === "base") return [];
  if (name === "heads") return line === undefined ? [...graph.realHeads] : graph.heads.filter(isOnBranch);
  if (name === "head") {
    const head = only(graph.heads.filter(isOnBranch), branch === undefined ? name : `${branch}@${name}`);
    return head === undefined ? [] : [head];
  }
  const known = exactly(graph, name);
  const found = known === undefined ? startingWith(graph, name).filter(isOnBranch) : [known];
  const [id, ...others] = found;
  if (id === undefined) throw unknown(name, branch);
  if (others.length > 0) throw ambiguous(name, found);
  if (!isOnBranch(id)) {
    throw new DmError("DM4043", `revision ${id} is not on branch ${branch}`, {
      next: [`dm apply ${id}   without the branch`, `dm history   shows which revisions are on ${branch}`],
    });
  }
  return [id];
}

function exactly(graph: RevisionGraph, name: string): string | undefined {
  return graph.nodes.has(name) ? name : (graph.labels.get(name) ?? graph.replaced.get(name));
}

function startingWith(graph: RevisionGraph, prefix: string): string[] {
  const begins = (id: string) => id.startsWith(prefix);
  const old = Array.from(graph.replaced).filter(([id]) => begins(id));
  return [...new Set([...Array.from(graph.nodes.keys()).filter(begins), ...old.map(([, id]) => id)])];
}

function only(ids: readonly string[], expression: string): Place {
  const [id, ...others] = ids;
  if (others.length === 0) return id;
  throw new DmError("DM4042", `"${expression}" stands for ${ids.length} revisions: ${ids.join(", ")}`, {
    next: ["name one of them", "dm merge   joins them", "heads   where all of them are meant"],
  });
}

/** The revision that `-N` is counted from: the one head of the database, or the one on the branch. */
function startBelow(graph: RevisionGraph, { branch, text }: Expression, current: readonly string[]): Place {
  const heads = [...new Set(current)];
  if (branch === undefined) {
    if (heads.length > 1) throw severalHeads(text, heads);
    if (heads.length === 0) throw tooFar(text, "nothing is applied");
    return heads[0];
  }
  const line = lineage(graph, resolveBranch(graph, branch));
  const own = heads.filter((id) => line.has(id));
  // All of the branch may be below a head of another branch that depends on it.
  const found =
    own.length > 0 ? own : tips(graph, ancestors(graph, heads), "parents").filter((id) => line.has(id));
  if (found.length > 1) throw severalHeads(text, found);
  if (found.length === 0) throw tooFar(text, `nothing of branch ${branch} is applied`);
  return found[0];
}

/** The place that `+N` is counted from. */
function startAbove(graph: RevisionGraph, { branch, text }: Expression, current: readonly string[]): Place {
  const heads = [...new Set(current)];
  if (branch === undefined) {
    if (heads.length > 1) throw severalHeads(text, heads);
    return heads[0];
  }
  const line = lineage(graph, resolveBranch(graph, branch));
  const own = heads.filter((id) => line.has(id));
  const applied = inOrder(graph, ancestors(graph, heads)).filter((id) => line.has(id));
  const found = own.length > 0 ? own : tips(graph, new Set(applied));
  if (found.length > 1) throw severalHeads(text, found);
  return found[0];
}

/** Takes the expression's steps from a place, along its branch where the way divides. */
function walk(graph: RevisionGraph, start: Place, { text, branch, steps }: Expression): Place {
  const line = branch === undefined ? undefined : lineage(graph, resolveBranch(graph, branch));
  let place = start;
  for (let step = 0; step < Math.abs(steps); step++) {
    const node = place === undefined ? undefined : graph.nodes.get(place);
    if (steps < 0 && node === undefined) throw tooFar(text, `base is ${step} below ${start ?? "base"}`);
    const next = steps < 0 ? (node?.parents ?? []) : (node?.children ?? graph.bases);
    const ways =
      next.length > 1 || steps > 0 ? next.filter((id) => line === undefined || line.has(id)) : next;
    if (ways.length > 1) throw divided(text, place, ways);
    if (ways.length === 0 && steps > 0) throw tooFar(text, `nothing is above ${place ?? "base"}`);
    place = ways[0];
  }
  return place;
}

function unknown(name: string, branch: string | undefined): DmError {
  const where = branch === undefined ? "" : ` on branch ${branch}`;
  return new DmError("DM4040", `no revision or label is named "${name}"${where}`, {
    next: ["dm history   lists the revisions"],
  });
}

function ambiguous(prefix: string, ids: readonly string[]): DmError {
  return new DmError("DM4041", `${ids.length} revisions begin with "${prefix}": ${ids.join(", ")}`, {
    next: ["type more of the id"],
  });
}

function severalHeads(text: string, ids: readonly string[]): DmError {
  return new DmError(
    "DM4045",
    `"${text}" could be counted from any of ${ids.length} heads: ${ids.join(", ")}`,
    {
      next: ids.map((id) => `${id}${text.slice(text.search(/[+-]\d+$/))}`),
    },
  );
}

function divided(text: string, place: Place, ids: readonly string[]): DmError {
  return new DmError(
    "DM4045",
    `"${text}" comes to ${place ?? "base"}, from where it could go on to ${ids.join(", ")}`,
    {
      next: ["name the revision itself", "or the branch: LABEL@+1, ID@-1"],
    },
  );
}

function tooFar(text: string, reason: string): DmError {
  return new DmError("DM4044", `"${text}" goes too far: ${reason}`, {
    next: ["dm history   lists the revisions"],
  });
}
