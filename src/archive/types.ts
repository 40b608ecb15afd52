import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";

interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

const typeKinds: ReadonlySet<string> = new Set([
  "enum",
  "domain",
  "composite type",
  "range",
  "type",
  "base type",
  "table",
  "view",
  "materialized view",
  "foreign table",
  "collation",
  "extension",
]);

/** What a column's type and collation are to the state: its own table is none of them. */
export function typesOf(column: Fact | undefined, current: Catalog): FactId[] {
  if (!isKind(column, "column") || column.attributes.generated !== null) return [];
  return current.dependencies(column.id).flatMap(({ to, type }) => {
    const needed = current.get(to);
    const isType = needed !== undefined && typeKinds.has(needed.identity.kind);
    return isType && type !== "inherits" && to !== column.parent ? [to] : [];
  });
}

/** Enums that go, and are not made anew: they can go along with the columns that have their values. */
export function travellingTypes(
  facts: readonly Fact[],
  { current, wanted }: States,
): ReadonlyMap<FactId, Fact<"enum">> {
  const taken = new Set(
    [...wanted.facts.values()].flatMap((fact) => kindOf(fact.identity.kind).occupies?.(fact) ?? []),
  );
  const found = facts
    .flatMap((fact) => typesOf(fact, current))
    .flatMap((id) => {
      const type = current.get(id);
      if (!isKind(type, "enum") || wanted.has(id)) return [];
      return (kindOf("enum").occupies?.(type) ?? []).some((one) => taken.has(one))
        ? []
        : [[id, type] as const];
    });
  return new Map(found);
}

/**
 * Columns whose types do not stay as they are.
 * @param hidden types that go along with their columns.
 */
export function changedTypes(
  facts: readonly Fact[],
  states: States,
  hidden: ReadonlyMap<FactId, Fact>,
): ReadonlySet<FactId> {
  const changed = facts.filter((fact) =>
    typesOf(fact, states.current).some((type) => !hidden.has(type) && !isSame(type, states, new Set())),
  );
  return new Set(changed.map(({ id }) => id));
}

/** Whether a type with all it is made of is the same in both states. */
function isSame(id: FactId, { current, wanted }: States, seen: Set<FactId>): boolean {
  if (seen.has(id)) return true;
  seen.add(id);
  const [before, after] = [current.get(id), wanted.get(id)];
  if (before === undefined || after === undefined || !sameValue(before.attributes, after.attributes))
    return false;
  const parts = (catalog: Catalog) =>
    catalog.children(id).filter(({ identity }) => identity.of === undefined && isPartOfType(identity.kind));
  const [own, others] = [parts(current), parts(wanted)];
  if (own.length !== others.length) return false;
  const needed = current.dependencies(id).map(({ to }) => to);
  return [
    ...own.map((part) => part.id),
    ...needed.filter((to) => typeKinds.has(current.get(to)?.identity.kind ?? "")),
  ].every((one) => isSame(one, { current, wanted }, seen));
}

const isPartOfType = (kind: string) =>
  kind === "column" || kind === "attribute" || kind === "domain constraint";
