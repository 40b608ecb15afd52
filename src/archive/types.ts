import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";

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

/** Columns whose types do not stay as they are. */
export function changedTypes(facts: readonly Fact[], states: States): ReadonlySet<FactId> {
  const changed = facts.filter((fact) =>
    typesOf(fact, states.current).some((type) => !isSame(type, states, new Set())),
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
