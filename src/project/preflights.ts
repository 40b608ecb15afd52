import type { Direction } from "../apply/journal.js";
import { type Preflighted, runPreflight } from "../apply/preflight.js";
import type { Database } from "../database/database.js";
import { DmError, exitCode } from "../error.js";
import type { RevisionFile } from "../revision/directory.js";
import type { PreflightQuery, Revision } from "../revision/revision.js";
import type { Project } from "./config.js";
import { isAllowed } from "./hazards.js";
import type { Progress } from "./target.js";

export interface PreflightRun {
  readonly project: Project;
  readonly target: Database;
  readonly direction: Direction;
  readonly allowed: readonly string[];
  readonly notes: string[];
  readonly progress: Progress;
}

/** Preflights that could not be decided before the first revision, by the revision that they are of. */
export type Postponed = ReadonlyMap<string, readonly PreflightQuery[]>;

/**
 * Looks for rows that would make a step of the pending revisions fail, before any of them has run.
 * @returns those to run again before their own revision: what they ask about is made by an earlier one, or an earlier
 * one may mend the rows.
 * @throws DmError DM5207 with the rows, DM5209 when a query did not end and nobody has approved that.
 */
export async function preflightAll(run: PreflightRun, files: readonly RevisionFile[]): Promise<Postponed> {
  const postponed = new Map<string, readonly PreflightQuery[]>();
  let mayMend = false;
  for (const { revision } of files) {
    const again: PreflightQuery[] = [];
    for (const query of revision.preflights?.[run.direction] ?? []) {
      run.progress(`looking for rows in the way of ${revision.id}: ${query.finds}`);
      const result = await ran(run, query);
      if (result.outcome === "absent" || (result.outcome === "found" && mayMend)) again.push(query);
      else judge(run, revision, query, result);
    }
    if (again.length > 0) postponed.set(revision.id, again);
    mayMend ||= mayChangeRows(revision);
  }
  return postponed;
}

/** The ones that were postponed, when the revisions before theirs have run. What is still absent holds no rows. */
export async function preflightOne(
  run: PreflightRun,
  revision: Revision,
  postponed: Postponed,
): Promise<void> {
  for (const query of postponed.get(revision.id) ?? []) judge(run, revision, query, await ran(run, query));
}

function ran({ target, project }: PreflightRun, query: PreflightQuery): Promise<Preflighted> {
  return runPreflight(target, query, { statement: project.preflightTimeout, lock: project.lockTimeout });
}

/** Whether rows may be others afterwards. */
function mayChangeRows({ kind, up, down }: Revision): boolean {
  return kind === "written" || [...up, ...down].some(({ mode }) => mode === "backfill");
}

function judge(run: PreflightRun, revision: Revision, query: PreflightQuery, result: Preflighted): void {
  if (result.outcome === "found") throw inTheWay(run, revision, query, result);
  if (result.outcome === "absent") {
    run.notes.push(`${revision.id}: nothing to look at for "${query.finds}": ${result.message}`);
  }
  if (result.outcome !== "unknown") return;
  const message = `nobody knows whether there are ${query.finds}: ${result.message}`;
  if (!isAllowed("MAY_FAIL_ON_DATA", run.allowed)) throw undecided(run, revision, message);
  run.notes.push(`${revision.id}: ${message}`);
}

function inTheWay(
  { target, direction }: PreflightRun,
  { id }: Revision,
  { finds, sql }: PreflightQuery,
  { count, first }: Extract<Preflighted, { outcome: "found" }>,
): DmError {
  const rest = BigInt(count) - BigInt(first.length);
  return new DmError("DM5207", `rows stand in the way of ${id}: ${finds}`, {
    at: target.description,
    details: [
      `${count} found${rest > 0n ? `, the first ${first.length} of them` : ""}:`,
      ...first,
      "nothing of it was changed",
    ],
    next: [
      "see them all, with this query:",
      ...sql.split("\n").map((line) => `  ${line}`),
      `mend them, then run dm ${direction === "up" ? "apply" : "rollback"} again; or mend them by a revision: dm new`,
    ],
    exit: exitCode.refused,
  });
}

function undecided({ target, project, direction }: PreflightRun, { id }: Revision, message: string): DmError {
  return new DmError("DM5209", `${id}: ${message}`, {
    at: target.description,
    details: ["nothing of it was changed"],
    next: [
      `give it more time than ${project.preflightTimeout}: preflight_timeout in dm.yaml`,
      ...(direction === "up" ? ["or let the step find out: dm apply --allow MAY_FAIL_ON_DATA"] : []),
    ],
    exit: exitCode.refused,
  });
}
