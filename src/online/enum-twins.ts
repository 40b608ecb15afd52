import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import type { Change } from "../diff/diff.js";
import { keepsLabels } from "../kinds/enum.js";
import { name } from "../sql/sql.js";
import type { OnlineContext } from "./context.js";
import { dependentsOf } from "./dependents.js";
import { interimName } from "./names.js";

/** An enum that loses labels, or gives them another order, by another one that takes its name with the columns. */
export interface EnumTwin {
  readonly current: Fact<"enum">;
  readonly wanted: Fact<"enum">;
  /** What the new one is called until it takes the name. */
  readonly fresh: Identity<"enum">;
  /** What the old one is called from then on. */
  readonly stale: Identity<"enum">;
}

export interface EnumColumns {
  readonly type: EnumTwin;
  readonly columns: readonly { readonly current: Fact<"column">; readonly wanted: Fact<"column"> }[];
}

/**
 * The columns that change with their enum, where nothing but columns knows it and one of them is on a busy table: the
 * type has one name, so all of them move at once.
 */
export function columnsOfChangedEnum(change: Change, context: OnlineContext): EnumColumns | undefined {
  if (change.type !== "alter") return undefined;
  const { current, wanted } = change;
  if (!isKind(current, "enum") || !isKind(wanted, "enum") || keepsLabels(current, wanted)) return undefined;
  const formers = formersOf(context);
  const before = columnsOf(current, context.current).filter(({ id }) => !formers.includes(id));
  const after = new Map(columnsOf(wanted, context.wanted).map((column) => [column.id, column] as const));
  const columns = before.flatMap((column) => {
    const then = after.get(column.id);
    return then?.attributes.type === column.attributes.type ? [{ current: column, wanted: then }] : [];
  });
  const isWhole = columns.length === before.length && columns.length === after.size;
  const ids = columns.map((column) => column.current.id);
  const isBusy = columns.some((column) => context.isBusy({ type: "alter", ...column, attributes: ["type"] }));
  if (!isWhole || !isBusy || !isOnlyOf(current.id, [...ids, ...formers], context.current)) return undefined;
  if (!isOnlyOf(wanted.id, ids, context.wanted)) return undefined;
  const called = (what: "new" | "old") => ({ ...wanted.identity, name: interimName(what, wanted.id) });
  return { type: { current, wanted, fresh: called("new"), stale: called("old") }, columns };
}

/** Columns under old names, which keep the old type. */
function formersOf({ renamed }: OnlineContext): FactId[] {
  return (renamed?.columns ?? []).flatMap(({ isRetyped, before }) => (isRetyped ? before.id : []));
}

function columnsOf(type: Fact<"enum">, catalog: Catalog): Fact<"column">[] {
  const own = name(type.identity.schema, type.identity.name).text;
  return catalog.dependents(type.id).flatMap(({ from }) => {
    const column = catalog.get(from);
    const isOfType = isKind(column, "column") && [own, `${own}[]`].includes(column.attributes.type);
    return isOfType ? [column] : [];
  });
}

/** Whether all that needs the type is the columns with what hangs on them, and what is said of the type itself. */
function isOnlyOf(type: FactId, columns: readonly FactId[], catalog: Catalog): boolean {
  const known = new Set([...columns, ...dependentsOf(columns, catalog).map(({ id }) => id)]);
  return catalog.dependents(type).every(({ from }) => {
    const fact = catalog.get(from);
    return known.has(from) || (fact?.parent === type && fact.identity.of !== undefined);
  });
}
