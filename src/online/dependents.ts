import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Interim } from "./detour.js";
import type { Stage } from "./stage.js";
import type { States } from "./waypoints.js";

/** All that needs one of these facts, directly or not, themselves left out. */
export function dependentsOf(ids: readonly FactId[], catalog: Catalog): Fact[] {
  const found = new Map<FactId, Fact>();
  const visit = (id: FactId) => {
    for (const { from, type } of catalog.dependents(id)) {
      const fact = catalog.get(from);
      if (fact === undefined || type === "owned" || type === "inherits" || found.has(from)) continue;
      found.set(from, fact);
      visit(from);
    }
  };
  for (const id of ids) visit(id);
  for (const id of ids) found.delete(id);
  return [...found.values()];
}

/** What these facts need of their state beside each other, and another one lacks. */
function neededAndMissing(facts: readonly Fact[], catalog: Catalog, other: Catalog): Fact[] {
  const found = new Map<FactId, Fact>();
  const own = new Set(facts.map(({ id }) => id));
  const visit = (id: FactId) => {
    for (const { to } of catalog.dependencies(id)) {
      const fact = catalog.get(to);
      if (fact === undefined || own.has(to) || other.has(to) || found.has(to)) continue;
      found.set(to, fact);
      visit(to);
    }
  };
  for (const { id } of facts) visit(id);
  return [...found.values()];
}

/**
 * Everything about these facts stays as it is until the swap, and what is new about them comes with it.
 * @param needed until when what they need stays, where it goes.
 */
export function asTheyAre(
  before: readonly Fact[],
  after: readonly Fact[],
  { current, wanted }: States,
  needed: Stage = "cleanup",
): Interim[] {
  const idsOf = (facts: readonly Fact[]) => facts.map(({ id }) => id);
  const then = dependentsOf(idsOf(after), wanted);
  const stays = then.flatMap(({ id }) => current.get(id) ?? []);
  const facts = [...before, ...dependentsOf(idsOf(before), current), ...stays];
  const absent = idsOf(then).filter((id) => !current.has(id));
  return [
    { from: "add", until: "swap", facts, absent },
    { from: "add", until: needed, facts: neededAndMissing(facts, current, wanted) },
  ];
}
