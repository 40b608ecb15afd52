import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Annotation } from "../desired/state.js";
import type { Change } from "../diff/diff.js";
import { kindOf } from "../kinds/index.js";
import type { Detour } from "./detour.js";
import type { States } from "./waypoints.js";

/** What decides which way a change takes. */
export interface OnlineContext extends States {
  /** Major version of the server. */
  readonly major: number;
  /** Whether this change, made at once, would work on a large table while others wait: as measured. */
  readonly isBusy: (change: Change) => boolean;
  /** Whether old code may still use what goes, so that it stays until it is no longer deployed. */
  readonly isLarge: (table: FactId) => boolean;
  /** What the schema files say of the fact, by the name of the annotation. */
  readonly annotated: (fact: FactId, name: Annotation["name"]) => Annotation | undefined;
}

/** The way around for one change; nothing where it is made at once. */
export type DetourRule = (change: Change, context: OnlineContext) => Detour | undefined;

/** The table that a part belongs to, where both states have it and neither inherits nor is inherited from. */
export function lonelyTable(part: Fact, states: States): Fact<"table"> | undefined {
  const table = tableOf(part, states.wanted) ?? tableOf(part, states.current);
  if (table === undefined) return undefined;
  const stays = [states.current, states.wanted].every(
    (state) => state.has(table.id) && !isTied(table.id, state),
  );
  return stays ? table : undefined;
}

function tableOf(part: Fact, catalog: Catalog): Fact<"table"> | undefined {
  const parent = catalog.get(part.parent);
  if (parent === undefined || isKind(parent, "table")) return parent;
  return tableOf(parent, catalog);
}

/** Whether tables inherit from it, or it from one. */
export function isTied(table: FactId, catalog: Catalog): boolean {
  return catalog.dependents(table).some(({ from }) => {
    const fact = catalog.get(from);
    return fact !== undefined && kindOf(fact.identity.kind).isTie !== undefined;
  });
}
