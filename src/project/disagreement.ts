import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import { type Change, diff, subject } from "../diff/diff.js";
import { DmError, exitCode } from "../error.js";
import { describeChanges } from "../proof/prove.js";
import type { Chain } from "./chain.js";
import type { Commutation, Obstacle } from "./commute.js";
import { replay } from "./replay.js";
import type { Workbench } from "./workbench.js";

/** What two lines of revisions change of the same facts, a line of text each. */
export async function changedByBoth(
  bench: Workbench,
  chain: Chain,
  { common, own }: Pick<Commutation, "common" | "own">,
): Promise<readonly string[]> {
  const before = await replay(bench, chain, common);
  const line = async (ids: readonly string[]) => {
    const after = await replay(bench, chain, [...common, ...ids]);
    return { changes: byFact(diff(before, after)), states: [before, after] };
  };
  return overlap(await line(own[0]), await line(own[1]));
}

interface Line {
  readonly changes: ReadonlyMap<FactId, Change>;
  /** Both states, where what a fact belongs to can be found. */
  readonly states: readonly Catalog[];
}

const byFact = (changes: readonly Change[]) => new Map(changes.map((one) => [subject(one).id, one]));

/** The same fact in both, or a fact of what the other drops; of a whole that both change, only the whole. */
function overlap(one: Line, other: Line): string[] {
  const found = new Map<FactId, string>();
  for (const [id, change] of one.changes) {
    const same = other.changes.get(id) ?? droppedAbove(id, one, other);
    if (same !== undefined) found.set(id, `${id}: ${told(change)} by the one, ${told(same)} by the other`);
  }
  for (const [id, change] of other.changes) {
    const dropped = droppedAbove(id, other, one);
    if (dropped === undefined || found.has(id)) continue;
    found.set(id, `${id}: ${told(dropped)} by the one, ${told(change)} by the other`);
  }
  const isWhole = (id: FactId) =>
    ![...above(id, [...one.states, ...other.states])].some((up) => found.has(up));
  return [...found].filter(([id]) => isWhole(id)).map(([, line]) => line);
}

function droppedAbove(id: FactId, line: Line, other: Line): Change | undefined {
  return [...above(id, line.states)]
    .map((parent) => other.changes.get(parent))
    .find((change) => change?.type === "drop");
}

/** What a fact belongs to, and what that belongs to. */
function* above(id: FactId, states: readonly Catalog[]): Generator<FactId> {
  const parentOf = (child: FactId) => states.map((state) => state.get(child)?.parent).find(Boolean);
  for (let parent = parentOf(id); parent !== undefined; parent = parentOf(parent)) yield parent;
}

function told(change: Change): string {
  if (change.type === "create") return "created";
  return change.type === "drop" ? "dropped" : `changed in ${change.attributes.join(", ")}`;
}

/** Two lines that do not go together, and what of them. */
export async function disagreement(
  bench: Workbench,
  chain: Chain,
  [one, other]: readonly [string, string],
  found: Commutation,
): Promise<DmError> {
  const both = await changedByBoth(bench, chain, found);
  return disagreed(one, other, [
    ...both.slice(0, 20),
    ...(both.length > 20 ? [`… and ${both.length - 20} more`] : []),
    ...found.obstacles.flatMap(obstacleLines),
    ...describeChanges(found.differences).map((line) => `depends on the order: ${line}`),
    ...found.rows.map((table) => `depends on the order: rows of ${table}`),
  ]);
}

export function disagreed(one: string, other: string, details: readonly string[]): DmError {
  return new DmError(
    "DM4124",
    `${one} and ${other} do not go together: what comes of both depends on their order`,
    {
      details,
      next: [
        `dm rebase ${one}   puts it behind ${other}, planned anew`,
        `dm rebase ${other}   puts it behind ${one}`,
      ],
      exit: exitCode.refused,
    },
  );
}

function obstacleLines({ first, second, revision, direction, message, details }: Obstacle): string[] {
  const what = revision === second ? second : `${revision} of ${second}`;
  return [`${what} after ${first}, ${direction}: ${message}`, ...details.map((line) => `  ${line}`)];
}
