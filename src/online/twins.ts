import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import { type Change, diff } from "../diff/diff.js";
import { isRetyped } from "../kinds/column-type.js";
import type { Rename } from "../plan/rename.js";
import { name } from "../sql/sql.js";
import { lonelyTable, type OnlineContext } from "./context.js";
import { dependentsOf } from "./dependents.js";
import { columnsOfChangedEnum, type EnumTwin } from "./enum-twins.js";
import { interimName } from "./names.js";
import type { States } from "./waypoints.js";

/** A column that changes by another one that takes its place. */
export interface Twin {
  readonly table: Fact<"table">;
  readonly current: Fact<"column">;
  readonly wanted: Fact<"column">;
  /** What the new column is called until it takes the place. */
  readonly fresh: Identity<"column">;
  /** What the old one is called from then on. */
  readonly stale: Identity<"column">;
  /** The type that changes with it and keeps its name. */
  readonly type?: EnumTwin;
}

/** A type of the column under the name that it has while the column has another name. */
export function typeUnder(which: "fresh" | "stale", { type, current, wanted }: Twin): string {
  const own = (which === "fresh" ? wanted : current).attributes.type;
  if (type === undefined) return own;
  const isArray = own.endsWith("[]");
  return `${name(type[which].schema, type[which].name).text}${isArray ? "[]" : ""}`;
}

/** The columns whose type cannot change where they stand while others read and write the table. */
export function twinsOf(context: OnlineContext): Twin[] {
  const changes = diff(context.current, context.wanted);
  const own = changes.flatMap((change) => twinOf(change, context) ?? []);
  return [...own, ...changes.flatMap((change) => twinsOfEnum(change, context))];
}

function twinOf(change: Change, context: OnlineContext): Twin | undefined {
  if (change.type !== "alter" || !context.isBusy(change)) return undefined;
  const { current, wanted } = change;
  if (!isKind(current, "column") || !isKind(wanted, "column") || !isRetyped(current, wanted))
    return undefined;
  return between(current, wanted, context);
}

/** All columns of the type, or none. */
function twinsOfEnum(change: Change, context: OnlineContext): Twin[] {
  const found = columnsOfChangedEnum(change, context);
  if (found === undefined) return [];
  const twins = found.columns.flatMap(({ current, wanted }) => {
    const twin = between(current, wanted, context);
    return twin === undefined ? [] : [{ ...twin, type: found.type }];
  });
  return twins.length === found.columns.length ? twins : [];
}

function between(current: Fact<"column">, wanted: Fact<"column">, context: OnlineContext): Twin | undefined {
  const table = lonelyTable(wanted, context);
  if (table === undefined || current.attributes.generated !== null || wanted.attributes.generated !== null)
    return undefined;
  if (!isReplaceable(current, context.current, context) || !isReplaceable(wanted, context.wanted, context))
    return undefined;
  return {
    table,
    current,
    wanted,
    fresh: { ...wanted.identity, name: interimName("new", wanted.id) },
    stale: { ...wanted.identity, name: interimName("old", wanted.id) },
  };
}

/**
 * Whether all that hangs on the column can be made for another one while others read and write: not what is computed
 * from it and stored, not an exclusion constraint, whose index cannot be built beside.
 */
function isReplaceable(column: Fact<"column">, catalog: Catalog, context: OnlineContext): boolean {
  return dependentsOf([column.id], catalog).every((dependent) => {
    if (isKind(dependent, "table")) return false;
    if (isKind(dependent, "column")) return dependent.attributes.generated?.storage !== "stored";
    if (isKind(dependent, "constraint"))
      return dependent.attributes.type !== "exclusion" && lonelyTable(dependent, context) !== undefined;
    if (isKind(dependent, "index"))
      return (
        isKind(catalog.get(dependent.parent), "materialized view") ||
        lonelyTable(dependent, context) !== undefined
      );
    return true;
  });
}

/** The columns and all that hangs on them, in either state. */
export function concernedBy(twins: readonly Twin[], { current, wanted }: States): ReadonlySet<FactId> {
  const own = twins.map((twin) => twin.wanted.id);
  const before = twins.map((twin) => twin.current.id);
  const dependents = [...dependentsOf(before, current), ...dependentsOf(own, wanted)];
  return new Set([...own, ...before, ...dependents.map(({ id }) => id)]);
}

/** What becomes of one state's columns, and of the indexes and constraints on them, under their other names. */
export function aliases(
  twins: readonly Twin[],
  which: "fresh" | "stale",
  catalog: Catalog,
  hasConstraints = which === "fresh",
): Rename[] {
  const columns = twins.map((twin): Rename => {
    const { identity } = which === "fresh" ? twin.wanted : twin.current;
    return { from: identity, to: twin[which] };
  });
  const types = typesOf(twins).map((type): Rename => {
    return { from: (which === "fresh" ? type.wanted : type.current).identity, to: type[which] };
  });
  const parts = partsOf(twins, which, catalog).filter(
    (part) => isKind(part, "index") || (isKind(part, "constraint") && hasConstraints),
  );
  return [
    ...types,
    ...columns,
    ...parts.map(({ identity, id }) => ({ from: identity, to: { ...identity, name: partName(which, id) } })),
  ];
}

/** Each type that changes with columns, once. */
export function typesOf(twins: readonly Twin[]): EnumTwin[] {
  return [...new Set(twins.flatMap(({ type }) => (type === undefined ? [] : [type])))];
}

export const partName = (which: "fresh" | "stale", id: FactId) =>
  interimName(which === "fresh" ? "new" : "old", id);

/** What depends on the columns in their own state: of the tables, not of views. */
function partsOf(twins: readonly Twin[], which: "fresh" | "stale", catalog: Catalog): Fact[] {
  const ids = twins.map(({ wanted, current }) => (which === "fresh" ? wanted.id : current.id));
  return dependentsOf(ids, catalog).filter(({ parent }) => isKind(catalog.get(parent), "table"));
}
