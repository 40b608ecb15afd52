import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import { type DetourRule, isTied, type OnlineContext } from "./context.js";
import type { Detour } from "./detour.js";
import { isOfLarge, spreadOf } from "./spread.js";
import { inheritedEdges } from "./tree.js";

/**
 * A table or column that goes from a large table stays until the application's old version is gone. The new version knows
 * nothing of it: a column that stays demands no value.
 */
export const leaveLast: DetourRule = (change, context) => {
  if (change.type !== "drop") return undefined;
  const gone = change.current;
  const { holdsData } = kindOf(gone.identity.kind);
  if (holdsData?.(gone) !== true || (gone.parent !== undefined && !isOfStaying(gone, context)))
    return undefined;
  if (!isKind(gone, "column")) {
    if (isTied(gone.id, context.current) || !context.isLarge(gone.id)) return undefined;
    return staying(stays(gone, context));
  }
  const spread = spreadOf(gone, context, context.current);
  if (spread === undefined || !isOfLarge(spread, context)) return undefined;
  if (spread.columns.some((column) => isOfKey(column, context))) return undefined;
  return staying(stays(gone, context, spread.columns));
};

const staying = (facts: readonly Fact[]): Detour | undefined =>
  facts.length === 0 ? undefined : { interims: [{ from: "add", until: "cleanup", facts }] };

/** Whether the fact goes by itself, not because its whole does. */
function isOfStaying({ parent }: Fact, { current, wanted }: OnlineContext): boolean {
  const whole = current.get(parent);
  return whole !== undefined && wanted.has(whole.id);
}

/** A column of a primary key cannot do without a value, nor can one by which rows find their partition. */
function isOfKey({ id }: Fact, { current }: OnlineContext): boolean {
  return current.dependents(id).some(({ from }) => {
    const fact = current.get(from);
    if (isKind(fact, "table")) return true;
    return isKind(fact, "constraint") && fact.attributes.type === "primary key" && fact.parent !== id;
  });
}

/**
 * All that hangs on it and goes with it, as it is now; nothing if a part of it cannot stay.
 * @param columns of a column: itself, and what partitions have from it.
 */
export function stays(gone: Fact, context: OnlineContext, columns: readonly Fact<"column">[] = []): Fact[] {
  const { current, wanted } = context;
  const facts = new Map<FactId, Fact>();
  const wholes = new Set(columns.length === 0 ? [gone.id] : columns.flatMap(({ parent }) => parent ?? []));
  const isFree = !hasOwnValues(columns, current);
  const isDemand = (fact: Fact) =>
    isFree && isKind(fact, "not null") && columns.some(({ id }) => id === fact.parent);
  // An index of a partition that stays goes with the former one of the partitioned table, whatever it is called.
  const isOfChanged = ({ id }: Fact) =>
    columns.length > 0 && inheritedEdges(id, current).some(({ to }) => wanted.has(to));
  const keep = (fact: Fact) => {
    if (facts.has(fact.id) || isDemand(fact)) return;
    facts.set(fact.id, fact);
    for (const { from, type } of current.dependents(fact.id)) {
      const dependent = current.get(from);
      if (dependent === undefined || wanted.has(from) || isOfChanged(dependent)) continue;
      if (type !== "needs" || isWithin(dependent, wholes, current)) keep(dependent);
    }
  };
  keep(gone);
  const names = new Set([...wanted.facts.values()].flatMap(occupied));
  const isPossible = [...facts.values()].every(
    (fact) =>
      !occupied(fact).some((one) => names.has(one)) &&
      current.dependencies(fact.id).every(({ to }) => facts.has(to) || wanted.has(to)),
  );
  return isPossible ? [...facts.values()] : [];
}

function isWithin(fact: Fact, wholes: ReadonlySet<FactId>, current: Catalog): boolean {
  const parent = current.get(fact.parent);
  return parent !== undefined && (wholes.has(parent.id) || isWithin(parent, wholes, current));
}

/** Whether code that does not know the column, wherever it writes, satisfies its NOT NULL. */
function hasOwnValues(columns: readonly Fact<"column">[], current: Catalog): boolean {
  const [own] = columns;
  if (own === undefined) return true;
  const { identity, generated } = own.attributes;
  if (identity !== null || generated !== null) return true;
  return columns.every(({ id }) => current.childrenOfKind(id, "default").length > 0);
}

function occupied(fact: Fact): readonly string[] {
  return kindOf(fact.identity.kind).occupies?.(fact) ?? [];
}
