import { recordedState } from "../apply/journal.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Unmodelled } from "../catalog/fact.js";
import { leftAlone } from "../catalog/left-alone.js";
import type { LeftOut } from "../catalog/scope.js";
import { maskPassword } from "../database/connect.js";
import type { Change } from "../diff/diff.js";
import { findDrift } from "../drift/drift.js";
import { DmError } from "../error.js";
import type { PlannedStatement } from "../plan/plan.js";
import { scriptAmid } from "./amid.js";
import { readOutline } from "./chain.js";
import type { Project } from "./config.js";
import { chainFor } from "./replaced.js";
import { readSource } from "./source.js";
import { standingOf } from "./standing.js";
import { comparable, readState } from "./state.js";
import { type Progress, silent, withTarget } from "./target.js";
import { withWorkbench } from "./workbench.js";

export interface DriftRequest {
  /** A source to compare with instead of what the last apply recorded. */
  readonly against?: string;
  readonly progress?: Progress;
}

export interface DriftResult {
  /** What happened to the database since: a create is something that was added by hand. */
  readonly changes: readonly Change[];
  /** What it was compared with, in words. */
  readonly against: string;
  readonly recorded?: { readonly at: string; readonly heads: readonly string[] };
  /** What would undo it. */
  readonly statements: readonly PlannedStatement[];
  readonly expected: Catalog;
  readonly current: Catalog;
  readonly unmodelled: readonly Unmodelled[];
  /** What other tools keep in the database. */
  readonly leftOut: readonly LeftOut[];
  readonly database: string;
  /** When the database was read; ISO 8601, UTC. */
  readonly at: string;
}

/**
 * Compares the database with what the last apply recorded, or with a source.
 * @throws DmError DM5401 when nothing was recorded and no source is given.
 */
export function drift(project: Project, request: DriftRequest = {}): Promise<DriftResult> {
  const progress = request.progress ?? silent;
  return request.against === undefined
    ? againstJournal(project, progress)
    : againstSource(project, request.against, progress);
}

async function againstJournal(project: Project, progress: Progress): Promise<DriftResult> {
  return withTarget(project, progress, async (target) => {
    const recorded = await recordedState(target);
    if (recorded === undefined) {
      throw new DmError("DM5401", "no apply has recorded what this database should be", {
        at: target.description,
        next: [
          "compare with the schema files: dm drift --against schema",
          "or take it over: dm init --database URL",
        ],
      });
    }
    progress("reading the database");
    const live = await readState(target, project.manage, { self: recorded.catalog.self });
    const [expected, current] = comparable(recorded.catalog, live);
    const { heads } = await standingOf(await chainFor(await readOutline(project), target), target);
    return {
      changes: findDrift(expected, current),
      against: `what the last apply recorded at ${recorded.at}`,
      recorded: { at: recorded.at, heads },
      statements: scriptAmid({ target }, current)(current, expected),
      expected,
      current,
      unmodelled: leftAlone(current, expected),
      leftOut: current.leftOut,
      database: maskPassword(target.description),
      at: new Date().toISOString(),
    };
  });
}

async function againstSource(project: Project, source: string, progress: Progress): Promise<DriftResult> {
  return withWorkbench(project, progress, async (bench) => {
    const [asked, live] = comparable(await readSource(bench, source), await bench.whatIsThere());
    const expected = await bench.normalize(asked);
    const current = await bench.normalize(live);
    return {
      changes: findDrift(expected, current),
      against: isSecret(source) ? maskPassword(source) : source,
      statements: scriptAmid(bench, live)(current, expected),
      expected,
      current,
      unmodelled: leftAlone(live, asked),
      leftOut: live.leftOut,
      database: maskPassword(bench.target.description),
      at: new Date().toISOString(),
    };
  });
}

const isSecret = (source: string) => source.includes(":");
