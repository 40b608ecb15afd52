import { type KeepingPlan, keepingPlan } from "../archive/ways.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Annotation } from "../desired/state.js";
import { diff } from "../diff/diff.js";
import type { HazardReport } from "../hazards/hazards.js";
import { refuseWithoutValue } from "../online/columns.js";
import type { OnlineContext } from "../online/context.js";
import type { Detour, Turn, Work } from "../online/detour.js";
import { detoursOf } from "../online/detours.js";
import { changedViews } from "../online/materialized-view.js";
import type { Aliased } from "../online/retype.js";
import { phaseOf } from "../online/stage.js";
import { aliases, concernedBy, type Twin, twinsOf } from "../online/twins.js";
import { type Leg, waypoints } from "../online/waypoints.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Rename } from "../plan/rename.js";
import { renamePlan, renameSteps } from "../plan/rename-steps.js";
import { isLarge, type Sizes } from "../plan/sizes.js";
import { newRevisionId } from "../revision/name.js";
import type { Phase } from "../revision/revision.js";
import { name } from "../sql/sql.js";
import { type Planner, plannerTowards, type Using } from "./amid.js";
import { apart } from "./apart.js";
import { thresholdOf } from "./online.js";
import { onlineContext } from "./online-context.js";
import { afterSteps } from "./renames.js";
import { backInStages, besideViews, inPlace, namesBack, type WayBack } from "./way-back.js";
import type { Workbench } from "./workbench.js";

/** One revision to be: the way between two states, and back. */
export interface Part {
  /** The revision's. */
  readonly id: string;
  /** None where all is done at once. */
  readonly phase?: Phase;
  /** The state before, as it is. */
  readonly before: Catalog;
  /** The same, renamed things under their new names. */
  readonly current: Catalog;
  readonly wanted: Catalog;
  readonly renames: readonly Rename[];
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
  /** What the way back finds in quarantine. */
  readonly restored: KeepingPlan["restored"];
  /** Another way back, around what creates or changes these facts while others wait; nothing where there is none. */
  readonly inStages?: (busy: ReadonlySet<FactId>) => Promise<WayBack | undefined>;
}

/** A change to be made, and what is known of the tables that it is made on. */
export interface Journey {
  readonly current: Catalog;
  readonly wanted: Catalog;
  /** The database as it is, with what is not managed. */
  readonly there: Catalog;
  readonly annotations: readonly Annotation[];
  readonly sizes: Sizes;
  /** What is dropped for good, not put into quarantine. */
  readonly isDiscarded: (fact: Fact) => boolean;
  /** What the schema files say of the values of columns whose types change. */
  readonly using: Using;
  /** Whether an earlier revision has put columns of the table away. */
  readonly hasHidden?: (table: FactId) => boolean;
}

/** Whether readers and writers of a table must not wait. */
export function onlineTables({ project }: Workbench, { sizes }: Pick<Journey, "sizes">) {
  const threshold = thresholdOf(project.online);
  return (table: FactId, catalog: Catalog): boolean => {
    const fact = catalog.get(table);
    if (project.online.mode === "never" || fact === undefined) return false;
    return isLarge(sizes(name(fact.identity.schema, fact.identity.name).text), threshold);
  };
}

/**
 * The ways around what the hazards say of the plan that makes all changes at once.
 * @throws DmError DM3303 for a column that needs a value for rows that are there.
 */
export async function findDetours(
  bench: Workbench,
  journey: Journey,
  up: readonly PlannedStatement[],
  hazards: HazardReport,
  renamed: Pick<OnlineContext, "renamed"> = {},
): Promise<Detour[]> {
  const { current, wanted, sizes } = journey;
  const context: OnlineContext = { ...(await onlineContext(bench, journey, { up, hazards })), ...renamed };
  const hasRows = ({ identity }: Fact) => sizes(name(identity.schema, identity.name).text)?.rows !== 0;
  for (const change of diff(current, wanted)) {
    if (change.type === "create" && isKind(change.wanted, "column"))
      refuseWithoutValue(change.wanted, context, hasRows);
  }
  const twins = twinsOf(context);
  const aliased = twins.length === 0 ? undefined : await underAliases(bench, journey, twins);
  const views = changedViews(context, concernedBy(twins, context));
  const detours = detoursOf(context, twins, aliased, views);
  return views.length === 0 ? detours : [...detours, await besideViews(bench, views, context)];
}

/** Both states with the columns under other names, so that PostgreSQL prints what hangs on them with these. */
async function underAliases(
  bench: Workbench,
  { current, wanted }: Journey,
  twins: readonly Twin[],
): Promise<Aliased> {
  const renamed = (which: "fresh" | "stale", state: Catalog) =>
    afterSteps(bench, state, renameSteps(aliases(twins, which, state, true), state, state));
  return { fresh: await renamed("fresh", wanted), stale: await renamed("stale", current) };
}

/** The parts of a journey that takes these detours: a revision for each phase, or one where all tables are small. */
export async function partsOf(
  bench: Workbench,
  journey: Journey,
  detours: readonly Detour[],
): Promise<Part[]> {
  bench.progress("planning in phases");
  const { current, wanted } = journey;
  const isPhased = detours.some(({ isSmall }) => isSmall !== true);
  const names = {
    renames: detours.flatMap((detour) => detour.renames ?? []),
    formerly: new Map(detours.flatMap((detour) => [...(detour.formerly ?? [])])),
    back: detours.flatMap((detour) => detour.back ?? [])[0],
  };
  const way = isPhased
    ? detours.map((one) => ({ ...one, interims: [...one.interims, ...(one.meanwhile ?? [])] }))
    : detours;
  return partsAlong(bench, journey, waypoints({ current, wanted }, way), names, isPhased);
}

/** What changes its name in a swap. */
interface Swapped {
  readonly renames: readonly Rename[];
  readonly formerly: NonNullable<Detour["formerly"]>;
  /** How they change again on the way back; in one transaction with all else unless given. */
  readonly back?: Detour["back"];
}

/** The parts of a journey along these legs. */
export async function partsAlong(
  bench: Workbench,
  journey: Journey,
  way: readonly Leg[],
  names: Swapped,
  isPhased: boolean,
): Promise<Part[]> {
  const groups = new Map<Phase | undefined, Leg[]>();
  for (const leg of way) {
    const phase = isPhased ? phaseOf(leg.stage) : undefined;
    groups.set(phase, [...(groups.get(phase) ?? []), leg]);
  }
  const parts: Part[] = [];
  let start = journey.current;
  for (const [phase, legs] of groups) {
    const part = await partOf(bench, journey, start, legs, names, isPhased);
    parts.push(phase === undefined ? part : { ...part, phase });
    start = part.wanted;
  }
  return parts;
}

async function partOf(
  bench: Workbench,
  journey: Journey,
  start: Catalog,
  legs: readonly Leg[],
  { renames, formerly, back: namesAgain }: Swapped,
  isPhased: boolean,
): Promise<Part> {
  const isOnline = onlineTables(bench, journey);
  const isSwapped = legs.some(({ stage }) => stage === "swap") && renames.length > 0;
  const all = legs.flatMap(({ works }) => works);
  const inTurn = (turn: Turn, works: readonly Work[] = all) =>
    works.filter((work) => work.turn === turn).map((work) => aboutRows(work, isPhased));
  const counted = new Set(inTurn("swap ends").flatMap(({ facts }) => facts));
  const isCounted = (column: FactId) => counted.has(column);
  const concurrent = plannerTowards(bench, journey, {
    isOnline: (table) => isPhased && isOnline(table, start),
    isCounted,
  });
  // Nothing may be seen half swapped, and what runs CONCURRENTLY ends a transaction.
  const atOnce = plannerTowards(bench, journey, { isCounted });
  const id = newRevisionId();
  const isInterim = (fact: FactId) => !journey.current.has(fact) && !journey.wanted.has(fact);
  const keeping = (among: Planner, from: Catalog, to: Catalog, ups?: readonly PlannedStatement[]) =>
    keepingPlan(among, from, to, {
      revision: id,
      isDiscarded: (fact) => journey.isDiscarded(formerly.get(fact.id) ?? fact),
      isInterim: (fact) => isInterim(fact.id),
      formerly: (column) => formerly.get(column),
      isTold: (column) => journey.using(column) !== undefined,
      ...(journey.hasHidden && { hasHidden: journey.hasHidden }),
      ...(ups && { up: ups }),
    });
  const up: PlannedStatement[] = [];
  let at = start;
  for (const { stage, to, works } of legs) {
    const end = to === journey.wanted ? to : await bench.normalize(to);
    const steps = stage === "swap" && renames.length > 0 ? renameSteps(renames, at, end) : [];
    const renamed = steps.length === 0 ? at : await afterSteps(bench, at, steps);
    const among = steps.length > 0 ? atOnce : concurrent;
    const statements = [
      ...inTurn("swap begins", works),
      ...inPlace(renamePlan(steps).up),
      ...keeping(among, renamed, end).up,
      ...inTurn("swap ends", works),
    ];
    const stretch = { stage, isFirst: up.length === 0, from: renamed, to: end, isInterim };
    up.push(...(isPhased ? apart(statements, stretch) : statements), ...inTurn("fill", works));
    at = end;
  }
  const old = await namesBack(bench, start, at, isSwapped ? renames : []);
  const { down: back, restored } = keeping(isSwapped ? atOnce : concurrent, old.start, at, up);
  const isAdding = isPhased && legs.every(({ stage }) => phaseOf(stage) === "additive");
  const stretch = { stage: "add", isFirst: true, from: at, to: start, isInterim } as const;
  const down = isAdding ? apart(back, stretch) : back;
  const afterwards = [
    ...inTurn("way back begins").map((statement) => ({ ...statement, begins: true as const })),
    ...inTurn("way back"),
  ];
  const [begins, ends] = [inTurn("swap begins"), [...inPlace(old.down), ...inTurn("swap ends")]];
  const part: Part = {
    ...{ id, before: start, current: start, wanted: at, renames: [], up, restored },
    down: [...begins, ...down, ...ends, ...afterwards],
  };
  if (!isPhased) return part;
  const isNamed = begins.length + ends.length > 0;
  // Names change back in one transaction.
  const swap =
    isSwapped && namesAgain !== undefined ? { ...namesAgain, begins, ends: inTurn("swap ends") } : undefined;
  if (isNamed && swap === undefined) return part;
  const inStages = {
    ...{ from: at, to: start, concurrent, atOnce, afterwards },
    ...(isNamed && swap && { swap }),
    keeping: (among: Planner, from: Catalog, to: Catalog) => keeping(among, to, from, up),
  };
  return { ...part, inStages: (busy) => backInStages(bench, inStages, busy) };
}

/** What brings rows up to date runs in batches, where others are at work on the table. */
function aboutRows({ turn, about, facts, sql, once }: Work, isPhased: boolean): PlannedStatement {
  const statement = { sql, about, facts, action: "alter", losesData: [], attributes: [] } as const;
  const isFilling = turn === "fill" || turn === "way back";
  return isPhased && isFilling ? { ...statement, commit: "batches", ...(once && { once }) } : statement;
}
