import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { indexOfKey } from "../kinds/key-index.js";
import type { Interim } from "./detour.js";
import { interimName, renamedFact } from "./names.js";
import { unattached } from "./partitioned.js";
import type { RenamedInTable } from "./rename-column.js";
import { familyOf, inheritedEdges, isPartitioned, membersOf, tiesBelow } from "./tree.js";

/** Indexes and keys that an application's queries by these columns use. */
export function indexesOn(columns: readonly RenamedInTable[], catalog: Catalog): Fact[] {
  const all = columns.map(({ before }) => before);
  const own = new Set(all.map(({ id }) => id));
  return [...new Set(all.flatMap(({ parent }) => parent ?? []))]
    .flatMap((table) => catalog.children(table))
    .filter((fact) => isKind(fact, "index") || (isKind(fact, "constraint") && indexOfKey(fact) !== undefined))
    .filter(({ id }) => catalog.dependencies(id).some(({ to }) => own.has(to)));
}

/**
 * Queries by the old name find indexes, and ON CONFLICT unique ones.
 * @param aliased the state before, with the columns and their indexes under the twins' names.
 */
export function twinIndexes(
  columns: readonly RenamedInTable[],
  before: Catalog,
  aliased: Catalog,
): Interim[] {
  return indexesOn(columns, before)
    .filter(({ id }) => inheritedEdges(id, before).length === 0)
    .flatMap((index) => twinIndex(index, before, aliased));
}

/** An index as it is until the swap, and from then on; and what these are made of. */
interface Twins {
  readonly fresh: Fact<"index">;
  readonly lasting: Fact<"index">;
  readonly alias: Fact;
  readonly index: Fact;
}

/** With those of partitions; none where these have anything else in the place of one. */
function twinIndex(head: Fact, before: Catalog, aliased: Catalog): Interim[] {
  const family = familyOf(head, before);
  const members = family === undefined ? [head] : membersOf(family);
  const twins = members.flatMap((index): Twins[] => {
    const own = interimName("twin", index.id);
    const alias = aliased.get(factId({ ...index.identity, name: own }));
    const [fresh, lasts] = [servedBy(alias), servedBy(index)];
    if (alias === undefined || fresh === undefined || lasts === undefined) return [];
    return [{ fresh, lasting: renamedFact(lasts, own), alias, index }];
  });
  const count = family === undefined ? 1 : 1 + tiesBelow(head.parent ?? head.id, before).length;
  if (twins.length < count) return [];
  const made = new Map(
    twins.flatMap(({ fresh, alias, index }) => [alias, index].map(({ id }) => [id, fresh.id])),
  );
  const needs = (catalog: Catalog, { id }: Fact, from: FactId) =>
    catalog
      .dependencies(id)
      .filter(({ to }) => !isKind(catalog.get(to), "not null"))
      .map((edge): Edge => ({ ...edge, from, to: made.get(edge.to) ?? edge.to }));
  const fresh = {
    facts: twins.map((one) => one.fresh),
    edges: twins.flatMap((one) => needs(aliased, one.alias, one.fresh.id)),
  };
  const lasting = {
    facts: twins.map((one) => one.lasting),
    edges: twins.flatMap((one) => needs(before, one.index, one.lasting.id)),
  };
  const stages: Interim[] = [
    { from: family === undefined ? "build" : "validate", until: "swap", ...fresh },
    { from: "swap", until: "cleanup", ...lasting },
  ];
  if (family === undefined) return stages;
  const isAbove = ({ parent }: Fact) => isPartitioned(parent, before);
  const [root, ...branches] = fresh.facts.filter(isAbove);
  if (root === undefined) return [];
  const leaves = fresh.facts.filter((index) => !isAbove(index));
  const edges = fresh.edges.filter(({ type }) => type !== "inherits");
  const apart = unattached({ root, branches, leaves, edges });
  return [{ from: "build", until: "validate", facts: apart, edges }, ...stages];
}

function servedBy(fact: Fact | undefined): Fact<"index"> | undefined {
  if (isKind(fact, "index")) return fact;
  return isKind(fact, "constraint") ? indexOfKey(fact) : undefined;
}
