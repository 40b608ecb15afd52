import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { partitionedBy } from "../kinds/partition-ties.js";
import { name } from "../sql/sql.js";
import { lonelyTable, type OnlineContext, tableOf } from "./context.js";
import type { Sync } from "./sync.js";
import { familyOf, hasSamePartitions, membersOf, tiesBelow } from "./tree.js";
import type { States } from "./waypoints.js";

/** A column with those that partitions have from it, and the table whose statements reach all of them. */
export interface Spread {
  readonly table: Fact<"table">;
  /** The column itself first. */
  readonly columns: readonly Fact<"column">[];
  /** What ties the partitions, from the top on. */
  readonly ties: readonly Fact<"partition">[];
}

/**
 * Where the column is, if both states have the table, alone or partitioned alike; nothing for a partition's column.
 * @param state the one that the column is from.
 */
export function spreadOf(column: Fact<"column">, states: States, state = states.wanted): Spread | undefined {
  const alone = lonelyTable(column, states);
  if (alone !== undefined) return { table: alone, columns: [column], ties: [] };
  const table = tableOf(column, state);
  const family = familyOf(column, state);
  if (table === undefined || family === undefined || !hasSamePartitions(table.id, states)) return undefined;
  return { table, columns: membersOf(family), ties: tiesBelow(table.id, state) };
}

/** Whether a table is large that the statements reach. */
export function isOfLarge({ columns }: Spread, { isLarge }: OnlineContext): boolean {
  return columns.some(({ parent }) => parent !== undefined && isLarge(parent));
}

/** A trigger of a partitioned table, with those that PostgreSQL makes in its partitions. */
export function inPartitions(
  { facts, edges }: Sync,
  { ties }: Spread,
  { wanted }: Pick<States, "wanted">,
): Sync {
  const trigger = facts.find((fact) => isKind(fact, "trigger"));
  if (!isKind(trigger, "trigger")) return { facts, edges };
  const of = ({ identity: { schema = "", name: on = "" } }: Fact): Identity<"trigger"> => ({
    ...trigger.identity,
    schema,
    on,
  });
  const own = (table: string) => ` ON ${table} FOR EACH ROW `;
  const root = name(trigger.identity.schema, trigger.identity.on).text;
  const clones = ties.map((tie): { readonly fact: Fact<"trigger">; readonly edges: readonly Edge[] } => {
    const identity = of(tie);
    const table = name(identity.schema, identity.on).text;
    const definition = trigger.attributes.definition.replace(own(root), () => own(table));
    const id = factId(identity);
    const above = wanted.get(partitionedBy(tie, wanted));
    return {
      fact: {
        ...{ identity, id, attributes: { ...trigger.attributes, definition } },
        ...(tie.parent && { parent: tie.parent }),
      },
      edges: [
        ...edges.map((edge) => ({ ...edge, from: id })),
        ...(above === undefined
          ? []
          : [{ from: id, to: factId(of(above)), type: "inherits", via: tie.id } as const]),
      ],
    };
  });
  return {
    facts: [...facts, ...clones.map(({ fact }) => fact)],
    edges: [...edges, ...clones.flatMap((clone) => clone.edges)],
  };
}
