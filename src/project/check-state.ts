import type { Direction } from "../apply/journal.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Database } from "../database/database.js";
import { type Change, diff } from "../diff/diff.js";
import { DmError, exitCode } from "../error.js";
import { describeChanges } from "../proof/prove.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import type { Revision, StateMark } from "../revision/revision.js";
import { type Chain, fileOf } from "./chain.js";
import type { Project } from "./config.js";
import { replay } from "./replay.js";
import { comparable, readState } from "./state.js";
import type { Progress } from "./target.js";
import { withShadowFor } from "./workbench.js";

/** A revision that is about to run, or has just run. */
export interface StateCheck {
  readonly project: Project;
  readonly chain: Chain;
  readonly target: Database;
  readonly direction: Direction;
  readonly revision: Revision;
  /** Revisions beside which it runs: all that are applied but itself. */
  readonly beside: readonly string[];
  /** Whether its marks tell the state: see {@link marksAlong}. */
  readonly marks: Marks;
  readonly notes: string[];
  readonly progress: Progress;
}

/**
 * A revision's marks hold where just those revisions are applied that it stands on. Of another branch's revisions they
 * know nothing: the state is checked `later`, by the marks of a revision that follows in the same run, or `now`, by what
 * the applied revisions build in a shadow.
 */
export type Marks = "hold" | "later" | "now";

/** How the state is checked at each revision of a path. */
export function marksAlong(
  chain: Chain,
  applied: readonly string[],
  path: readonly string[],
  direction: Direction,
): Marks[] {
  const present = new Set(applied);
  const held = path.map((id) => {
    present.delete(id);
    const holds = ancestors(chain.graph, [id]).size === present.size + 1;
    if (direction === "up") present.add(id);
    return holds;
  });
  const tells = path.map((id, at) => held[at] === true && fileOf(chain, id).revision.to !== undefined);
  return held.map((holds, at) => (holds ? "hold" : tells.includes(true, at) ? "later" : "now"));
}

/** By what the state before was recognised; only a fingerprint lets the one after be told by its own. */
export type KnownBy = "fingerprint" | "journal" | "replay" | "nothing";

/**
 * The database must be as the revision expects it: by its fingerprint; where that was taken elsewhere, as the journal
 * recorded it; where there is no journal, as the chain builds it in a shadow.
 * @throws DmError DM5301 with the facts that differ.
 */
export async function checkBefore(check: StateCheck, recorded: Catalog | undefined): Promise<KnownBy> {
  const { target, revision, direction, notes } = check;
  const self = recorded?.self;
  const live = await readState(target, check.project.manage, self === undefined ? {} : { self });
  const expected = direction === "up" ? revision.from : revision.to;
  if (recorded !== undefined) {
    const changes = diff(...comparable(live, recorded));
    if (changes.length > 0) throw drifted(check, changes);
  }
  if (expected === undefined) return "nothing";
  const isAsMarked = check.marks === "hold";
  if (isAsMarked && matches(live, expected)) return "fingerprint";
  if (recorded !== undefined) {
    if (isAsMarked)
      notes.push(
        `${revision.id}: the database is as its journal says; the revision was planned ${elsewhere(expected)}`,
      );
    return "journal";
  }
  const changes = await differenceFromChain(check, live, direction === "up" ? "before" : "after");
  if (changes.length > 0) throw drifted(check, changes);
  notes.push(`${revision.id}: the database is as the revisions before it build it in a shadow`);
  return "replay";
}

/**
 * The database must be as the revision promised. Runs before its transaction commits; after it where that has locked what
 * others are waiting for.
 * @throws DmError DM5302 with the facts that differ.
 */
export async function checkAfter(
  check: StateCheck,
  after: Catalog,
  known: KnownBy | undefined,
): Promise<void> {
  const { revision, direction } = check;
  const expected = direction === "up" ? revision.to : revision.from;
  if (expected === undefined || check.marks === "later") return;
  if (check.marks === "now") return checkBuilt(check, after);
  if (matches(after, expected)) return;
  // Elsewhere planned, elsewhere printed: another version's text does not compare.
  if (expected.major !== after.major && known !== "replay" && known !== undefined) return;
  const changes = await differenceFromChain(check, after, direction === "up" ? "after" : "before");
  if (changes.length === 0) return;
  throw new DmError("DM5302", `after ${revision.id} the database is not as it promised`, {
    details: describeChanges(changes),
    next: [
      whatBecame(check),
      "what differs its statements did not make: an event trigger may have, or they were changed by hand; dm check replays them",
    ],
  });
}

/** Beside revisions of another branch: what all of them build together. */
async function checkBuilt(check: StateCheck, after: Catalog): Promise<void> {
  const { revision, beside, direction } = check;
  const changes = await differenceFromChain(check, after, direction === "up" ? "after" : "before");
  if (changes.length === 0) return;
  throw new DmError("DM5303", `after ${revision.id} the database is not as the applied revisions build it`, {
    details: [...describeChanges(changes), `beside it are applied: ${beside.join(", ")}`],
    next: [
      whatBecame(check),
      "its branch and another one disagree:",
      "dm rebase   plans one of them anew behind the other",
    ],
  });
}

function whatBecame({ revision: { phase }, direction }: StateCheck): string {
  if (phase === undefined) return "its transaction was rolled back";
  return direction === "up"
    ? "its steps are committed; dm rollback takes them back"
    : "its steps are committed; dm rollback looks again";
}

function matches(catalog: Catalog, { fingerprint, major }: StateMark): boolean {
  return catalog.major === major && catalog.fingerprint === fingerprint;
}

function elsewhere({ major, role }: StateMark): string {
  return `on another database (PostgreSQL ${major}${role === undefined ? "" : `, role ${role}`})`;
}

/** What differs from the state that the applied revisions build without the revision, or with it; in normal form. */
function differenceFromChain(check: StateCheck, live: Catalog, when: "before" | "after"): Promise<Change[]> {
  const { project, chain, target, revision, beside, progress } = check;
  return withShadowFor(project, target, progress, async (bench) => {
    const ids = new Set(when === "after" ? [...beside, revision.id] : beside);
    const expected = await replay(bench, chain, inOrder(chain.graph, ids));
    return diff(await bench.normalize(live), await bench.normalize(expected));
  });
}

function drifted({ target, revision }: StateCheck, changes: readonly Change[]): DmError {
  return new DmError("DM5301", `the database is not as ${revision.id} expects it`, {
    at: target.description,
    details: describeChanges(changes),
    next: [
      "see it: dm drift",
      "undo it: dm diff env:NAME rev:ID --format sql prints how",
      "or take it over into the schema files and plan again",
    ],
    exit: exitCode.refused,
  });
}
