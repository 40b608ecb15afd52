import { keepingPlan } from "../archive/ways.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { worksIn } from "../online/detour.js";
import { partitionsBelow } from "../online/tree.js";
import type { PlannedStatement } from "../plan/plan.js";
import { renamePlan } from "../plan/rename-steps.js";
import type { Sizes } from "../plan/sizes.js";
import { newRevisionId } from "../revision/name.js";
import { name } from "../sql/sql.js";
import { plannerTowards, type Using } from "./amid.js";
import { type Examined, examine } from "./examine.js";
import { findDetours, onlineTables, type Part, partsOf } from "./phases.js";
import type { Renamed } from "./renames.js";
import { type KnownSizes, loadSizes, renamedSizes } from "./sizes.js";
import type { Wanted } from "./wanted.js";
import type { Workbench } from "./workbench.js";

/** A revision to be, proven, with what it may do to whom. */
export interface ExaminedPart {
  readonly part: Part;
  readonly examined: Examined;
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
  const sizes = { ...known, sizes: markedLarge(renamedSizes(known.sizes, renames), wanted) };
  const journey = {
    isDiscarded,
    current,
    wanted: wanted.catalog,
    there,
    annotations: wanted.annotations,
    sizes: sizes.sizes,
    using: usings(wanted),
  };
  const { using } = journey;
  const renaming = renamePlan(steps);
  const id = newRevisionId();
  const atOnce = (isOnline?: (table: FactId) => boolean): Part => {
    const among = plannerTowards(bench, journey, { isOnline });
    const request = { revision: id, isDiscarded, isTold: (column: FactId) => using(column) !== undefined };
    const { up, down, restored } = keepingPlan(among, current, wanted.catalog, request);
    return {
      id,
      before,
      current,
      wanted: wanted.catalog,
      renames,
      up: [...renaming.up, ...up],
      down: [...down, ...renaming.down],
      restored,
    };
  };
  const examined = async (part: Part, filled: ReadonlySet<FactId> = new Set()): Promise<ExaminedPart> => ({
    part,
    examined: await examine(bench, { ...part, there, sizes, filled, using }),
  });

  const direct = await examined(atOnce());
  const detours = await findDetours(bench, journey, direct.part.up, direct.examined.hazards);
  if (detours.length === 0) {
    const isOnline = onlineTables(bench, journey);
    const concurrent = atOnce((table) => isOnline(table, current));
    const isSame = sameTexts(direct.part.up, concurrent.up) && sameTexts(direct.part.down, concurrent.down);
    return { parts: [isSame ? direct : await examined(concurrent)], sizes };
  }
  const filled = new Set(worksIn("fill", detours).flatMap(({ facts }) => facts));
  const parts = [];
  for (const [at, part] of (await partsOf(bench, journey, detours)).entries()) {
    const first = {
      ...part,
      before,
      renames,
      up: [...renaming.up, ...part.up],
      down: [...part.down, ...renaming.down],
    };
    parts.push(await examined(at === 0 ? first : part, filled));
  }
  return { parts, sizes };
}

function sameTexts(a: readonly PlannedStatement[], b: readonly PlannedStatement[]): boolean {
  return a.length === b.length && a.every(({ sql }, at) => sql.text === b[at]?.sql.text);
}

/** What the schema files say of the values of a column whose type changes: `@using`. */
function usings({ annotations }: Wanted): Using {
  const told = new Map(
    annotations
      .filter((one) => one.name === "using")
      .map(({ target, argument }) => [factId(target), argument]),
  );
  return (column) => told.get(column);
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
