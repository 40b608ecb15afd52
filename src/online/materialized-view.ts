import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { diff } from "../diff/diff.js";
import type { Rename } from "../plan/rename.js";
import type { OnlineContext } from "./context.js";
import { asTheyAre, dependentsOf } from "./dependents.js";
import type { Detour } from "./detour.js";
import { interimName } from "./names.js";

/** A materialised view with another query. */
export interface ChangedView {
  readonly current: Fact<"materialized view">;
  readonly wanted: Fact<"materialized view">;
}

/**
 * Large materialised views whose rows another query makes. Not where other ones read them, or where they read something
 * that is swapped itself.
 */
export function changedViews(context: OnlineContext, swapped: ReadonlySet<FactId>): ChangedView[] {
  return diff(context.current, context.wanted).flatMap((change): ChangedView[] => {
    if (change.type !== "alter" || !context.isLarge(change.current.id)) return [];
    const { current, wanted } = change;
    if (!isKind(current, "materialized view") || !isKind(wanted, "materialized view")) return [];
    if (current.attributes.definition === wanted.attributes.definition || swapped.has(wanted.id)) return [];
    const readers = [
      ...dependentsOf([current.id], context.current),
      ...dependentsOf([wanted.id], context.wanted),
    ];
    const isRead = readers.some((fact) => isKind(fact, "materialized view") || isKind(fact, "table"));
    return isRead ? [] : [{ current, wanted }];
  });
}

/** The views and all that hangs on them, in either state. */
export function concernedByViews(
  views: readonly ChangedView[],
  { current, wanted }: OnlineContext,
): ReadonlySet<FactId> {
  const ids = views.map((view) => view.wanted.id);
  const hanging = [...dependentsOf(ids, current), ...dependentsOf(ids, wanted)];
  return new Set([...ids, ...hanging.map(({ id }) => id)]);
}

/** What the new ones, and their indexes, are called until the swap; what becomes of the old ones there. */
export function viewAliases(views: readonly ChangedView[], which: "new" | "old", catalog: Catalog): Rename[] {
  return views.flatMap((view) =>
    partsOf(view.wanted.id, catalog)
      .filter((fact) => isKind(fact, "materialized view") || isKind(fact, "index"))
      .map(({ identity, id }) => ({ from: identity, to: { ...identity, name: interimName(which, id) } })),
  );
}

/** The view, its columns and its indexes. */
function partsOf(id: FactId, catalog: Catalog): Fact[] {
  const own = catalog.get(id);
  const parts = catalog.children(id).filter((part) => isKind(part, "index") || isKind(part, "view column"));
  return own === undefined ? [] : [own, ...parts];
}

/**
 * A new one is built beside the old one, which others read meanwhile, and then takes its name.
 * @param fresh the wanted state, with the views and their indexes under their interim names.
 */
export function viewsDetour(views: readonly ChangedView[], context: OnlineContext, fresh: Catalog): Detour {
  const facts = views.flatMap(({ wanted }) => {
    const identity: Identity = { ...wanted.identity, name: interimName("new", wanted.id) };
    return partsOf(factId(identity), fresh);
  });
  return {
    interims: [
      ...asTheyAre(
        views.map(({ current }) => current),
        views.map(({ wanted }) => wanted),
        context,
      ),
      {
        from: "build",
        until: "swap",
        facts,
        edges: facts.flatMap(({ id }) => fresh.dependencies(id)),
      },
    ],
    renames: [
      ...viewAliases(views, "old", context.current),
      ...viewAliases(views, "new", context.wanted).map(({ from, to }): Rename => ({ from: to, to: from })),
    ],
  };
}
