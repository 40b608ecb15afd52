import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import { type Change, diff } from "../diff/diff.js";
import { isAlike } from "../kinds/cast.js";
import { isRetyped } from "../kinds/column-type.js";
import { isExclusive } from "../kinds/key-index.js";
import type { Rename } from "../plan/rename.js";
import { name } from "../sql/sql.js";
import { isTied, lonelyTable, type OnlineContext, tableOf } from "./context.js";
import { dependentsOf } from "./dependents.js";
import { columnsOfChangedEnum, type EnumTwin } from "./enum-twins.js";
import { interimName } from "./names.js";
import { type Spread, spreadOf } from "./spread.js";
import { familyOf, hasSamePartitions, headOf, inheritedEdges } from "./tree.js";
import type { States } from "./waypoints.js";

/** A column of one table that changes by another one that takes its place. */
export interface TwinColumn {
  readonly current: Fact<"column">;
  readonly wanted: Fact<"column">;
  /** What the new column is called until it takes the place. */
  readonly fresh: Identity<"column">;
  /** What the old one is called from then on. */
  readonly stale: Identity<"column">;
}

/** The same with what comes and goes with it. */
export interface Twin extends TwinColumn {
  readonly table: Fact<"table">;
  readonly spread: Spread;
  /** What partitions have from it. */
  readonly heirs: readonly TwinColumn[];
  /** The type that changes with it and keeps its name. */
  readonly type?: EnumTwin;
}

/** The columns of all tables, those first whose statements reach the others. */
export function columnsOf(twins: readonly Twin[]): TwinColumn[] {
  return twins.flatMap((twin) => [twin, ...twin.heirs]);
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
  const retyped = changes.flatMap((change) => retypedColumn(change, context) ?? []);
  const chosen = withCompared(
    retyped.filter(({ isBusy }) => isBusy),
    retyped,
    context,
  );
  const own = chosen.flatMap(({ current, wanted }) => between(current, wanted, context) ?? []);
  const all = [...own, ...changes.flatMap((change) => twinsOfEnum(change, context))];
  const incomparable = chosen.filter(isIncomparable).map(({ wanted }) => wanted.id);
  return together(all, new Set(incomparable), context);
}

interface Retyped extends Pick<TwinColumn, "current" | "wanted"> {
  readonly isBusy: boolean;
}

function retypedColumn(change: Change, context: OnlineContext): Retyped | undefined {
  if (change.type !== "alter") return undefined;
  const { current, wanted, attributes } = change;
  if (!isKind(current, "column") || !isKind(wanted, "column") || !isRetyped(current, wanted))
    return undefined;
  const isBusy = spreadOf(wanted, context)?.columns.some((column) =>
    context.isBusy({ type: "alter", current, wanted: column, attributes }),
  );
  return { current, wanted, isBusy: isBusy === true };
}

/** With the columns of small tables that a foreign key could not compare with them, were one changed before the other. */
function withCompared(
  chosen: readonly Retyped[],
  retyped: readonly Retyped[],
  context: OnlineContext,
): readonly Retyped[] {
  const compared = new Set(chosen.flatMap(({ wanted }) => comparedWith(wanted.id, context)));
  const more = retyped.filter(
    (one) => !chosen.includes(one) && compared.has(one.wanted.id) && isIncomparable(one),
  );
  return more.length === 0 ? chosen : withCompared([...chosen, ...more], retyped, context);
}

/** Whether a foreign key could not compare the column as it is with one of its new type. */
const isIncomparable = ({ current, wanted }: Retyped) =>
  !isAlike(current.attributes.type, wanted.attributes.type);

/**
 * Columns that a foreign key compares change at the same moment: all of them by others, or none.
 * @param retyped those that could not be compared in between.
 */
function together(twins: readonly Twin[], retyped: ReadonlySet<FactId>, context: OnlineContext): Twin[] {
  const taken = new Set(columnsOf(twins).map(({ wanted }) => wanted.id));
  const isLeft = (column: FactId) => retyped.has(column) && !taken.has(column);
  const whole = twins.filter(
    (twin) => !columnsOf([twin]).some(({ wanted }) => comparedWith(wanted.id, context).some(isLeft)),
  );
  return whole.length === twins.length ? whole : together(whole, retyped, context);
}

/** The columns of the foreign keys that the column is in or is referenced by, in either state. */
function comparedWith(column: FactId, { current, wanted }: States): FactId[] {
  return [current, wanted].flatMap((state) =>
    state.dependents(column).flatMap(({ from }) => {
      const key = state.get(from);
      const isForeignKey = isKind(key, "constraint") && key.attributes.type === "foreign key";
      return isForeignKey ? state.dependencies(from).map(({ to }) => to) : [];
    }),
  );
}

/** All columns of the type, or none. */
function twinsOfEnum(change: Change, context: OnlineContext): Twin[] {
  const found = columnsOfChangedEnum(change, context);
  if (found === undefined) return [];
  const twins = found.columns.flatMap(({ current, wanted }) => {
    const twin = between(current, wanted, context);
    return twin === undefined ? [] : [{ ...twin, type: found.type }];
  });
  return columnsOf(twins).length === found.columns.length ? twins : [];
}

function between(current: Fact<"column">, wanted: Fact<"column">, context: OnlineContext): Twin | undefined {
  const spread = spreadOf(wanted, context);
  if (spread === undefined || current.attributes.generated !== null || wanted.attributes.generated !== null)
    return undefined;
  const [own, ...heirs] = spread.columns.flatMap((column): TwinColumn[] => {
    const before = context.current.get(column.id);
    const called = (what: "new" | "old") => ({ ...column.identity, name: interimName(what, wanted.id) });
    if (!isKind(before, "column")) return [];
    return [{ current: before, wanted: column, fresh: called("new"), stale: called("old") }];
  });
  // A partition that is a foreign table has no column of this kind.
  if (own === undefined || heirs.length < spread.ties.length) return undefined;
  const isPossible = [own, ...heirs].every(
    (column) =>
      isReplaceable(column.current, context.current, context) &&
      isReplaceable(column.wanted, context.wanted, context),
  );
  return isPossible ? { ...own, heirs, spread, table: spread.table } : undefined;
}

/**
 * Whether all that hangs on the column can be made for another one while others read and write: not what is computed
 * from it and stored, not what excludes, whose index cannot be built beside.
 */
function isReplaceable(column: Fact<"column">, catalog: Catalog, context: OnlineContext): boolean {
  const dependents = dependentsOf([column.id], catalog);
  return dependents.every((dependent) => {
    if (isKind(dependent, "table")) return false;
    if (isKind(dependent, "column")) return dependent.attributes.generated?.storage !== "stored";
    if (isKind(dependent, "constraint")) {
      const isOfTied = catalog.dependencies(dependent.id).some(({ to, type }) => {
        return type !== "inherits" && dependents.some(({ id }) => id === to) && isKeyOfTied(to, catalog);
      });
      return !isExclusive(dependent) && !isOfTied && isMadeBeside(dependent, catalog, context);
    }
    if (isKind(dependent, "index"))
      return (
        isKind(catalog.get(dependent.parent), "materialized view") ||
        isMadeBeside(dependent, catalog, context)
      );
    return true;
  });
}

/** A partitioned table's key takes in those of its partitions in the swap: nothing can reference it before. */
function isKeyOfTied(id: FactId, catalog: Catalog): boolean {
  const key = catalog.get(id);
  const table = isKind(key, "constraint") || isKind(key, "index") ? tableOf(key, catalog) : undefined;
  return table !== undefined && isTied(table.id, catalog);
}

/** Whether the index or constraint stands alone, or is of one kind in all partitions, which stay as they are. */
function isMadeBeside(part: Fact, catalog: Catalog, context: OnlineContext): boolean {
  if (lonelyTable(part, context) !== undefined) return true;
  const head = headOf(part, catalog);
  const family = head && familyOf(head, catalog);
  return family !== undefined && hasSamePartitions(tableOf(family.root, catalog)?.id, context);
}

/** The columns and all that hangs on them, in either state. */
export function concernedBy(twins: readonly Twin[], { current, wanted }: States): ReadonlySet<FactId> {
  const columns = columnsOf(twins);
  const own = columns.map((column) => column.wanted.id);
  const before = columns.map((column) => column.current.id);
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
  const parts = partsOf(twins, which, catalog).filter((part) =>
    isKind(part, "constraint") ? hasConstraints && isNamedAlone(part, catalog) : isKind(part, "index"),
  );
  return [
    ...types,
    ...columns,
    ...parts.map((part): Rename => {
      const own = interimName(which === "fresh" ? "new" : "old", namesake(part, catalog));
      return { from: part.identity, to: { ...part.identity, name: own } };
    }),
  ];
}

/** A check gets its name from the one that it comes from (manual, ALTER TABLE, RENAME CONSTRAINT). */
function isNamedAlone({ id, attributes }: Fact<"constraint">, catalog: Catalog): boolean {
  return attributes.type !== "check" || inheritedEdges(id, catalog).length === 0;
}

/** The topmost of those that the part comes from and that have its name: they are called alike. */
function namesake({ id, identity }: Fact, catalog: Catalog): FactId {
  for (const { to } of inheritedEdges(id, catalog)) {
    const above = catalog.get(to);
    if (above !== undefined && above.identity.name === identity.name) return namesake(above, catalog);
  }
  return id;
}

/** Each type that changes with columns, once. */
export function typesOf(twins: readonly Twin[]): EnumTwin[] {
  return [...new Set(twins.flatMap(({ type }) => (type === undefined ? [] : [type])))];
}

/** What depends on the columns in their own state: of the tables, not of views. */
function partsOf(twins: readonly Twin[], which: "fresh" | "stale", catalog: Catalog): Fact[] {
  const ids = columnsOf(twins).map(({ wanted, current }) => (which === "fresh" ? wanted.id : current.id));
  return dependentsOf(ids, catalog).filter(({ parent }) => isKind(catalog.get(parent), "table"));
}
