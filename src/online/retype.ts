import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { sequenceName } from "../kinds/column-identity.js";
import { indexOfKey } from "../kinds/key-index.js";
import type { Rename } from "../plan/rename.js";
import { join, name, type Sql, sql } from "../sql/sql.js";
import { filling } from "./columns.js";
import type { OnlineContext } from "./context.js";
import { keptCounter } from "./counter.js";
import { asTheyAre, dependentsOf } from "./dependents.js";
import type { Detour, Interim, Work } from "./detour.js";
import { fillFormer, formerOf, formersInStep, formersMeanwhile } from "./formers.js";
import { inPartitions } from "./spread.js";
import { syncTrigger } from "./sync.js";
import { inheritedEdges, partitionsBelow } from "./tree.js";
import { isMadeInSwap, parts } from "./twin-parts.js";
import { TwinValues } from "./twin-values.js";
import { aliases, columnsOf, concernedBy, type Twin, typesOf } from "./twins.js";

/** Both states with the columns, and what hangs on them, under their other names. */
export interface Aliased {
  readonly fresh: Catalog;
  readonly stale: Catalog;
}

/**
 * Columns change their type by new ones beside them: triggers and a backfill give these the values, what hangs on the
 * columns is made for them, and then they take the names. The old ones are kept in step until the end, so that there
 * is a way back.
 */
export function retypeDetour(
  twins: readonly Twin[],
  context: OnlineContext,
  aliased: Aliased,
  staying: readonly Fact[],
): Detour {
  const values = new TwinValues(twins, context, staying);
  const columns = columnsOf(twins);
  return {
    interims: [
      ...asTheyAre(
        columns.map((column) => column.current),
        columns.map((column) => column.wanted),
        context,
      ),
      {
        from: "add",
        until: "swap",
        ...bare(
          columns.map(({ fresh }) => fresh),
          aliased.fresh,
        ),
      },
      ...typesMeanwhile(twins, aliased),
      ...formersMeanwhile(twins, context, aliased.stale),
      ...synced(twins, values, context),
      ...twins.flatMap((twin) => {
        const empty = values.emptyOf(twin);
        return empty === undefined ? [] : [filling(twin.wanted, twin.spread, empty, context, "swap")];
      }),
      ...parts("fresh", twins, context, aliased.fresh),
      ...leftovers(twins, context, aliased.stale),
    ],
    renames: swapRenames(
      twins,
      { which: "stale", state: context.current },
      { which: "fresh", state: context.wanted },
    ),
    back: {
      interims: parts("stale", twins, context, aliased.stale),
      renames: swapRenames(
        twins,
        { which: "fresh", state: context.wanted },
        { which: "stale", state: context.current },
      ),
      concerned: concernedBy(twins, context),
    },
    works: [
      ...twins.map((twin) => values.fill(twin)),
      lockFirst(twins, context),
      ...twins.flatMap(counters),
      ...twins.flatMap((twin) => values.fillBack(twin)),
      ...twins.flatMap((twin) => fillFormer(twin, context)),
    ],
    formerly: new Map(columns.map(({ stale, current }) => [factId(stale), current])),
  };
}

/** Both types of columns that change with their type. */
function typesMeanwhile(twins: readonly Twin[], { fresh, stale }: Aliased): Interim[] {
  return typesOf(twins).flatMap(({ current, ...type }): Interim[] => {
    const made = (identity: Identity<"enum">, catalog: Catalog) => {
      const fact = catalog.find(identity);
      const edges =
        fact === undefined ? [] : catalog.dependents(fact.id).filter(({ from }) => columns.has(from));
      return { facts: fact === undefined ? [] : [fact], edges };
    };
    const columns = new Set(columnsOf(twins).flatMap((one) => [factId(one.fresh), factId(one.stale)]));
    return [
      { from: "add", until: "swap", facts: [current] },
      { from: "add", until: "swap", ...made(type.fresh, fresh) },
      { from: "swap", until: "cleanup", ...made(type.stale, stale) },
    ];
  });
}

/** One trigger for all columns of a table. */
function synced(twins: readonly Twin[], values: TwinValues, context: OnlineContext): Interim[] {
  const spreads = new Map(twins.map(({ spread }) => [spread.table.id, spread]));
  return [...spreads.values()].flatMap((spread): Interim[] => {
    const { table } = spread;
    const group = twins.filter((twin) => twin.table.id === table.id);
    const asOwner = group.some((twin) => values.isBeyondRow(twin)) ? context.wanted : undefined;
    const trigger = (body: readonly Sql[]) =>
      inPartitions(syncTrigger(table, body, { asOwner }), spread, context);
    const forward = group.map((twin) => values.forward(twin));
    const bothWays = group.map((twin) => {
      const former = formerOf(twin, context)?.identity.name;
      return former === undefined ? values.bothWays(twin) : values.bothWaysAndFormer(twin, former);
    });
    return [
      { from: "arm", until: "swap", ...trigger(forward) },
      { from: "swap", until: "cleanup", ...trigger(bothWays) },
      ...formersInStep(spread, group, values, context, asOwner),
    ];
  });
}

/** The columns alone, without what gives them values of their own. */
function bare(columns: readonly Identity<"column">[], catalog: Catalog): Pick<Interim, "facts" | "edges"> {
  const found = columns.flatMap((identity) => catalog.find(identity) ?? []);
  return {
    facts: found.map((column) => ({ ...column, attributes: { ...column.attributes, identity: null } })),
    edges: found.flatMap(({ id }) => inheritedEdges(id, catalog)),
  };
}

/**
 * What stays of the old columns: they demand nothing. Their indexes serve the way back, but for unique ones, which
 * the new values may not satisfy.
 */
function leftovers(twins: readonly Twin[], { current }: OnlineContext, stale: Catalog): Interim[] {
  const columns = columnsOf(twins).map((column) => column.stale);
  const interims: Interim[] = [{ from: "swap", until: "cleanup", ...bare(columns, stale) }];
  const indexes = aliases(twins, "stale", current).flatMap(({ to }) => stale.get(factId(to)) ?? []);
  for (const index of indexes) {
    if (!isKind(index, "index")) continue;
    const until = index.attributes.unique ? "tidy" : "cleanup";
    interims.push({ from: "swap", until, facts: [index], edges: stale.dependencies(index.id) });
  }
  return interims;
}

/** What has names in a state, and others beside. */
interface Named {
  readonly which: "fresh" | "stale";
  readonly state: Catalog;
}

/** What goes gets names that nobody uses, and what comes its own; an index that is to be a key's takes its name. */
function swapRenames(twins: readonly Twin[], going: Named, coming: Named): Rename[] {
  const taking = aliases(twins, coming.which, coming.state, true).flatMap(({ from, to }): Rename[] => {
    const fact = coming.state.get(factId(from));
    if (fact !== undefined && isMadeInSwap(fact, coming.state)) return [];
    const index = isKind(fact, "constraint") ? indexOfKey(fact) : undefined;
    if (index === undefined) return [{ from: to, to: from }];
    return [{ from: { ...index.identity, ...(to.name && { name: to.name }) }, to: index.identity }];
  });
  return [...aliases(twins, going.which, going.state), ...taking];
}

/**
 * All tables of the swap are locked before anything is done: what references before what is referenced, which is the
 * order in which an INSERT does it.
 */
function lockFirst(twins: readonly Twin[], { current }: OnlineContext): Work {
  const keys = dependentsOf(
    twins.map((twin) => twin.current.id),
    current,
  )
    .filter((one) => isKind(one, "constraint") && one.attributes.type === "foreign key")
    .filter(({ id }) => inheritedEdges(id, current).length === 0);
  const inOrder: FactId[] = [];
  const seen = new Set<FactId | undefined>();
  const visit = (table: FactId | undefined) => {
    if (table === undefined || seen.has(table)) return;
    seen.add(table);
    for (const key of keys) {
      const needs = current
        .dependencies(key.id)
        .some(({ to }) => to === table || current.get(to)?.parent === table);
      if (needs) visit(key.parent);
    }
    inOrder.push(table);
  };
  for (const { table } of twins) visit(table.id);
  for (const key of keys) visit(key.parent);
  // Who uses a partitioned table locks it before its partitions.
  const reached = new Set(inOrder.flatMap((id) => partitionsBelow(id, current)));
  const list = inOrder.flatMap((id) => {
    if (reached.has(id)) return [];
    const { schema, name: own } = current.get(id)?.identity ?? {};
    return own === undefined ? [] : [name(schema, own)];
  });
  return {
    turn: "swap begins",
    about: twins[0]?.table.id ?? inOrder[0] ?? ("" as FactId),
    facts: [],
    sql: sql`LOCK TABLE ${join(list)} IN ACCESS EXCLUSIVE MODE`,
  };
}

/** An identity goes on where the old one is. */
function counters({ current, wanted, table, fresh, spread }: Twin): Work[] {
  const [old, own] = [current.attributes.identity, wanted.attributes.identity];
  if (old === null || own === null || sequenceName(old, current) !== sequenceName(own, wanted)) return [];
  return keptCounter(table, spread.columns, name(fresh.schema, sequenceName(own, wanted)));
}
