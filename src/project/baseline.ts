import { join } from "node:path";
import { journaledRevisions, recordedState, unfinished } from "../apply/journal.js";
import { withAdvisoryLock } from "../apply/lock.js";
import type { Catalog } from "../catalog/catalog.js";
import { diff } from "../diff/diff.js";
import { DmError, exitCode } from "../error.js";
import { describeChanges } from "../proof/prove.js";
import { StatementError } from "../proof/run.js";
import { restoreFiles, startAnew } from "../revision/directory.js";
import { parseRevisionFileName } from "../revision/name.js";
import type { Revision } from "../revision/revision.js";
import { revisionTexts } from "../revision/texts.js";
import { baselineRevision } from "./baseline-revision.js";
import { fileOf, pathTo, readChain, refuseEdited, replacedDirectory } from "./chain.js";
import type { Project } from "./config.js";
import { adopt } from "./replaced.js";
import { replay } from "./replay.js";
import { withRevisionLock } from "./revision-lock.js";
import { standingOf } from "./standing.js";
import { comparable } from "./state.js";
import { type Progress, silent } from "./target.js";
import { type Workbench, withWorkbench } from "./workbench.js";

export interface BaselineRequest {
  readonly message?: string;
  readonly author?: string;
  readonly progress?: Progress;
}

export interface BaselineResult {
  readonly revision: Revision;
  readonly file: string;
  /** Where the old files are kept. */
  readonly kept: readonly string[];
  /** Whether the database counts as being at the baseline now. */
  readonly isStamped: boolean;
  /** What a reader should know. */
  readonly notes: readonly string[];
}

/** The state that the old chain ends in, and the revisions that lead there. */
interface End {
  readonly state: Catalog;
  /** In order. */
  readonly ids: readonly string[];
  /** Whether databases between them can go on by the old files. */
  readonly isWhole: boolean;
  readonly notes: readonly string[];
}

/**
 * Starts the chain anew from one revision that builds what the old one built. Where the old files cannot be read or run
 * any more, it is what the database has, which then must be as the last apply left it. Databases at the end of the old
 * chain count as being at the new revision.
 * @throws DmError DM4136 where neither the files nor the database tell what head is.
 */
export function baseline(project: Project, request: BaselineRequest = {}): Promise<BaselineResult> {
  return withRevisionLock(project, () =>
    withWorkbench(project, request.progress ?? silent, async (bench) => {
      const { state, ids, isWhole, notes } = await endOfChain(bench);
      const built = await baselineRevision(bench, state, request.message);
      if (built === undefined || ids.length === 0) throw nothingToReplace(project.revisions);
      const revision: Revision = {
        ...built,
        ...(request.author === undefined ? {} : { author: request.author }),
        replaces: ids,
      };
      const old = await revisionTexts(project.revisions);
      const place = isWhole ? replacedDirectory : `before_${revision.id}`;
      const kept = await restoreFiles(join(project.revisions, place), old);
      const file = await startAnew(project.revisions, old, revision);
      const chain = await readChain(project);
      const stamped = await withAdvisoryLock(bench.target, () => adopt(chain, bench.target));
      return { revision, file, kept, isStamped: stamped.length > 0, notes };
    }),
  );
}

async function endOfChain(bench: Workbench): Promise<End> {
  try {
    return await byFiles(bench);
  } catch (error) {
    const cause = error instanceof StatementError ? error.cause : error;
    if (!(cause instanceof DmError) && !(error instanceof StatementError)) throw error;
    if (cause instanceof DmError && cause.code === "DM4137") throw cause;
    return byDatabase(bench, cause instanceof Error ? cause.message : String(cause));
  }
}

async function byFiles(bench: Workbench): Promise<End> {
  const chain = await readChain(bench.project);
  refuseEdited(chain);
  const path = pathTo(chain, chain.graph.heads);
  const state = await replay(bench, chain, path);
  const revisions = path.map((id) => fileOf(chain, id).revision);
  const ids = revisions.flatMap(({ id, replaces = [] }) => [...replaces, id]);
  const written = revisions.filter(({ kind }) => kind === "written").map(({ id }) => id);
  const notes = [
    ...(written.length === 0
      ? []
      : [
          `rows that were written by hand are not in it: see ${written.join(", ")} for what a new database lacks`,
        ]),
  ];
  const { applied } = await standingOf(chain, bench.target);
  if (applied.length < path.length) return { state, ids, isWhole: true, notes };
  const live = await bench.whatIsThere((await recordedState(bench.target))?.catalog.self);
  const changes = diff(await bench.normalize(live), await bench.normalize(state));
  if (changes.length > 0) throw notAsExpected(bench, changes, "what the revisions build");
  return { state: live, ids, isWhole: true, notes };
}

/** The files are of no use: the database must have all of them, and be as the last apply left it. */
async function byDatabase(bench: Workbench, reason: string): Promise<End> {
  const { target, project } = bench;
  const rows = await journaledRevisions(target);
  const recorded = await recordedState(target);
  const known = new Set(rows.map(({ id }) => id));
  const names = (await revisionTexts(project.revisions)).map(({ name }) => name);
  const pending = names.filter((name) => !known.has(parseRevisionFileName(name)?.id ?? ""));
  const begun = await unfinished(target);
  if (recorded === undefined || pending.length > 0 || begun !== undefined) {
    throw new DmError("DM4136", "neither the files nor the database tell where the chain ends", {
      at: target.description,
      details: [
        `the files: ${reason}`,
        ...(recorded === undefined ? ["the database: no revision is applied"] : []),
        ...pending.map((name) => `not applied: ${name}`),
        ...(begun === undefined ? [] : [`interrupted: ${begun.id}`]),
      ],
      next: ["name a database that is at head: --env NAME", "or mend the files: git checkout, dm repair"],
      exit: exitCode.refused,
    });
  }
  const live = await bench.whatIsThere(recorded.catalog.self);
  const changes = diff(...comparable(live, recorded.catalog));
  if (changes.length > 0) throw notAsExpected(bench, changes, "what the last apply left");
  const notes = [`the old files are of no use (${reason}): it is what the database has`];
  return { state: live, ids: rows.map(({ id }) => id), isWhole: false, notes };
}

function notAsExpected({ target }: Workbench, changes: Parameters<typeof describeChanges>[0], what: string) {
  return new DmError("DM4137", `the database is not ${what}`, {
    at: target.description,
    details: describeChanges(changes),
    next: ["see it: dm drift", "plan it, or undo it, then dm baseline again"],
    exit: exitCode.refused,
  });
}

function nothingToReplace(directory: string): DmError {
  return new DmError(
    "DM4138",
    "there is nothing to start anew from: no revision, or none that builds anything",
    {
      at: directory,
      next: ["dm init --database URL   takes over a database in use"],
    },
  );
}
