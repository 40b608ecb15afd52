import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import { buildable } from "../manage/surroundings.js";
import { droppedApart } from "../online/dropped-partition.js";
import { rootOf } from "../plan/decide.js";
import { buildPlan, withSite } from "../proof/build.js";
import { StatementError } from "../proof/run.js";
import { plannerTowards } from "./amid.js";
import { type Journey, onlineTables } from "./phases.js";
import type { Workbench } from "./workbench.js";

/**
 * The wanted state with partitions that go, which get all that their table gets, as PostgreSQL makes it; nothing where
 * none of them has to stay for a while, or none can: their place is taken.
 */
export async function beforePartitionsGo(bench: Workbench, journey: Journey): Promise<Catalog | undefined> {
  const { current, wanted, isDiscarded } = journey;
  const isOnline = onlineTables(bench, journey);
  const ties = droppedApart(
    journey,
    (table) => isOnline(table, current),
    (table) => !isDiscarded(table),
  );
  if (ties.length === 0) return undefined;
  const staying = new Set(ties.map(({ parent }) => parent));
  const isOfStaying = (id: FactId) => {
    const fact = current.get(id);
    return fact !== undefined && staying.has(rootOf(fact, current).id);
  };
  const rest = plannerTowards(bench, journey)(current, wanted).filter(
    ({ action, facts }) => action !== "drop" || !facts.every(isOfStaying),
  );
  const built = buildable(bench.base, current);
  const needs = { catalogs: [built, wanted], commits: false, scope: current.scope };
  try {
    const found = await withSite(bench.shadow, needs, async (site) => {
      await site.run(buildPlan(bench.shadow, bench.base, built));
      await site.run(rest);
      return site.read();
    });
    return bench.normalize(found);
  } catch (error) {
    if (error instanceof StatementError) return undefined;
    throw error;
  }
}
