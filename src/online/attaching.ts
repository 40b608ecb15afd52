import { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { diff, subject } from "../diff/diff.js";
import { kindOf } from "../kinds/index.js";
import { boundCheck } from "../kinds/partition.js";
import { hasDefaultPartition, partitionedBy } from "../kinds/partition-ties.js";
import { checkFact, notValid } from "./check.js";
import { type OnlineContext, tableOf } from "./context.js";
import type { Detour, Interim } from "./detour.js";
import type { Stage } from "./stage.js";
import { hasSamePartitions, isPartitioned, tiesBelow } from "./tree.js";
import type { States } from "./waypoints.js";

type Tie = Fact<"partition">;

/**
 * Attachments that come or go while the partitioned table stays, with its partition key, and their own: one that holds
 * rows itself, or has the same partitions before and after. A table with another key is made anew with its partitions.
 */
export function changedTies(which: "create" | "drop", states: States): Tie[] {
  const { current, wanted } = states;
  return diff(current, wanted).flatMap((change) => {
    const tie = subject(change);
    if (change.type !== which || !isKind(tie, "partition") || tie.attributes.detaching) return [];
    const parent = partitionedBy(tie, which === "create" ? wanted : current);
    const stay = [tie.parent, parent].every((table) => isTable(table, states));
    const isSame = partitionKeyIn(current, parent) === partitionKeyIn(wanted, parent);
    const isLeaf = [current, wanted].every((state) => !isPartitioned(tie.parent, state));
    return stay && isSame && (isLeaf || hasSamePartitions(tie.parent, states)) ? [tie] : [];
  });
}

const isTable = (id: FactId | undefined, { current, wanted }: States) =>
  id !== undefined && [current, wanted].every((state) => isKind(state.get(id), "table"));

function partitionKeyIn(state: Catalog, id: FactId | undefined): string | null {
  const table = state.get(id);
  return isKind(table, "table") ? table.attributes.partitionBy : null;
}

/** What PostgreSQL would attach by reading the table, or after making indexes and constraints that it lacks. */
export function attachedTies(context: OnlineContext): Tie[] {
  return changedTies("create", context).filter((tie) => {
    const parts = partsOf(tie, context.wanted);
    return (
      context.bounds(tie) !== undefined &&
      [tie, ...parts].some((wanted) => context.isBusy({ type: "create", wanted }))
    );
  });
}

/**
 * A table that is attached has all that the partitioned one asks of it before, and a valid check that says what its
 * bounds say.
 */
export function attachDetours(ties: readonly Tie[], context: OnlineContext): Detour[] {
  if (ties.length === 0) return [];
  const changes = diff(context.current, context.wanted);
  const altered = new Map(
    changes.flatMap((change) =>
      change.type === "alter" ? [[change.wanted.id, change.current] as const] : [],
    ),
  );
  return ties.map((tie) => {
    const parts = partsOf(tie, context.wanted);
    // What PostgreSQL clones whatever is there, and what columns have as a partition's only.
    const cloned = parts.filter((part) => {
      const { isAlwaysCloned, diesUntied } = kindOf(part.identity.kind);
      const isNew = diesUntied === true || !context.current.has(part.id);
      return isNew && isAlwaysCloned?.(part) === true && comesBy(tie, part, context.wanted);
    });
    const columns = parts.filter(({ identity: { kind } }) => kind === "column" || kind === "not null");
    return {
      interims: [
        {
          from: "add",
          until: "swap",
          facts: columns.flatMap(({ id }) => altered.get(id) ?? []),
          absent: [tie, ...cloned].map(({ id }) => id),
          apart: parts.map(({ id }) => id),
        },
        ...guard(tie, context),
      ],
    };
  });
}

/** The wanted state, before the tables are attached: what they get until then, they get as tables of their own. */
export function beforeAttaching(ties: readonly Tie[], wanted: Catalog): Catalog {
  if (ties.length === 0) return wanted;
  const gone = new Set(ties.map(({ id }) => id));
  const isApart = ({ type, via }: Edge) => type === "inherits" && via !== undefined && gone.has(via);
  const { major, self, scope, whole } = wanted;
  return new Catalog({
    major,
    self,
    scope,
    facts: [...wanted.facts.values()].filter(({ id }) => !gone.has(id)),
    edges: wanted.edges().filter((edge) => !isApart(edge)),
    ...(whole === wanted ? {} : { whole }),
  });
}

/**
 * What PostgreSQL would detach under the strongest lock on a large partitioned table. All else that changes about the
 * detached one waits.
 */
export function detachDetours(context: OnlineContext): Detour[] {
  const { current, wanted, isLarge } = context;
  const ties = changedTies("drop", context).filter((tie) => {
    const parent = partitionedBy(tie, current);
    if (parent === undefined || tie.parent === undefined || hasDefaultPartition(parent, current))
      return false;
    return (isLarge(parent) || isLarge(tie.parent)) && context.bounds(tie) !== undefined;
  });
  if (ties.length === 0) return [];
  const changes = diff(current, wanted);
  return ties.map((tie) => {
    const tables = new Set([tie, ...below(tie, current)].map(({ parent }) => parent));
    const own = changes.filter((change) => {
      const fact = subject(change);
      const table = tableOf(fact, change.type === "create" ? wanted : current);
      return tables.has(table?.id) && !tables.has(fact.id);
    });
    const before = own.flatMap((change) => (change.type === "create" ? [] : change.current));
    const after = own.flatMap((change) => (change.type === "create" ? change.wanted.id : []));
    return {
      interims: [
        { from: "add", until: "detach", facts: [tie, ...before], absent: after },
        ...guard(tie, context),
      ],
    };
  });
}

/** The check is valid before the swap, and goes after it. The table's own partitions have it from the table. */
export function guard(tie: Tie, context: OnlineContext, until: Stage = "tidy"): Interim[] {
  const { bounds, current } = context;
  const { name = "" } = boundCheck(tie);
  const checkOf = ({ identity: { schema = "", name: on = "" } }: Tie) =>
    checkFact({ schema, on, name }, bounds(tie) ?? "");
  const subties = below(tie, current);
  const checks = [tie, ...subties].map(checkOf);
  const edges = subties.flatMap((one): Edge[] => {
    const above = [tie, ...subties].find(({ parent }) => parent === partitionedBy(one, current));
    return above === undefined
      ? []
      : [{ from: checkOf(one).id, to: checkOf(above).id, type: "inherits", via: one.id }];
  });
  // What a hash demands names the tables above.
  const needs = checks.flatMap(({ id }) =>
    tablesAbove(tie, context).map((to): Edge => ({ from: id, to, type: "needs" })),
  );
  return [
    { from: "build", until: "validate", facts: checks.map(notValid), edges: [...edges, ...needs] },
    { from: "validate", until, facts: checks, edges: [...edges, ...needs] },
  ];
}

/** The tables that the tie makes it a partition of, at every level. */
function tablesAbove(tie: Tie, { current, wanted }: States): FactId[] {
  const state = current.has(tie.id) ? current : wanted;
  const parent = partitionedBy(tie, state);
  if (parent === undefined) return [];
  return [
    parent,
    ...state.childrenOfKind(parent, "partition").flatMap((one) => tablesAbove(one, { current, wanted })),
  ];
}

const below = ({ parent }: Tie, catalog: Catalog): Tie[] =>
  parent === undefined ? [] : tiesBelow(parent, catalog);

/** All that belongs to the table. */
function partsOf({ parent }: Tie, catalog: Catalog): Fact[] {
  const within = (id: FactId): Fact[] => catalog.children(id).flatMap((part) => [part, ...within(part.id)]);
  return parent === undefined ? [] : within(parent).filter(({ identity: { kind } }) => kind !== "partition");
}

function comesBy({ id }: Tie, part: Fact, catalog: Catalog): boolean {
  return catalog.dependencies(part.id).some(({ type, via }) => type === "inherits" && via === id);
}
