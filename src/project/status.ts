import { type BackfillReport, backfillUnderWay } from "../apply/backfill-progress.js";
import { recordedState } from "../apply/journal.js";
import { changingNow } from "../apply/lock.js";
import type { Unmodelled } from "../catalog/fact.js";
import { leftAlone } from "../catalog/left-alone.js";
import type { LeftOut } from "../catalog/scope.js";
import { maskPassword } from "../database/connect.js";
import type { Database } from "../database/database.js";
import { diff } from "../diff/diff.js";
import { upgradePath } from "../revision/path.js";
import type { RevisionHeader } from "../revision/revision.js";
import type { SumDifference } from "../revision/sum.js";
import { fileOf, readOutline } from "./chain.js";
import type { Project } from "./config.js";
import { chainFor } from "./replaced.js";
import { type Standing, standingOf } from "./standing.js";
import { comparable, readState } from "./state.js";
import { type Progress, silent, withTarget } from "./target.js";
import { type OpenPlan, openPlans, type Waiting, waitingOf } from "./waiting.js";

export interface StatusResult {
  readonly environment: string;
  /** Without its password. */
  readonly database: string;
  /** Heads of the database and of the files. */
  readonly heads: readonly string[];
  readonly fileHeads: readonly string[];
  readonly pending: readonly RevisionHeader[];
  /** What each of the pending ones waits for, in their order. */
  readonly waiting: readonly Waiting[];
  /** Plans of which some phases are applied, and others not. */
  readonly plans: readonly OpenPlan[];
  readonly lastApply?: {
    readonly id: string;
    readonly at: string;
    readonly by: string;
    readonly milliseconds: number;
  };
  /** A revision that was interrupted between two of its transactions. */
  readonly unfinished?: Unfinished;
  /** `recorded` is false where no apply has recorded a state to compare with. */
  readonly drift: { readonly recorded: boolean; readonly changes: number };
  /** How revision files differ from dm.sum. */
  readonly sum: readonly SumDifference[];
  /** Applied revisions without a way back. */
  readonly irreversible: readonly RevisionHeader[];
  readonly unmodelled: readonly Unmodelled[];
  /** What other tools keep in the database. */
  readonly leftOut: readonly LeftOut[];
}

/** A revision between two of its transactions: interrupted there, or under way. */
export interface Unfinished {
  readonly id: string;
  readonly direction: string;
  /** Steps that are done. */
  readonly done: number;
  /** The dm that is at work on it; none when it was interrupted. */
  readonly by?: string;
  /** How far its backfill has got, where it stands in one. */
  readonly backfill?: BackfillReport;
}

/** Where the database stands. Changes nothing. */
export async function status(project: Project, progress: Progress = silent): Promise<StatusResult> {
  return withTarget(project, progress, async (target) => {
    const recorded = await recordedState(target);
    progress("reading the database");
    const self = recorded?.catalog.self;
    // While the server reads its catalogs, the files are read here.
    const [live, files] = await Promise.all([
      readState(target, project.manage, self === undefined ? {} : { self }),
      readOutline(project),
    ]);
    const chain = await chainFor(files, target);
    const standing = await standingOf(chain, target);
    const header = (id: string): RevisionHeader => fileOf(chain, id).revision;
    const last = standing.applied.at(-1);
    const pending = chain.graph.heads.length === 0 ? [] : upgradePath(chain.graph, standing.heads, "heads");
    const waiting = pending.map(header);
    return {
      environment: project.environment.name,
      database: maskPassword(target.description),
      heads: standing.heads,
      fileHeads: files.graph.heads,
      pending: waiting,
      waiting: await waitingOf(chain, waiting, standing.unfinished?.id, target),
      plans: openPlans(
        chain,
        standing.applied.map(({ id }) => id),
        waiting,
      ),
      ...(last === undefined
        ? {}
        : {
            lastApply: {
              id: last.id,
              at: last.appliedAt,
              by: last.appliedBy,
              milliseconds: last.milliseconds,
            },
          }),
      ...(standing.unfinished && { unfinished: await unfinishedOf(target, standing.unfinished) }),
      drift: {
        recorded: recorded !== undefined,
        changes: recorded === undefined ? 0 : diff(...comparable(recorded.catalog, live)).length,
      },
      sum: chain.set.differences,
      irreversible: standing.applied
        .map(({ id }) => header(id))
        .filter((one) => one.irreversible !== undefined),
      unmodelled: leftAlone(live, recorded?.catalog),
      leftOut: live.leftOut,
    };
  });
}

async function unfinishedOf(target: Database, begun: Standing["unfinished"] & object): Promise<Unfinished> {
  const by = await changingNow(target);
  const backfill = await backfillUnderWay(target, begun);
  // Steps that take it back from the middle are made anew each time.
  const done = Math.max(0, begun.done);
  return { ...begun, done, ...(by !== undefined && { by }), ...(backfill !== undefined && { backfill }) };
}
