import { type Fact, isKind } from "../catalog/fact.js";
import { diff, subject } from "../diff/diff.js";
import { hasDefaultPartition, partitionedBy } from "../kinds/partition.js";
import { guard } from "./attaching.js";
import { type OnlineContext, tableOf } from "./context.js";
import type { Detour } from "./detour.js";
import { stays } from "./leaving.js";
import { isPartitioned } from "./tree.js";
import type { States } from "./waypoints.js";

/**
 * The ties of partitions that are dropped and hold rows themselves, where nothing else changes about the partitioned table:
 * what it gets they would have to get, too.
 */
export function droppedTies(states: States): Fact<"partition">[] {
  const { current, wanted } = states;
  const changes = diff(current, wanted);
  return changes.flatMap((change) => {
    const tie = subject(change);
    if (change.type !== "drop" || !isKind(tie, "partition") || tie.attributes.detaching) return [];
    const [table, parent] = [current.get(tie.parent), current.get(partitionedBy(tie, current))];
    const stays = isKind(parent, "table") && isKind(wanted.get(parent.id), "table");
    if (!isKind(table, "table") || wanted.has(table.id) || !stays || isPartitioned(table.id, current))
      return [];
    const isOther = changes.some((one) => {
      const fact = subject(one);
      const of = tableOf(fact, one.type === "create" ? wanted : current);
      return fact.id === parent.id || of?.id === parent.id;
    });
    return isOther ? [] : [tie];
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
