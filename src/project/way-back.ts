import type { KeepingPlan } from "../archive/ways.js";
import type { Catalog } from "../catalog/catalog.js";
import { type FactId, factId } from "../catalog/identity.js";
import { subject } from "../diff/diff.js";
import type { OnlineContext } from "../online/context.js";
import type { Detour, Interim, NamesBack } from "../online/detour.js";
import { detoursOf, rulesBack } from "../online/detours.js";
import { type ChangedView, changedViews, viewAliases, viewsDetour } from "../online/materialized-view.js";
import { isBefore } from "../online/stage.js";
import { type Leg, waypoints } from "../online/waypoints.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Rename } from "../plan/rename.js";
import { renamePlan, renameSteps } from "../plan/rename-steps.js";
import type { Planner } from "./amid.js";
import { apart } from "./apart.js";
import { partitionBounds } from "./partition-bounds.js";
import { afterSteps } from "./renames.js";
import type { Workbench } from "./workbench.js";

/** A way back, and what it finds in quarantine. */
export type WayBack = Pick<KeepingPlan, "down" | "restored">;

/** How a way back is planned. */
export interface Return {
  /** Where it begins, and where it leads to. */
  readonly from: Catalog;
  readonly to: Catalog;
  /** With what works beside others, and with what fits into one transaction. */
  readonly concurrent: Planner;
  readonly atOnce: Planner;
  /** Names that change in one transaction on the way, and what begins and ends that. */
  readonly swap?: NamesBack & { readonly begins: PlannedStatement[]; readonly ends: PlannedStatement[] };
  /** What brings rows up to date, once the columns are there. */
  readonly afterwards?: readonly PlannedStatement[];
  /** Both ways between two states, what is in quarantine included; the way back begins at the first. */
  readonly keeping: (among: Planner, from: Catalog, to: Catalog) => KeepingPlan;
}

/**
 * A way back that goes around what would make others wait, as ways there do; nothing where there is no way around.
 * @param busy what the way back would create or change by work that makes others wait.
 */
export async function backInStages(
  bench: Workbench,
  back: Return,
  busy: ReadonlySet<FactId>,
): Promise<WayBack | undefined> {
  const { from, to, swap, afterwards = [] } = back;
  const others = [...busy].filter((id) => swap?.concerned.has(id) !== true);
  const detours = await detoursBack(bench, back, new Set(others));
  if (swap === undefined && detours.length === 0) return undefined;
  const isInterim = (fact: FactId) => !from.has(fact) && !to.has(fact);
  const down: PlannedStatement[] = [];
  let restored: KeepingPlan["restored"] | undefined;
  let at = from;
  for (const { stage, to: state, renames, isOfNames, isKeeping } of legsBack(back, detours)) {
    const end = state === to ? to : await bench.normalize(state);
    const steps = renames.length === 0 ? [] : renameSteps(renames, at, end);
    const renamed = steps.length === 0 ? at : await afterSteps(bench, at, steps);
    const among = steps.length > 0 || isOfNames ? back.atOnce : back.concurrent;
    const kept = isKeeping ? back.keeping(among, renamed, end) : undefined;
    restored ??= kept?.restored;
    const changes = [...inPlace(renamePlan(steps).up), ...(kept?.down ?? among(renamed, end))];
    const statements =
      swap !== undefined && isOfNames ? [...swap.begins, ...changes.map(assured), ...swap.ends] : changes;
    const stretch = { stage, isFirst: down.length === 0, from: at, to: end, isInterim };
    down.push(...apart(statements, stretch), ...(isKeeping ? afterwards : []));
    at = end;
  }
  return restored && { down, restored };
}

/** What is made while names change, rows were found fit for under the names before. */
function assured(statement: PlannedStatement): PlannedStatement {
  return statement.action === "create" ? { ...statement, facts: [] } : statement;
}

interface LegBack extends Leg {
  readonly renames: readonly Rename[];
  readonly isOfNames: boolean;
  /** What comes back from quarantine does so here, with all else that takes no time. */
  readonly isKeeping: boolean;
}

/** Names change when all that comes with them is there, beside what goes; then all the rest. */
function legsBack({ from, to, swap }: Return, detours: readonly Detour[]): LegBack[] {
  const asBefore = { interims: swap?.interims ?? [] };
  const lasting = asBefore.interims
    .filter(({ from: since }) => since === "swap")
    .map((interim): Interim => ({ ...interim, from: "add" }));
  const making = waypoints({ current: from, wanted: from }, [asBefore]).filter(({ stage }) =>
    isBefore(stage, "swap"),
  );
  const others = detours.flatMap(({ renames = [] }) => renames);
  const leading = waypoints({ current: from, wanted: to }, [{ interims: lasting }, ...detours]);
  return [
    ...making.map((leg) => ({ ...leg, renames: [], isOfNames: false, isKeeping: false })),
    ...leading.map((leg, at): LegBack => {
      const isOfNames = at === 0 && swap !== undefined;
      const own = leg.stage === "swap" ? others : [];
      return { ...leg, renames: isOfNames ? swap.renames : own, isOfNames, isKeeping: at === 0 };
    }),
  ];
}

async function detoursBack(
  bench: Workbench,
  { from, to }: Return,
  busy: ReadonlySet<FactId>,
): Promise<Detour[]> {
  const context: OnlineContext = {
    ...{ current: from, wanted: to, major: bench.target.version.major },
    isBusy: (change) => busy.has(subject(change).id),
    isLarge: (relation) => [...busy].some((id) => id === relation || to.get(id)?.parent === relation),
    isAlways: true,
    bounds: await partitionBounds(bench, from, to),
    annotated: () => undefined,
    isBeyondRow: () => false,
  };
  const views = changedViews(context, new Set());
  const detours = detoursOf(context, [], undefined, views, rulesBack);
  return views.length === 0 ? detours : [...detours, await besideViews(bench, views, context)];
}

/** Back, what was renamed and is still there gets its old name. */
export async function namesBack(bench: Workbench, start: Catalog, end: Catalog, renames: readonly Rename[]) {
  const lasting = renames.filter(({ from, to }) => start.has(factId(from)) && end.has(factId(to)));
  if (lasting.length === 0) return { start, down: [] };
  const steps = renameSteps(lasting, start, end);
  return { start: await afterSteps(bench, start, steps), down: renamePlan(steps).down };
}

/** What takes the place of another under its name, nobody finds renamed or changed. */
export function inPlace(statements: readonly PlannedStatement[]): PlannedStatement[] {
  return statements.map(({ renamed, ...statement }) => ({ ...statement, facts: [] }));
}

/** New materialised views are built beside the old ones, in the wanted state's terms. */
export async function besideViews(
  bench: Workbench,
  views: readonly ChangedView[],
  context: OnlineContext,
): Promise<Detour> {
  const { wanted } = context;
  const steps = renameSteps(viewAliases(views, "new", wanted), wanted, wanted);
  return viewsDetour(views, context, await afterSteps(bench, wanted, steps));
}
