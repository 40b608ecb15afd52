import { keepingPlan } from "../archive/ways.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { isAmong } from "../hazards/facts.js";
import { worksIn } from "../online/detour.js";
import { inheritedEdges, partitionsBelow } from "../online/tree.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Rename } from "../plan/rename.js";
import { renamePlan } from "../plan/rename-steps.js";
import type { Sizes } from "../plan/sizes.js";
import { waysParentsFirst } from "../proof/lock-order.js";
import { newRevisionId } from "../revision/name.js";
import type { PreflightQuery } from "../revision/revision.js";
import { name } from "../sql/sql.js";
import { type Planner, plannerTowards, type Using } from "./amid.js";
import { beforePartitionsGo } from "./dropped-partitions.js";
import { type Examined, examine, misfitQueries } from "./examine.js";
import { busyFacts, retypedRenames } from "./online-context.js";
import { type RenamedOnline, renamedOnline, withoutLoss } from "./online-renames.js";
import { findDetours, type Journey, onlineTables, type Part, partsOf } from "./phases.js";
import type { Renamed } from "./renames.js";
import { type KnownSizes, loadSizes, renamedSizes } from "./sizes.js";
import type { Wanted } from "./wanted.js";
import { backInStages } from "./way-back.js";
import type { Workbench } from "./workbench.js";

/** A revision to be, proven, with what it may do to whom. */
export interface ExaminedPart {
  readonly part: Part;
  readonly examined: Examined;
  /** Examines the same change with other statements. */
  readonly again: (part: Part) => Promise<ExaminedPart>;
}

export interface Change {
  /** The state before, as it is. */
  readonly before: Catalog;
  readonly renamed: Renamed;
  readonly wanted: Wanted;
  /** The database as it is, with what is not managed. */
  readonly there: Catalog;
  /** What is dropped for good, not put into quarantine. */
  readonly isDiscarded: (fact: Fact) => boolean;
  /** Whether an earlier revision has put columns of the table away. */
  readonly hasHidden: (table: FactId) => boolean;
}

/**
 * The whole change at once, as it is proven and measured; in phases, where that would make others wait for work on a
 * large table.
 */
export async function examinedParts(
  bench: Workbench,
  change: Change,
): Promise<{ readonly parts: readonly ExaminedPart[]; readonly sizes: KnownSizes }> {
  const { before, renamed, wanted, there, isDiscarded } = change;
  const { renames, steps, current } = renamed;
  const known = await loadSizes(bench);
  const notes = [...known.notes];
  const sizes = { ...known, notes, sizes: markedLarge(renamedSizes(known.sizes, renames), wanted) };
  const journey: Journey = {
    isDiscarded,
    current,
    wanted: wanted.catalog,
    there,
    annotations: wanted.annotations,
    sizes: sizes.sizes,
    using: usings(wanted),
    hasHidden: change.hasHidden,
  };
  const lasting = {
    ...{ there, sizes, using: journey.using },
    known: { old: isAmong([before, current]), new: isAmong([wanted.catalog]) },
  };
  const atOnce = { before, renames, renaming: renamePlan(steps) };
  const retyped = await retypedRenames(bench, journey, renames, async () => {
    const { up, ...part } = partAtOnce(bench, journey, atOnce);
    return { up, hazards: (await examine(bench, { ...part, up, ...lasting })).hazards };
  });
  const online = await renamedOnline(bench, { before, renamed, journey, retyped }, notes);
  const examineOnce: Examine = async (part, filled = new Set(), ahead = []) => ({
    part,
    examined: await examine(bench, {
      ...{ ...part, ...lasting, filled, ahead },
      ...(online && { certain: online.certain }),
    }),
    again: (other) => examineOnce(other, filled, ahead),
  });
  const examined: Examine = async (part, ...rest) => {
    const first = await examineOnce(part, ...rest);
    const eased = await easedBack(first);
    return eased === undefined ? first : first.again(eased);
  };
  const parts = [];
  if (online === undefined) parts.push(...(await partsInTurn(bench, journey, atOnce, examined)));
  else {
    for (const part of online.parts) parts.push(await examined(part));
    const start = { before: online.journey.current, renames: [], renaming: renamePlan([]), online };
    parts.push(...(await partsInTurn(bench, online.journey, start, examined)));
  }
  const inOrder = [];
  for (const part of parts) inOrder.push(await parentsLockedFirst(part));
  return { parts: inOrder, sizes };
}

/** Proven once more, where locks have to be taken in another order. */
async function parentsLockedFirst(found: ExaminedPart): Promise<ExaminedPart> {
  const part = waysParentsFirst(found.part, found.examined.proof);
  return part === undefined ? found : found.again(part);
}

/** The part with a way back that makes nobody wait, where the one that does all at once would, and there is another. */
async function easedBack({ part, examined }: ExaminedPart): Promise<Part | undefined> {
  const busy = busyFacts(part.down, examined.downHazards.hazards);
  const back = busy.size === 0 ? undefined : await part.inStages?.(busy);
  return back && { ...part, ...back };
}

type Examine = (
  part: Part,
  filled?: ReadonlySet<FactId>,
  ahead?: readonly PreflightQuery[],
) => Promise<ExaminedPart>;

/** Where a journey begins. */
interface Start {
  readonly before: Catalog;
  /** What is carried out first. */
  readonly renames: readonly Rename[];
  readonly renaming: ReturnType<typeof renamePlan>;
  /** What has two names here. */
  readonly online?: RenamedOnline;
}

/** All changes of a journey in one revision. */
function partAtOnce(
  bench: Workbench,
  journey: Journey,
  { before, renames, renaming }: Start,
  id = newRevisionId(),
  isOnline?: (table: FactId) => boolean,
): Part {
  const { current, wanted, isDiscarded } = journey;
  const among = plannerTowards(bench, journey, { isOnline });
  const request = {
    ...{ revision: id, isDiscarded },
    isTold: (column: FactId) => journey.using(column) !== undefined,
    ...(journey.hasHidden && { hasHidden: journey.hasHidden }),
  };
  const { up, down, restored } = keepingPlan(among, current, wanted, request);
  const all = {
    ...{ id, before, current, wanted, renames, restored },
    up: [...renaming.up, ...up],
    down: [...down, ...renaming.down],
  };
  const back = {
    ...{ from: wanted, to: current, concurrent: among, atOnce: plannerTowards(bench, journey) },
    keeping: (planner: Planner, from: Catalog, to: Catalog) =>
      keepingPlan(planner, to, from, { ...request, up }),
  };
  return isOnline === undefined
    ? all
    : withStages(all, (busy) => backInStages(bench, back, busy), renaming.down);
}

/** Partitions that go last have a journey of their own. */
async function partsInTurn(
  bench: Workbench,
  journey: Journey,
  start: Start,
  examined: Examine,
): Promise<ExaminedPart[]> {
  const between = await beforePartitionsGo(bench, journey);
  if (between === undefined) return partsFrom(bench, journey, start, examined);
  const [first, last] = [
    { ...journey, wanted: between },
    { ...journey, current: between },
  ];
  const there = { before: between, renames: [], renaming: renamePlan([]) };
  return [
    ...(await partsFrom(bench, first, start, examined)),
    ...(await partsFrom(bench, last, there, examined)),
  ];
}

async function partsFrom(
  bench: Workbench,
  journey: Journey,
  start: Start,
  examined: Examine,
): Promise<ExaminedPart[]> {
  const { current } = journey;
  const { before, renames, renaming, online } = start;
  const id = newRevisionId();
  const atOnce = (isOnline?: (table: FactId) => boolean) => partAtOnce(bench, journey, start, id, isOnline);
  const direct = online?.isAll === true ? undefined : await examined(atOnce());
  const found =
    direct === undefined
      ? []
      : await findDetours(bench, journey, direct.part.up, direct.examined.hazards, online);
  const detours = [...(online === undefined ? [] : [online.detour]), ...found];
  if (direct !== undefined && detours.every(({ isOptional }) => isOptional)) {
    const isOnline = onlineTables(bench, journey);
    const concurrent = atOnce((table) => isOnline(table, current));
    const isSame = sameTexts(direct.part.up, concurrent.up) && sameTexts(direct.part.down, concurrent.down);
    const isEasy = busyFacts(direct.part.down, direct.examined.downHazards.hazards).size === 0;
    return [isSame && isEasy ? direct : await examined(concurrent)];
  }
  const { using, annotations } = journey;
  const twins = new Set(
    detours.flatMap(({ formerly }) => [...(formerly?.values() ?? [])].map(({ id }) => id)),
  );
  const backfilled = annotations.flatMap((one) => (one.name === "backfill" ? [factId(one.target)] : []));
  const filled = new Set([
    ...worksIn("fill", detours).flatMap(({ facts }) => facts),
    ...backfilled.filter((column) => twins.has(column)),
  ]);
  const ahead = direct === undefined ? [] : misfitQueries(bench, { ...direct.part, using }, twins);
  const parts = [];
  for (const [at, part] of (await partsOf(bench, journey, detours)).entries()) {
    const own = online === undefined ? part : withoutLoss(part, online.spare);
    const first = withStages(
      { ...own, before, renames, up: [...renaming.up, ...own.up], down: [...own.down, ...renaming.down] },
      own.inStages,
      renaming.down,
    );
    parts.push(await (at === 0 ? examined(first, filled, ahead) : examined(own, filled)));
  }
  return parts;
}

/** @param last ends every way back. */
function withStages(part: Part, inStages: Part["inStages"], last: readonly PlannedStatement[]): Part {
  if (inStages === undefined) return part;
  return {
    ...part,
    inStages: async (busy) => {
      const back = await inStages(busy);
      return back && { ...back, down: [...back.down, ...last] };
    },
  };
}

function sameTexts(a: readonly PlannedStatement[], b: readonly PlannedStatement[]): boolean {
  return a.length === b.length && a.every(({ sql }, at) => sql.text === b[at]?.sql.text);
}

/** What the schema files say of the values of a column whose type changes, and so of its partitions': `@using`. */
function usings({ annotations, catalog }: Wanted): Using {
  const told = new Map(
    annotations
      .filter((one) => one.name === "using")
      .map(({ target, argument }) => [factId(target), argument]),
  );
  const toldOf = (column: FactId): string | undefined => {
    const [above] = inheritedEdges(column, catalog);
    return told.get(column) ?? (above && toldOf(above.to));
  };
  return toldOf;
}

/** Sizes with what the schema files say of tables, and so of their partitions: `@online`. */
function markedLarge(sizes: Sizes, { annotations, catalog }: Wanted): Sizes {
  const large = new Set(
    annotations
      .filter(({ name: annotation, target }) => annotation === "online" && target.kind === "table")
      .map(({ target }) => factId(target))
      .flatMap((table) => [table, ...partitionsBelow(table, catalog)])
      .flatMap((table) => catalog.get(table) ?? [])
      .map(({ identity }) => name(identity.schema, identity.name).text),
  );
  if (large.size === 0) return sizes;
  return (relation) => {
    const size = sizes(relation);
    return size === undefined || !large.has(relation) ? size : { ...size, isBusy: true };
  };
}
