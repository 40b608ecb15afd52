import { turnedBack, type Progress as Unfinished } from "../apply/journal.js";
import type { Catalog } from "../catalog/catalog.js";
import { isKind } from "../catalog/fact.js";
import { type Change, diff, subject } from "../diff/diff.js";
import { DmError, exitCode } from "../error.js";
import { kindOf } from "../kinds/index.js";
import type { Site } from "../proof/build.js";
import { describeChanges } from "../proof/prove.js";
import { inOrder } from "../revision/lineage.js";
import type { Revision, Step } from "../revision/revision.js";
import { planAmid } from "./amid.js";
import { fileOf } from "./chain.js";
import type { StateCheck } from "./check-state.js";
import { statementsOf, withReplay } from "./replay.js";
import { hasWayBack } from "./resume.js";
import { comparable, readState } from "./state.js";
import { stepsOf } from "./steps.js";
import { withShadowFor } from "./workbench.js";

/** What takes a revision back, and how much of it is done. */
export interface WayDown {
  readonly steps: readonly Step[];
  readonly done: number;
  /** See {@link turnedBack}: the steps are not those of the file. */
  readonly turned?: number;
}

/**
 * The way back of a revision: its own, but for one that was interrupted where that does not begin. Then it is planned,
 * from what is really there to what was there before.
 * @throws DmError DM5201 where that would take more than to drop what is new, DM5301 where something else has changed.
 */
export async function wayDown(
  check: StateCheck,
  recorded: Catalog | undefined,
  begun: Unfinished | undefined,
): Promise<WayDown> {
  const { revision, target } = check;
  if (begun === undefined || hasWayBack(revision, begun)) {
    return { steps: revision.down, done: begun?.direction === "down" ? begun.done : 0 };
  }
  const at = begun.done < 0 ? turnedBack(begun.done) : begun.done;
  if (recorded === undefined) throw refused(revision, at, ["no apply has recorded the state before it"]);
  const scope = check.project.manage;
  const read = await readState(target, scope, recorded.self === undefined ? {} : { self: recorded.self });
  const [before, live] = comparable(recorded, read);
  const changes = diff(live, before);
  const strange = await strangeTo(check, at, changes);
  if (strange.length > 0) {
    throw new DmError("DM5301", `not all that differs from before ${revision.id} is of its making`, {
      at: target.description,
      details: describeChanges(strange),
      next: ["undo what somebody else has changed, then dm rollback again"],
      exit: exitCode.refused,
    });
  }
  const laborious = changes.filter(isWork);
  if (laborious.length > 0) throw refused(revision, at, describeChanges(laborious));
  const isOnline = () => revision.phase !== undefined;
  const up = planAmid({ target }, read, { isOnline })(live, before);
  return { steps: stepsOf(up, new Map(), new Map()), done: 0, turned: turnedBack(at) };
}

/** What the steps that have run do not account for. */
async function strangeTo(
  { project, chain, target, revision, beside, progress }: StateCheck,
  done: number,
  changes: readonly Change[],
): Promise<readonly Change[]> {
  if (changes.length === 0) return [];
  const ran = revision.up.slice(0, done);
  // What works outside of a transaction may have got somewhere, or not.
  const amid = revision.up.slice(done, done + 1).filter(({ mode }) => mode === "autocommit");
  const own = await withShadowFor(project, target, progress, async (bench) => {
    const below = inOrder(chain.graph, new Set(beside)).map((id) => fileOf(chain, id).revision);
    const made = async (site: Site) => {
      const before = await site.read();
      await site.run(statementsOf(ran, bench));
      const certain = diff(before, await site.read());
      await site.run(statementsOf(amid, bench));
      return [...certain, ...diff(before, await site.read())];
    };
    const found = await withReplay(bench, below, made, [...ran, ...amid]);
    return new Set(found.map((change) => subject(change).id));
  });
  return changes.filter((change) => !own.has(subject(change).id));
}

/** Whether it makes more than what is in the catalogs: values that are gone, or what takes time under a lock. */
function isWork(change: Change): boolean {
  const { identity } = subject(change);
  if (change.type === "alter") return isKind(change.current, "column");
  if (change.type === "drop") return false;
  const holdsData = kindOf(identity.kind).holdsData !== undefined;
  return holdsData || ["constraint", "sequence", "materialized view"].includes(identity.kind);
}

function refused({ id }: Revision, done: number, details: readonly string[]): DmError {
  return new DmError("DM5201", `the revision ${id} was interrupted on its way up`, {
    details: [`${done} of its steps are done`, "its way back does not begin there:", ...details],
    next: [`finish it first: dm apply ${id}`, "then dm rollback"],
    exit: exitCode.refused,
  });
}
