import type { Catalog } from "../catalog/catalog.js";
import { factId, type Identity } from "../catalog/identity.js";
import type { Annotation } from "../desired/state.js";
import { DmError, exitCode } from "../error.js";
import { buildable } from "../manage/surroundings.js";
import { holds, type Rename, renameAnnotations, renameCandidates, renamePlan } from "../plan/rename.js";
import { buildPlan, withSite } from "../proof/build.js";
import type { Wanted } from "./wanted.js";
import type { Workbench } from "./workbench.js";

/** A drop and a create that look like one thing renamed, and the annotations between which a person chooses. */
export interface RenameQuestion extends Rename {
  readonly lines: readonly [renamed: string, isNew: string];
}

/** Answers a question; asked on a terminal. */
export type DecideRename = (question: RenameQuestion) => Promise<"rename" | "new">;

export interface Renamed {
  readonly renames: readonly Rename[];
  /** The current state after them. */
  readonly current: Catalog;
}

/**
 * Finds what was renamed between two states: as annotated, as obvious, or as somebody decides. The renames run in the
 * shadow, so that every text that mentions the old name is printed with the new one.
 * @throws DmError DM3301 for what looks like a rename when nobody can be asked, DM2301 for an annotation that fits
 * nothing.
 */
export async function findRenames(
  bench: Workbench,
  current: Catalog,
  wanted: Wanted,
  decide: DecideRename | undefined,
): Promise<Renamed> {
  const isNew = new Set(
    wanted.annotations.filter(({ name }) => name === "new").map(({ target }) => key(target)),
  );
  const renames = annotated(current, wanted);
  let renamed = renames.length === 0 ? current : await afterRenames(bench, current, renames);
  for (;;) {
    const found: Rename[] = [];
    const open: RenameQuestion[] = [];
    for (const candidate of renameCandidates(renamed, wanted.catalog)) {
      if (isNew.has(key(candidate.to))) continue;
      const question = { ...candidate, lines: renameAnnotations(candidate) };
      if (candidate.certain) found.push(candidate);
      else if (decide === undefined) open.push(question);
      else if ((await decide(question)) === "rename") found.push(candidate);
      else isNew.add(key(candidate.to));
    }
    if (open.length > 0) throw undecided(open);
    if (found.length === 0) return { renames, current: renamed };
    renames.push(...found);
    renamed = await afterRenames(bench, current, renames);
  }
}

/** The renames that annotations ask for and that have not happened yet. */
function annotated(current: Catalog, { catalog, annotations }: Wanted): Rename[] {
  const renames: Rename[] = [];
  for (const annotation of annotations) {
    const { name, target, from, at } = annotation;
    if (name !== "renamed" || from === undefined) continue;
    const to = identityIn(catalog, annotation);
    if (to === undefined) {
      throw new DmError("DM2301", `@renamed stands at ${key(target)}, which the schema does not make`, {
        at,
      });
    }
    // Where the parent is renamed too, the old name is looked for under the old parent.
    const before = { ...to, name: from.name, ...(from.schema === undefined ? {} : { schema: from.schema }) };
    const parent = renames.find(
      (one) => one.to.schema === to.schema && one.to.name === to.on && to.on !== undefined,
    );
    const there = parent === undefined ? before : { ...before, ...inParent(parent.from) };
    if (
      holds(current, there) &&
      !holds(current, { ...to, ...(parent === undefined ? {} : inParent(parent.from)) })
    ) {
      renames.push({ from: before, to });
    }
  }
  return renames;
}

function inParent({ schema, name }: Identity): Pick<Identity, "schema" | "on"> {
  return { ...(schema === undefined ? {} : { schema }), ...(name === undefined ? {} : { on: name }) };
}

/** The identity of an annotation's target as the catalog has it: a routine's comes without its argument types. */
function identityIn(catalog: Catalog, { target, argumentCount }: Annotation): Identity | undefined {
  if (holds(catalog, target)) return target;
  const matches = [...catalog.facts.values()].filter(
    ({ identity }) =>
      identity.kind === target.kind &&
      identity.schema === target.schema &&
      identity.name === target.name &&
      identity.args !== undefined &&
      (argumentCount === undefined || identity.args.length === argumentCount),
  );
  return matches.length === 1 ? matches[0]?.identity : undefined;
}

function key(identity: Identity): string {
  return factId(identity);
}

function afterRenames(bench: Workbench, current: Catalog, renames: readonly Rename[]): Promise<Catalog> {
  bench.progress("renaming in the shadow");
  const built = buildable(bench.base, current);
  const needs = { catalogs: [built], commits: false, scope: current.scope };
  return withSite(bench.shadow, needs, async (site) => {
    await site.run(buildPlan(bench.shadow, bench.base, built));
    await site.run(renamePlan(renames).up);
    return site.read();
  });
}

function undecided(questions: readonly RenameQuestion[]): DmError {
  return new DmError("DM3301", "a rename or a drop? dm does not guess, because a drop loses the data", {
    details: questions.map(
      ({ from, to }) => `${key(from)} is gone and ${key(to)} is new, and they look alike`,
    ),
    next: questions.flatMap(({ to, lines: [renamed, isNew] }) => [
      `at ${key(to)}, if it was renamed:  ${renamed}`,
      `at ${key(to)}, if it is a new one: ${isNew}`,
    ]),
    exit: exitCode.refused,
  });
}
