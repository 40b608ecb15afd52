import type { Catalog } from "../catalog/catalog.js";
import type { Unmodelled } from "../catalog/fact.js";
import { leftAlone } from "../catalog/left-alone.js";
import type { LeftOut } from "../catalog/scope.js";
import { type Change, diff } from "../diff/diff.js";
import type { PlannedStatement } from "../plan/plan.js";
import { scriptAmid } from "./amid.js";
import type { Project } from "./config.js";
import { areSame, builtFor } from "./plan.js";
import { readSource } from "./source.js";
import { comparable } from "./state.js";
import { type Progress, silent } from "./target.js";
import { withWorkbench } from "./workbench.js";

export interface DiffResult {
  readonly changes: readonly Change[];
  /** The shortest correct script that turns the first state into the second. */
  readonly statements: readonly PlannedStatement[];
  readonly current: Catalog;
  readonly wanted: Catalog;
  readonly unmodelled: readonly Unmodelled[];
  /** What other tools keep in either. */
  readonly leftOut: readonly LeftOut[];
}

/** What differs between two states. Texts that differ and mean the same are no difference: both are built in the shadow. */
export function diffSources(
  project: Project,
  from: string,
  to: string,
  progress: Progress = silent,
): Promise<DiffResult> {
  return withWorkbench(project, progress, async (bench) => {
    const start = await readSource(bench, from);
    let [current, wanted] = comparable(start, await readSource(bench, to));
    const there = current;
    const unmodelled = leftAlone(current, wanted);
    if (!areSame(current, wanted)) {
      progress("comparing");
      const [a, b] = [builtFor(current, wanted), builtFor(wanted, current)];
      current = await bench.normalize(a);
      wanted = await bench.normalize(b);
    }
    return {
      changes: diff(current, wanted),
      statements: scriptAmid(bench, there)(current, wanted),
      leftOut: [...new Map([...current.leftOut, ...wanted.leftOut].map((one) => [one.name, one])).values()],
      current,
      wanted,
      unmodelled,
    };
  });
}
