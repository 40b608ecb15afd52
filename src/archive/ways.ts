import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import type { PreflightContext } from "../kinds/define.js";
import type { PlannedStatement } from "../plan/plan.js";
import { comingAgain } from "./again.js";
import { detaching } from "./detach.js";
import { filledColumns, filling } from "./fill.js";
import { isCarried } from "./inherited.js";
import { type Kept, type KeptObject, keep } from "./keep.js";
import { archived, moves } from "./move.js";
import { archiveSchema } from "./names.js";

type Planner = (current: Catalog, wanted: Catalog) => PlannedStatement[];

export interface KeepingPlan {
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
  /** What the way up puts away, and what the way back does. */
  readonly kept: readonly KeptObject[];
  readonly keptBack: readonly KeptObject[];
  /** For the way back: where the rows are that it brings back, under the names that it gives them. */
  readonly restored: Pick<PreflightContext, "renames" | "isFilled"> & { readonly state: Catalog };
}

export interface KeepingRequest {
  readonly revision: string;
  /** What the way up drops for good; the way back always keeps what was added. */
  readonly isDiscarded?: (fact: Fact) => boolean;
  /** What the way back does not keep: it has no values of its own. */
  readonly isInterim?: (fact: Fact) => boolean;
  /** The way up, where it takes more turns than the plan between the two states. */
  readonly up?: readonly PlannedStatement[];
}

/**
 * Both ways between two states, on which nothing that holds data is dropped: it is put away by the one, and brought back
 * by the other.
 */
export function keepingPlan(
  plan: Planner,
  current: Catalog,
  wanted: Catalog,
  { revision, isDiscarded = () => false, isInterim = () => false, up }: KeepingRequest,
): KeepingPlan {
  const gone = settled(plan, current, wanted, isDiscarded);
  const added = settled(plan, wanted, current, isInterim);
  const again = comingAgain(added, up ?? gone.leaving, wanted, () => plan(added.resting, gone.resting));
  const [out, back] = [
    moves(gone.objects, revision, (id) => isCarried(id, { current, wanted })),
    moves(added.objects, revision, (id) => isCarried(id, { current: wanted, wanted: current }), again),
  ];
  const returning = gone.resting === wanted ? added.leaving : plan(gone.resting, added.resting);
  const filled = filledColumns(gone, current);
  const factOf = (id: FactId) => current.get(id) ?? wanted.get(id);
  return {
    up: detaching([...gone.leaving, ...out.away, ...among(plan, gone.emptied, wanted)], factOf),
    down: detaching(
      [
        ...among(plan, wanted, gone.emptied),
        ...out.back,
        ...filling(returning, filled, current),
        ...back.away,
        ...among(plan, added.emptied, current),
      ],
      factOf,
    ),
    kept: gone.objects,
    keptBack: added.objects,
    restored: {
      state: gone.resting,
      isFilled: ({ id }) => filled.has(id),
      renames: gone.objects.flatMap((one) => renamesBack(one, revision)),
    },
  };
}

const among = (plan: Planner, from: Catalog, to: Catalog) => (from === to ? [] : plan(from, to));

interface Settled extends Kept {
  /** The plan to what rests. */
  readonly leaving: readonly PlannedStatement[];
}

/** What can be kept: a table that the plan makes anew takes what it holds along in its own way, or not at all. */
function settled(
  plan: Planner,
  current: Catalog,
  wanted: Catalog,
  isDiscarded: (fact: Fact) => boolean,
): Settled {
  const lost = new Set<FactId>();
  for (;;) {
    const kept = keep({ current, wanted }, (fact) => lost.has(fact.id) || isDiscarded(fact));
    const leaving = plan(current, kept.resting);
    const parts = new Set(kept.objects.flatMap((object) => object.parts.map(({ id }) => id)));
    const owners = new Map(
      kept.objects.flatMap(({ fact, parts: own }) => own.map((part) => [part.id, fact.id] as const)),
    );
    const found = leaving.flatMap(({ losesData, action, facts }) => [
      ...losesData.filter((id) => parts.has(id)),
      ...(action === "drop aside" || action === "drop" ? facts : []).flatMap((id) =>
        kept.objects.flatMap(({ fact }) => (fact.parent === id ? [fact.id] : [])),
      ),
    ]);
    if (found.length === 0) return { ...kept, leaving };
    for (const id of found) lost.add(owners.get(id) ?? id);
  }
}

function renamesBack(object: KeptObject, revision: string): { from: Identity; to: Identity }[] {
  const { identity } = object.fact;
  const to = archived(object, revision).renames.at(-1)?.to;
  if (to === undefined) return [];
  const from =
    identity.kind === "table" ? { ...identity, schema: archiveSchema, name: to } : { ...identity, name: to };
  return [{ from, to: identity }];
}
