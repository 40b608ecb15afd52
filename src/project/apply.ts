import { execute } from "../apply/execute.js";
import {
  createJournal,
  type Direction,
  type JournalEntry,
  recordApplied,
  recordedState,
  recordState,
  writeJournal,
} from "../apply/journal.js";
import { withAdvisoryLock } from "../apply/lock.js";
import { type RestoredValues, restoredText } from "../apply/restored.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Scope } from "../catalog/scope.js";
import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import { DmError, exitCode } from "../error.js";
import { headsAfter } from "../revision/heads.js";
import { downgradePath, upgradePath } from "../revision/path.js";
import type { Revision } from "../revision/revision.js";
import { checksum } from "../revision/sum.js";
import { version } from "../version.js";
import { refusePurged, stepsUp } from "./archive.js";
import { type Chain, fileOf, readChain, refuseEdited } from "./chain.js";
import { checkAfter, checkBefore, expectedAfter, marksAlong, type StateCheck } from "./check-state.js";
import { heldNotes, type Runnable, runnableOf } from "./cleanup.js";
import type { Project } from "./config.js";
import { refuseHazards } from "./hazards.js";
import { appendLog } from "./log.js";
import { preflightAll, preflightOne } from "./preflights.js";
import { adopt, chainFor } from "./replaced.js";
import { withRestoredAway } from "./restored-things.js";
import { resumed, resumeNote, withUnfinished } from "./resume.js";
import { refuseLargeTables } from "./second-look.js";
import { type Standing, standingOf } from "./standing.js";
import { readStateHere } from "./state.js";
import { type Progress, silent, withTarget } from "./target.js";
import { wayDown } from "./turn-back.js";

export interface ApplyRequest {
  /** Where to: a revision or an expression; `head` on the way up and `-1` on the way down unless given. */
  readonly target?: string;
  /** Only says what would run. */
  readonly dryRun?: boolean;
  /** Also runs cleanup phases: the application's old version is gone. */
  readonly cleanup?: boolean;
  /** Hazards that are approved. */
  readonly allow?: readonly string[];
  readonly progress?: Progress;
}

export interface AppliedRevision {
  readonly id: string;
  readonly message: string;
  readonly direction: Direction;
  readonly milliseconds: number;
}

export interface ApplyResult {
  /** What there was to run, in order. */
  readonly planned: readonly Revision[];
  readonly applied: readonly AppliedRevision[];
  /** Where the database stands afterwards. */
  readonly heads: readonly string[];
  /** What a reader should know: how states were compared, what was resumed. */
  readonly notes: readonly string[];
  /** What became of the values of columns that have their former type again. */
  readonly restored: readonly RestoredColumn[];
}

export interface RestoredColumn extends RestoredValues {
  readonly revision: string;
}

/** Runs the revisions that wait, each in its transactions, and checks the database before and after each. */
export async function applyRevisions(project: Project, request: ApplyRequest): Promise<ApplyResult> {
  const { target = "head", cleanup = false } = request;
  let waiting: Pick<Runnable, "held" | "behind"> = { held: [], behind: 0 };
  const result = await run(project, request, "up", (chain, { heads }) => {
    const runnable = runnableOf(chain, upgradePath(chain.graph, heads, target), { target, cleanup });
    waiting = runnable;
    return runnable.path;
  });
  return { ...result, notes: [...result.notes, ...heldNotes(waiting)] };
}

/** Runs the way back of revisions, the last one's unless a target is given. */
export function rollbackRevisions(project: Project, request: ApplyRequest): Promise<ApplyResult> {
  return run(project, request, "down", ({ graph }, { heads }) =>
    downgradePath(graph, heads, request.target ?? "-1"),
  );
}

async function run(
  project: Project,
  request: ApplyRequest,
  direction: Direction,
  pathOf: (chain: Chain, standing: Standing) => readonly string[],
): Promise<ApplyResult> {
  const progress = request.progress ?? silent;
  const allowed = [...project.environment.allow, ...(request.allow ?? [])];
  const files = await readChain(project);
  return withTarget(project, progress, async (target) => {
    const chain = await chainFor(files, target);
    refuseEdited(chain);
    if (request.dryRun === true) {
      const standing = withUnfinished(chain, await standingOf(chain, target), direction);
      const planned = resumed(chain, pathOf(chain, standing), standing, direction).map(
        (id) => fileOf(chain, id).revision,
      );
      return { planned, applied: [], heads: standing.heads, notes: [], restored: [] };
    }
    await refuseReadOnly(target);
    return withAdvisoryLock(
      target,
      async () => {
        const notes: string[] = [...(await adopt(chain, target))];
        // Somebody may have applied the same while this one waited for the lock.
        const standing = withUnfinished(chain, await standingOf(chain, target), direction);
        const path = resumed(chain, pathOf(chain, standing), standing, direction);
        const files = path.map((id) => fileOf(chain, id));
        if (direction === "up") {
          refuseHazards(files, allowed);
          await refuseLargeTables(project, target, files, allowed);
        } else await refusePurged(target, path);
        return withRestoredAway(target, path, notes, async () => {
          const preflight = { project, target, direction, allowed, notes, progress };
          // An interrupted revision has done some of what its queries ask about.
          const whole = files.filter(({ revision }) => revision.id !== standing.unfinished?.id);
          const postponed = await preflightAll(preflight, whole);
          if (path.length > 0) await createJournal(target);
          const applied: AppliedRevision[] = [];
          const restored: RestoredColumn[] = [];
          let present = standing.applied.map(({ id }) => id);
          const marks = marksAlong(chain, present, path, direction);
          for (const [at, id] of path.entries()) {
            const beside = present.filter((one) => one !== id);
            const place = { beside, marks: marks[at] ?? "now" };
            const runner = { project, chain, target, direction, progress, notes, restored, place };
            await preflightOne(preflight, fileOf(chain, id).revision, postponed);
            applied.push(await runOne(runner, id, standing));
            present = direction === "up" ? [...beside, id] : beside;
          }
          const heads = headsAfter(chain.graph, standing.heads, path, direction);
          return { planned: files.map(({ revision }) => revision), applied, heads, notes, restored };
        });
      },
      { progress },
    );
  });
}

interface Runner {
  readonly project: Project;
  readonly chain: Chain;
  readonly target: Database;
  readonly direction: Direction;
  readonly progress: Progress;
  readonly notes: string[];
  readonly restored: RestoredColumn[];
  /** What the revision runs beside, and what that means for its marks. */
  readonly place: Pick<StateCheck, "beside" | "marks">;
}

/** One revision: the state before, its steps, the state after and the journal, in the transaction that ends it. */
async function runOne(runner: Runner, id: string, standing: Standing): Promise<AppliedRevision> {
  const { project, chain, target, direction, progress, notes } = runner;
  const { revision, text, path } = fileOf(chain, id);
  if (direction === "down" && revision.irreversible !== undefined) throw irreversible(revision, path);
  const begun = standing.unfinished?.id === id ? standing.unfinished : undefined;
  const up = async () => {
    const done = begun?.done ?? 0;
    return { steps: await stepsUp(target, revision, done, notes), done };
  };
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  /** By the column: a transaction may have run more than once. */
  const restored = new Map<string, RestoredValues>();
  const told = () =>
    restored.size === 0 ? {} : { about: [...restored.values()].map(restoredText).join("; ") };
  const entry = {
    revision: id,
    direction,
    ...(revision.author === undefined ? {} : { author: revision.author }),
  };
  progress(`${direction === "up" ? "applying" : "rolling back"} ${id} ${revision.message}`);
  try {
    const recorded = await recordedState(target);
    const self = recorded?.catalog.self;
    const scope = scopeOf(revision, recorded?.catalog, project);
    const check = {
      project: { ...project, manage: scope },
      ...runner.place,
      chain,
      target,
      direction,
      revision,
      notes,
      progress,
    };
    const known = begun === undefined ? await checkBefore(check, recorded?.catalog) : undefined;
    if (begun !== undefined) notes.push(resumeNote(begun, direction));
    const built = revision.phase === undefined ? await expectedAfter(check, known) : undefined;
    const finish = async () => {
      const after: Catalog = await readStateHere(target, scope, self === undefined ? {} : { self });
      await checkAfter(check, after, known, built);
      await recordApplied(
        target,
        { id, checksum: checksum(text), content: text, milliseconds: elapsed() },
        direction,
      );
      await recordState(target, after);
      await writeJournal(target, { ...entry, ...told(), milliseconds: elapsed() }, version);
    };
    const way = direction === "up" ? await up() : await wayDown(check, recorded?.catalog, begun);
    const isBegun = begun?.direction === direction;
    await execute(target, { id, direction, ...way, isBegun }, finish, {
      lockTimeout: project.lockTimeout,
      yields: revision.phase !== undefined,
      pace: project.pace,
      progress,
      note: (text) => notes.push(`${id}: ${text}`),
      restored: (values) => restored.set(values.column, values),
    });
  } catch (error) {
    await journalFailure(runner, { ...entry, milliseconds: elapsed() }, error);
    throw failed(error, revision, direction, path);
  }
  const milliseconds = elapsed();
  for (const values of restored.values()) {
    runner.restored.push({ revision: id, ...values });
    notes.push(`${id}: ${restoredText(values)}`);
  }
  await appendLog(runner, { ...entry, ...told(), milliseconds });
  return { id, message: revision.message, direction, milliseconds };
}

/** A revision is checked by what it was planned for, whatever dm.yaml says by now; one that tells nothing, by the last. */
function scopeOf(revision: Revision, recorded: Catalog | undefined, { manage }: Project): Scope {
  if (revision.to !== undefined) return revision.manage ?? {};
  return recorded?.scope ?? manage;
}

/** The journal says what failed, unless the connection went with it. */
async function journalFailure(runner: Runner, told: JournalEntry, error: unknown) {
  const { target } = runner;
  const sqlstate = error instanceof DatabaseError ? error.sqlstate : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const entry = { ...told, error: { message, ...(sqlstate && { sqlstate }) } };
  try {
    await target.transaction(() => writeJournal(target, entry, version));
  } catch (second) {
    if (!(second instanceof DmError)) throw second;
  }
  await appendLog(runner, entry);
}

function failed(error: unknown, revision: Revision, direction: Direction, path: string): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const steps = direction === "up" ? revision.up : revision.down;
  const commits = steps.some(({ mode }) => mode !== "transaction");
  return new DmError("DM5202", `${revision.id} failed on its way ${direction}: ${error.message}`, {
    at: path,
    details: [
      ...error.details,
      ...(error.report.where === undefined ? [] : [error.report.where]),
      commits
        ? "steps before the failed one are committed; the journal knows how far it got"
        : "its transaction was rolled back: nothing of it was changed",
    ],
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    next: [`mend the cause and run dm ${direction === "up" ? "apply" : "rollback"} again`],
    cause: error,
  });
}

function irreversible(revision: Revision, path: string): DmError {
  return new DmError("DM5203", `${revision.id} has no way back: ${revision.irreversible}`, {
    at: path,
    exit: exitCode.refused,
  });
}

async function refuseReadOnly(target: Database): Promise<void> {
  const [row] = await target.query<{ readonly: boolean }>(
    "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS readonly",
  );
  if (row?.readonly !== true) return;
  throw new DmError("DM5204", "the database is read-only", {
    at: target.description,
    details: ["it is a standby, or default_transaction_read_only is on"],
    next: ["name the primary server: --database URL"],
  });
}
