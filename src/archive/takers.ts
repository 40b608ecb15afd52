import { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";

/**
 * The state without what takes the names of tables that `other` has and it has not: a view in a table's place. While it
 * is not there, the table can be put away and brought back.
 * @returns the state itself where nothing does, and where what takes the name, or rests on it, holds rows.
 */
export function withoutTakers(
  state: Catalog,
  other: Catalog,
  isDiscarded: (table: Fact) => boolean,
): Catalog {
  const names = new Set(
    other
      .ofKind("table")
      .flatMap((table) => (state.has(table.id) || isDiscarded(table) ? [] : occupied(table))),
  );
  if (names.size === 0) return state;
  const takers = [...state.facts.values()].filter((fact) => occupied(fact).some((one) => names.has(one)));
  const gone = new Set<FactId>();
  const take = (id: FactId) => {
    if (gone.has(id)) return;
    gone.add(id);
    for (const part of state.children(id)) take(part.id);
    for (const { from } of state.dependents(id)) take(from);
  };
  for (const { id } of takers) take(id);
  if (gone.size === 0 || [...gone].some((id) => holdsRows(state.get(id)))) return state;
  return without(state, gone);
}

const occupied = (fact: Fact) => kindOf(fact.identity.kind).occupies?.(fact) ?? [];

const holdsRows = (fact: Fact | undefined) =>
  fact !== undefined &&
  (isKind(fact, "materialized view") || kindOf(fact.identity.kind).holdsData?.(fact) === true);

/** The state less these facts. */
export function without(state: Catalog, gone: ReadonlySet<FactId>): Catalog {
  const { major, self, unmodelled, scope, leftOut, whole } = state;
  const rest = { major, self, unmodelled, scope, leftOut };
  const less = (one: Catalog) => ({
    facts: [...one.facts.values()].filter(({ id }) => !gone.has(id)),
    edges: one.edges().filter(({ from, to }) => !gone.has(from) && !gone.has(to)),
  });
  return new Catalog({
    ...{ ...rest, ...less(state) },
    ...(whole === state ? {} : { whole: new Catalog({ ...rest, ...less(whole) }) }),
  });
}
