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
  const built = await builtByChain(check, direction === "up" ? "before" : "after");
  const changes = await differenceFrom(check, live, built);
  if (changes.length > 0) throw drifted(check, changes);
  notes.push(`${revision.id}: the database is as the revisions before it build it in a shadow`);
  return "replay";
}

/**
 * What the applied revisions build with this one, where its own mark is not going to tell: nobody should wait for that
 * who waits for what it locks.
 */
export async function expectedAfter(
  check: StateCheck,
  known: KnownBy | undefined,
): Promise<Catalog | undefined> {
  const expected = markAfter(check);
  if (expected === undefined || check.marks === "later") return undefined;
  const isTold =
    known === undefined || known === "fingerprint" || isOfAnother(check.target.version, expected, known);
  return check.marks === "hold" && isTold ? undefined : builtByChain(check, whenDone(check));
}

/**
 * The database must be as the revision promised. Runs before its transaction commits; after it where that has locked what
 * others are waiting for.
 * @param built see {@link expectedAfter}.
 * @throws DmError DM5302 with the facts that differ; DM5303 where what revisions of other branches did is in the way.
 */
export async function checkAfter(
  check: StateCheck,
  after: Catalog,
  known: KnownBy | undefined,
  built: Catalog | undefined,
): Promise<void> {
  const { revision, beside, marks } = check;
  const expected = markAfter(check);
  if (expected === undefined || marks === "later") return;
  const isTold = matches(after, expected) || isOfAnother(after, expected, known);
  if (marks === "hold" && isTold) return;
  const changes = await differenceFrom(check, after, built ?? (await builtByChain(check, whenDone(check))));
  if (changes.length === 0) return;
  if (marks === "now") {
    throw new DmError(
      "DM5303",
      `after ${revision.id} the database is not as the applied revisions build it`,
      {
        details: [...describeChanges(changes), `beside it are applied: ${beside.join(", ")}`],
        next: [
          whatBecame(check),
          "its branch and another one disagree:",
          "dm rebase   plans one of them anew behind the other",
        ],
      },
    );
  }
  throw new DmError("DM5302", `after ${revision.id} the database is not as it promised`, {
    details: describeChanges(changes),
    next: [
      whatBecame(check),
      "what differs its statements did not make: an event trigger may have, or they were changed by hand; dm check replays them",
    ],
  });
}

function markAfter({ revision, direction }: StateCheck): StateMark | undefined {
  return direction === "up" ? revision.to : revision.from;
}

const whenDone = ({ direction }: StateCheck) => (direction === "up" ? "after" : "before");

/** Elsewhere planned, elsewhere printed: another version's text does not compare. */
function isOfAnother(
  { major }: { readonly major: number },
  expected: StateMark,
  known: KnownBy | undefined,
): boolean {
  return expected.major !== major && known !== "replay" && known !== undefined;
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

/** The state that the applied revisions build without the revision, or with it. */
function builtByChain(check: StateCheck, when: "before" | "after"): Promise<Catalog> {
  const { project, chain, target, revision, beside, progress } = check;
  const ids = new Set(when === "after" ? [...beside, revision.id] : beside);
  return withShadowFor(project, target, progress, (bench) => replay(bench, chain, inOrder(chain.graph, ids)));
}

/** What differs, in normal form: it takes time to bring states into that, and equal ones need not be. */
async function differenceFrom(check: StateCheck, live: Catalog, built: Catalog): Promise<Change[]> {
  const { project, target, progress } = check;
  if (live.major === built.major && diff(...comparable(live, built)).length === 0) return [];
  return withShadowFor(project, target, progress, async (bench) =>
    diff(await bench.normalize(live), await bench.normalize(built)),
  );
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
