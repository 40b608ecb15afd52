import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";

interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

/** From a column to those that it comes from, through ties that stay. */
function above(id: FactId, { current, wanted }: States): Edge[] {
  return current
    .dependencies(id)
    .filter(({ type, via }) => type === "inherits" && via !== undefined && wanted.has(via));
}

/** The columns from which it gets its new name, if any. */
export const carriedBy = (id: FactId, states: States): FactId[] => above(id, states).map(({ to }) => to);

/** Whether the column gets its new name from the one that it inherits from. */
export function isCarried(id: FactId, states: States): boolean {
  return above(id, states).length > 0;
}

/** The column from which it gets its new name; itself, where that is its own. */
export function carrierOf(id: FactId, states: States): FactId {
  const [from] = above(id, states);
  return from === undefined ? id : carrierOf(from.to, states);
}

/**
 * Columns that cannot change their names: one of those that inherit them keeps its own, or has it from several (manual,
 * ALTER TABLE, RENAME). With each of them all that it comes from, and all that come from it.
 */
export function blockedColumns(states: States): ReadonlySet<FactId> {
  const { current, wanted } = states;
  const blocked = new Set<FactId>();
  const block = (id: FactId) => {
    if (blocked.has(id)) return;
    blocked.add(id);
    for (const { to } of above(id, states)) block(to);
    for (const { from, type, via } of current.dependents(id)) {
      if (type === "inherits" && via !== undefined && wanted.has(via)) block(from);
    }
  };
  for (const fact of current.ofKind("column")) {
    const from = above(fact.id, states).filter(({ to }) => !wanted.has(to));
    if (!isKind(fact, "column") || from.length === 0) continue;
    if (from.length > 1 || wanted.has(fact.id)) block(fact.id);
  }
  return blocked;
}

export const isPartition = (table: FactId | undefined, state: Catalog): boolean =>
  table !== undefined && state.childrenOfKind(table, "partition").length > 0;

/** Whether it is an identity column, or has its NOT NULL from one. */
export function hasNotNullOfIdentity({ id, attributes }: Fact<"column">, state: Catalog): boolean {
  if (attributes.identity !== null) return true;
  return state.dependencies(id).some(({ to, type }) => {
    const above = type === "inherits" ? state.get(to) : undefined;
    return isKind(above, "column") && hasNotNullOfIdentity(above, state);
  });
}
