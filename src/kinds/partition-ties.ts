import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";

/** The partitioned table. */
export function partitionedBy({ id, parent }: Fact<"partition">, catalog: Catalog): FactId | undefined {
  return catalog
    .dependencies(id)
    .map(({ to }) => to)
    .find((to) => to !== parent && isKind(catalog.get(to), "table"));
}

export function hasDefaultPartition(table: FactId, catalog: Catalog): boolean {
  return partitionsOf(table, catalog).some(({ attributes }) => attributes.bound === "DEFAULT");
}

/** The ties of what is attached to the table. */
export function partitionsOf(table: FactId | undefined, catalog: Catalog): Fact<"partition">[] {
  if (table === undefined) return [];
  return catalog.dependents(table).flatMap(({ from }) => {
    const tie = catalog.get(from);
    return isKind(tie, "partition") && tie.parent !== table ? [tie] : [];
  });
}
