import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Annotation } from "../desired/state.js";
import type { Change } from "../diff/diff.js";
import { kindOf } from "../kinds/index.js";
import type { Detour } from "./detour.js";
import type { RenamedColumn, RenameStates } from "./rename-column.js";
import type { States } from "./waypoints.js";

/** What decides which way a change takes. */
export interface OnlineContext extends States {
  /** Major version of the server. */
  readonly major: number;
  /** Whether this change, made at once, would work on a large table while others wait: as measured. */
  readonly isBusy: (change: Change) => boolean;
  /** Whether old code may still use what goes, so that it stays until it is no longer deployed. */
  readonly isLarge: (table: FactId) => boolean;
  /** What a partition's bounds demand of a row, of those that are attached or detached; nothing where no check can say it. */
  readonly bounds: (tie: Fact<"partition">) => string | undefined;
  /** Whether every change is to go in phases, however little it would hinder. */
  readonly isAlways: boolean;
  /** Whether an expression asks for more than the row and PostgreSQL's own functions, which everybody may call. */
  readonly isBeyondRow: (expression: string) => boolean;
  /** Columns that have their old name, too, and the states around those renames. */
  readonly renamed?: { readonly columns: readonly RenamedColumn[]; readonly states: RenameStates };
  /** What the schema files say of the fact, by the name of the annotation. */
  readonly annotated: (fact: FactId, name: Annotation["name"]) => Annotation | undefined;
}

/** The way around for one change; nothing where it is made at once. */
export type DetourRule = (change: Change, context: OnlineContext) => Detour | undefined;

/**
 * The table that a part belongs to, where both states have it, and neither it nor, for an index or constraint, the part
 * itself inherits or is inherited from.
 */
export function lonelyTable(part: Fact, states: States): Fact<"table"> | undefined {
  const table = tableOf(part, states.wanted) ?? tableOf(part, states.current);
  if (table === undefined) return undefined;
  const stays = [states.current, states.wanted].every(
    (state) => state.has(table.id) && (!isTied(table.id, state) || isOwn(part, table, state)),
  );
  return stays ? table : undefined;
}

/** Whether it is an index or constraint of one partition alone. */
function isOwn({ id, identity }: Fact, { attributes, id: table }: Fact<"table">, state: Catalog): boolean {
  if (identity.kind !== "index" && identity.kind !== "constraint") return false;
  const edges = [...state.dependencies(id), ...state.dependents(id)];
  const isLeaf = attributes.partitionBy === null && state.childrenOfKind(table, "partition").length > 0;
  return isLeaf && !edges.some(({ type }) => type === "inherits");
}

/** The table that it is, or is a part of. */
export function tableOf(part: Fact, catalog: Catalog): Fact<"table"> | undefined {
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
