import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { buildable } from "../manage/surroundings.js";
import { changedTies } from "../online/attaching.js";
import { droppedTies } from "../online/dropped-partition.js";
import { buildPlan, withSite } from "../proof/build.js";
import { literal } from "../sql/sql.js";
import type { Workbench } from "./workbench.js";

/** Nothing where no check can say it. */
export type PartitionBounds = (tie: Fact<"partition">) => string | undefined;

/** What the bounds of partitions that are attached or detached demand of a row, as PostgreSQL says it. */
export async function partitionBounds(
  bench: Workbench,
  current: Catalog,
  wanted: Catalog,
): Promise<PartitionBounds> {
  const states = { current, wanted };
  const found = new Map<FactId, string>();
  for (const [which, state] of [["create", wanted] as const, ["drop", current] as const]) {
    const ties = [...changedTies(which, states), ...(which === "drop" ? droppedTies(states) : [])];
    if (ties.length === 0) continue;
    for (const [tie, bounds] of await boundsIn(bench, state)) if (!found.has(tie)) found.set(tie, bounds);
  }
  return ({ id }) => found.get(id);
}

async function boundsIn(bench: Workbench, state: Catalog): Promise<[FactId, string][]> {
  bench.progress("asking for the bounds of partitions");
  const built = buildable(bench.base, state);
  const needs = { catalogs: [built], commits: false, scope: state.scope };
  return withSite(bench.shadow, needs, async (site) => {
    await site.run(buildPlan(bench.shadow, bench.base, built));
    // So that names are told in full.
    await site.database.script("SET search_path = ''");
    const rows = await site.database.query<{ schema: string; name: string; bounds: string }>(
      `SELECT n.nspname AS schema, c.relname AS name, pg_get_partition_constraintdef(c.oid) AS bounds
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relispartition AND c.relkind IN ('r', 'p') AND pg_get_partition_constraintdef(c.oid) IS NOT NULL`,
    );
    const hashed = await site.database.query<{ oid: string; path: string }>(
      `SELECT partrelid::text AS oid, partrelid::regclass::text AS path
       FROM pg_partitioned_table WHERE partstrat = 'h'`,
    );
    const paths = new Map(hashed.map(({ oid, path }) => [oid, path]));
    return rows.map(({ schema, name, bounds }) => [
      factId({ kind: "partition", schema, name }),
      named(bounds, paths),
    ]);
  });
}

/** A hash is told of by the number of its table, which holds in one database only: by its name it is the same constant. */
function named(bounds: string, paths: ReadonlyMap<string, string>): string {
  return bounds.replaceAll(/(?<=\bsatisfies_hash_partition\()'(\d+)'::oid/g, (number, oid: string) => {
    const path = paths.get(oid);
    return path === undefined ? number : `(${literal(path).text}::regclass)::oid`;
  });
}
