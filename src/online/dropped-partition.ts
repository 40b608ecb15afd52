import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { type Change, diff, subject } from "../diff/diff.js";
import { hasDefaultPartition, partitionedBy } from "../kinds/partition-ties.js";
import { guard } from "./attaching.js";
import { type OnlineContext, tableOf } from "./context.js";
import type { Detour } from "./detour.js";
import { stays } from "./leaving.js";
import { isPartitioned } from "./tree.js";
import type { States } from "./waypoints.js";

/** The ties of partitions that are dropped and hold rows themselves, while the partitioned table stays. */
function goneTies({ current, wanted }: States, changes: readonly Change[]): Fact<"partition">[] {
  return changes.flatMap((change) => {
    const tie = subject(change);
    if (change.type !== "drop" || !isKind(tie, "partition") || tie.attributes.detaching) return [];
    const [table, parent] = [current.get(tie.parent), current.get(partitionedBy(tie, current))];
    const stays = isKind(parent, "table") && isKind(wanted.get(parent.id), "table");
    const isLeaf = isKind(table, "table") && !wanted.has(table.id) && !isPartitioned(table.id, current);
    return stays && isLeaf ? [tie] : [];
  });
}

/** What changes about the partitioned table itself: what it gets the dropped ones would have to get, too. */
function besides(tie: Fact<"partition">, { current, wanted }: States, changes: readonly Change[]): Change[] {
  const parent = partitionedBy(tie, current);
  return changes.filter((change) => {
    const fact = subject(change);
    return fact.id === parent || tableOf(fact, change.type === "create" ? wanted : current)?.id === parent;
  });
}

/** Those of partitioned tables about which nothing else changes. */
export function droppedTies(states: States): Fact<"partition">[] {
  const changes = diff(states.current, states.wanted);
  return goneTies(states, changes).filter((tie) => besides(tie, states, changes).length === 0);
}

/**
 * Those of partitioned tables about which something else changes, where they had better go apart: those of large tables,
 * and those that would lack what the table gets when they come back.
 */
export function droppedApart(
  states: States,
  isLarge: (table: FactId) => boolean,
  isKept: (table: Fact) => boolean,
): Fact<"partition">[] {
  const { current, wanted } = states;
  const changes = diff(current, wanted);
  return goneTies(states, changes).filter((tie) => {
    const others = besides(tie, states, changes);
    const [table, parent] = [current.get(tie.parent), partitionedBy(tie, current)];
    if (others.length === 0 || table === undefined || parent === undefined) return false;
    const isMissed = others.some((one) => one.type === "create" && isKind(one.wanted, "column"));
    return isLarge(table.id) || isLarge(parent) || (isMissed && isKept(table));
  });
}

/**
 * A large partition that is dropped, or one of a large table, stays until the cleanup, as any table does. It is detached
 * there as one that becomes a table of its own is.
 */
export function leavePartitionsLast(context: OnlineContext): Detour[] {
  const { current, wanted, isLarge, bounds } = context;
  return droppedTies(context).flatMap((tie): Detour[] => {
    const [table, parent] = [current.get(tie.parent), partitionedBy(tie, current)];
    if (table === undefined || parent === undefined || !(isLarge(table.id) || isLarge(parent))) return [];
    if (table.parent !== undefined && !wanted.has(table.parent)) return [];
    const facts = stays(table, context);
    if (facts.length === 0) return [];
    const isGuarded = !hasDefaultPartition(parent, current) && bounds(tie) !== undefined;
    return [
      {
        interims: [
          { from: "add", until: "cleanup", facts },
          ...(isGuarded ? guard(tie, context, "cleanup") : []),
        ],
      },
    ];
  });
}
