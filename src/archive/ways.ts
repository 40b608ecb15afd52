import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import type { PreflightContext } from "../kinds/define.js";
import type { PlannedStatement } from "../plan/plan.js";
import { comingAgain } from "./again.js";
import { withHidden } from "./attached.js";
import { detaching } from "./detach.js";
import { filledColumns, filling } from "./fill.js";
import { carrierOf, isCarried } from "./inherited.js";
import { type Kept, type KeptObject, keep } from "./keep.js";
import { archived, type Formerly, moves, recording } from "./move.js";
import { archiveSchema } from "./names.js";
import {
  besideRetypes,
  changesType,
  isKeepable,
  isUntouched,
  type RetypedColumn,
  retypedColumns,
  retypedSteps,
  valuesBack,
} from "./retyped.js";
import { withoutTakers } from "./takers.js";
import { withoutViews } from "./views.js";

/** @param options what a column's values become when its type changes, where the planner has no better idea. */
type Planner = (
  current: Catalog,
  wanted: Catalog,
  options?: { readonly using: (column: FactId) => string | undefined },
) => PlannedStatement[];

export interface KeepingPlan {
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
  /** What the way up puts away, and what the way back does. */
  readonly kept: readonly KeptObject[];
  readonly keptBack: readonly KeptObject[];
  /** Columns whose values the way up changes, and keeps as they were. */
  readonly retyped: readonly RetypedColumn[];
  /** For the way back: where the rows are that it brings back, under the names that it gives them. */
  readonly restored: Pick<PreflightContext, "renames" | "isFilled" | "isRestored"> & {
    readonly state: Catalog;
  };
}

export interface KeepingRequest {
  readonly revision: string;
  /** What the way up drops for good; the way back always keeps what was added. */
  readonly isDiscarded?: (fact: Fact) => boolean;
  /** What the way back does not keep: it has no values of its own. */
  readonly isInterim?: (fact: Fact) => boolean;
  /** The way up, where it takes more turns than the plan between the two states. */
  readonly up?: readonly PlannedStatement[];
  /** Columns whose new values are computed by an expression that somebody wrote. */
  readonly isTold?: (column: FactId) => boolean;
  /** Columns that hold the values of others: as these they are known in quarantine. */
  readonly formerly?: Formerly;
  /** Whether an earlier revision has put columns of the table away. */
  readonly hasHidden?: (table: FactId) => boolean;
}

/**
 * Both ways between two states, on which nothing that holds data is dropped: it is put away by the one, and brought back
 * by the other.
 */
export function keepingPlan(
  plan: Planner,
  current: Catalog,
  wanted: Catalog,
  request: KeepingRequest,
): KeepingPlan {
  const { isDiscarded = () => false, isInterim = () => false } = request;
  const start = withoutTakers(current, wanted, isInterim);
  const end = withoutTakers(wanted, current, isDiscarded);
  const ways = keepingBetween(plan, start, end, request);
  return {
    ...ways,
    up: [...among(plan, current, start), ...ways.up, ...among(plan, end, wanted)],
    down: [...among(plan, wanted, end), ...ways.down, ...among(plan, start, current)],
  };
}

function keepingBetween(
  plan: Planner,
  current: Catalog,
  wanted: Catalog,
  request: KeepingRequest,
): KeepingPlan {
  const { revision, isDiscarded = () => false, isInterim = () => false, isTold = () => false } = request;
  const states = { current, wanted };
  const isGone = (fact: Fact) => isDiscarded(fact) || (isKind(fact, "materialized view") && isInterim(fact));
  const gone = settled(plan, current, wanted, isGone, true);
  const ups = request.up ?? gone.leaving;
  const changed = retypedColumns(states, ups, revision, isTold);
  const found = changed.filter((one) => isKeepable(one, states) && !isDiscarded(one.from));
  const values = new Map(found.map((one) => [one.from.id, valuesBack(one)]));
  const options = values.size === 0 ? undefined : { using: (column: FactId) => values.get(column) };
  const planBack: Planner = (from, to) => plan(from, to, options);
  // What comes again is made by the way up, the types first.
  const added = settled(planBack, wanted, current, isInterim, false);
  const again = comingAgain(added, ups, states, () => plan(added.resting, gone.resting));
  const [shells, newShells] = [among(plan, wanted, gone.emptied), among(plan, current, added.emptied)];
  const [out, back] = [
    moves(gone.objects, revision, (id) => isCarried(id, { current, wanted }), {
      formerly: request.formerly,
      shells,
      views: among(plan, withoutViews(gone), gone.resting),
    }),
    moves(added.objects, revision, (id) => isCarried(id, { current: wanted, wanted: current }), {
      again,
      shells: newShells,
    }),
  ];
  const returning = gone.resting === wanted ? added.leaving : planBack(gone.resting, added.resting);
  const retyped = found.filter(({ from }) =>
    returning.some(({ sql }) => sql.text.includes(values.get(from.id) ?? "")),
  );
  const kept = retypedSteps(retyped, revision);
  const lost = new Set(changed.filter((one) => !retyped.includes(one)).map(({ from }) => from.id));
  const untouched = new Map(retyped.map((one) => [one.from.id, isUntouched(one)]));
  const filled = filledColumns(gone, current);
  const { hasHidden = () => false } = request;
  const factOf = (id: FactId) => current.get(id) ?? wanted.get(id);
  return {
    up: withHidden(
      detaching(
        [
          ...recording(kept.keep),
          ...kept.keep,
          ...losing(besideRetypes(gone.leaving, { behind: kept.made }), lost),
          ...recording(out.away),
          ...out.away,
          ...among(plan, gone.emptied, wanted),
        ],
        factOf,
      ),
      wanted,
      hasHidden,
    ),
    down: withHidden(
      detaching(
        [
          ...shells,
          ...out.back,
          ...filling(besideRetypes(returning, { before: kept.tell }), filled, current),
          ...kept.forget,
          ...recording(back.away),
          ...back.away,
          ...among(plan, added.emptied, current),
        ],
        factOf,
      ),
      current,
      hasHidden,
    ),
    kept: gone.objects,
    keptBack: added.objects,
    retyped,
    restored: {
      state: gone.resting,
      isFilled: ({ id }) => filled.has(id),
      isRestored: ({ id }) => untouched.get(id),
      renames: gone.objects.flatMap((one) => {
        const carrier = carrierOf(one.fact.id, states);
        return renamesBack(one, gone.objects.find(({ fact }) => fact.id === carrier) ?? one, revision);
      }),
    },
  };
}

/** The plan, with the statements named that change values for good. */
function losing(statements: readonly PlannedStatement[], columns: ReadonlySet<FactId>): PlannedStatement[] {
  return statements.map((statement) => {
    const lost =
      statement.action === "alter" && changesType(statement)
        ? statement.facts.filter((id) => columns.has(id))
        : [];
    return lost.length === 0 ? statement : { ...statement, losesData: [...statement.losesData, ...lost] };
  });
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
  takesAll: boolean,
): Settled {
  const lost = new Set<FactId>();
  for (;;) {
    const kept = keep({ current, wanted }, (fact) => lost.has(fact.id) || isDiscarded(fact), takesAll);
    const leaving = plan(current, kept.resting);
    const parts = new Set(kept.objects.flatMap((object) => object.parts.map(({ id }) => id)));
    const owners = new Map(
      kept.objects.flatMap(({ fact, parts: own }) => own.map((part) => [part.id, fact.id] as const)),
    );
    const views = new Set(
      kept.objects.flatMap(({ fact, parts }) =>
        isKind(fact, "materialized view") ? parts.map(({ id }) => id) : [],
      ),
    );
    const found = leaving.flatMap(({ losesData, action, facts }) => [
      // A view is made anew where what it reads changes under it.
      ...(action === "drop" || action === "create" ? facts.filter((id) => views.has(id)) : []),
      ...losesData.filter((id) => parts.has(id)),
      ...(action === "drop aside" || action === "drop" ? facts : []).flatMap((id) =>
        kept.objects.flatMap(({ fact }) => (fact.parent === id ? [fact.id] : [])),
      ),
    ]);
    if (found.length === 0) return { ...kept, leaving };
    for (const id of found) lost.add(owners.get(id) ?? id);
  }
}

/** @param carrier the column that it has its name from. */
function renamesBack(
  { fact: { identity } }: KeptObject,
  carrier: KeptObject,
  revision: string,
): { from: Identity; to: Identity }[] {
  const to = archived(carrier, revision).renames.at(-1)?.to;
  if (to === undefined) return [];
  const from =
    identity.kind === "column" ? { ...identity, name: to } : { ...identity, schema: archiveSchema, name: to };
  return [{ from, to: identity }];
}
