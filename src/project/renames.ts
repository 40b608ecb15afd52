import type { Catalog } from "../catalog/catalog.js";
import { factId } from "../catalog/identity.js";
import { diff } from "../diff/diff.js";
import { DmError, exitCode } from "../error.js";
import { buildable } from "../manage/surroundings.js";
import { permutedNames, type Rename, renameAnnotations, renameCandidates } from "../plan/rename.js";
import { type RenameStep, renamePlan, renameSteps } from "../plan/rename-steps.js";
import { buildPlan, withSite } from "../proof/build.js";
import { annotatedRenames, isBetter, isOver } from "./annotated-renames.js";
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
  /** How they are carried out. */
  readonly steps: readonly RenameStep[];
  /** The current state after them. */
  readonly current: Catalog;
}

type Bench = Pick<Workbench, "shadow" | "base" | "progress">;

/**
 * Finds what was renamed or moved between two states: as annotated, as obvious, or as somebody decides. The renames run
 * in the shadow, so that every text that mentions the old name is printed with the new one.
 * @throws DmError DM3301 for what looks like a rename when nobody can be asked, DM2301 for an annotation that fits
 * nothing.
 */
export async function findRenames(
  bench: Bench,
  current: Catalog,
  wanted: Wanted,
  decide: DecideRename | undefined,
): Promise<Renamed> {
  const isNew = new Set(
    wanted.annotations.filter(({ name }) => name === "new").map(({ target }) => factId(target)),
  );
  const { catalog } = wanted;
  const add = async (before: Renamed, renames: readonly Rename[]): Promise<Renamed> => {
    if (renames.length === 0) return before;
    const steps = [...before.steps, ...renameSteps(renames, before.current, catalog)];
    return {
      renames: [...before.renames, ...renames],
      steps,
      current: await afterSteps(bench, current, steps),
    };
  };
  /** With what is certain: renaming is all it takes. */
  const settle = async (before: Renamed): Promise<Renamed> => {
    const done = new Set(before.renames.map(({ to }) => factId(to)));
    const certain = renameCandidates(before.current, catalog).filter(
      ({ certain: isCertain, to }) => isCertain && !isNew.has(factId(to)) && !done.has(factId(to)),
    );
    if (certain.length > 0) return settle(await add(before, certain));
    const permuted = permutedNames(before.current, catalog);
    if (permuted.length === 0) return before;
    const after = await add(before, permuted);
    return diff(after.current, catalog).length < diff(before.current, catalog).length
      ? settle(after)
      : before;
  };

  const { certain, exchanged } = annotatedRenames(current, wanted);
  let renamed = await add({ renames: [], steps: [], current }, certain);
  for (const renames of exchanged) {
    const without = await settle(renamed);
    if (isOver(renames, without.current, catalog)) continue;
    const after = await settle(await add(renamed, renames));
    if (isBetter(renames, after.current, without.current, catalog)) renamed = after;
  }
  for (;;) {
    renamed = await settle(renamed);
    const open: RenameQuestion[] = [];
    const decided: Rename[] = [];
    for (const candidate of renameCandidates(renamed.current, catalog)) {
      if (isNew.has(factId(candidate.to))) continue;
      const question = { ...candidate, lines: renameAnnotations(candidate) };
      if (decide === undefined) open.push(question);
      else if ((await decide(question)) === "rename") decided.push(candidate);
      else isNew.add(factId(candidate.to));
    }
    if (open.length > 0) throw undecided(open);
    if (decided.length === 0) return renamed;
    renamed = await add(renamed, decided);
  }
}

/** The state after these renames, as the shadow prints it. */
export function afterSteps(bench: Bench, current: Catalog, steps: readonly RenameStep[]): Promise<Catalog> {
  bench.progress("renaming in the shadow");
  const built = buildable(bench.base, current);
  const needs = { catalogs: [built], commits: false, scope: current.scope };
  return withSite(bench.shadow, needs, async (site) => {
    await site.run(buildPlan(bench.shadow, bench.base, built));
    await site.run(renamePlan(steps).up);
    return site.read();
  });
}

function undecided(questions: readonly RenameQuestion[]): DmError {
  return new DmError("DM3301", "a rename or a drop? dm does not guess, because a drop loses the data", {
    details: questions.map(
      ({ from, to }) => `${factId(from)} is gone and ${factId(to)} is new, and they look alike`,
    ),
    next: questions.flatMap(({ to, lines: [renamed, isNew] }) => [
      `at ${factId(to)}, if it was renamed:  ${renamed}`,
      `at ${factId(to)}, if it is a new one: ${isNew}`,
    ]),
    exit: exitCode.refused,
  });
}
