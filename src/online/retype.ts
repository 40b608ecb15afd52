import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { sequenceName } from "../kinds/column-identity.js";
import { indexOfKey } from "../kinds/key-index.js";
import type { Rename } from "../plan/rename.js";
import { join, name, sql } from "../sql/sql.js";
import type { OnlineContext } from "./context.js";
import { keptCounter } from "./counter.js";
import { asTheyAre, dependentsOf } from "./dependents.js";
import type { Detour, Interim, Work } from "./detour.js";
import { fillFormer, formerOf, formersInStep } from "./formers.js";
import { interimName } from "./names.js";
import { checkOf } from "./not-null.js";
import { syncTrigger } from "./sync.js";
import { TwinValues } from "./twin-values.js";
import { aliases, concernedBy, partName, type Twin, typesOf } from "./twins.js";

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
  return {
    interims: [
      ...asTheyAre(
        twins.map((twin) => twin.current),
        twins.map((twin) => twin.wanted),
        context,
      ),
      {
        from: "add",
        until: "swap",
        facts: twins.flatMap((twin) => bare(twin.fresh, aliased.fresh)),
      },
      ...typesMeanwhile(twins, aliased),
      ...synced(twins, values, context),
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
    formerly: new Map(twins.map(({ stale, current }) => [factId(stale), current])),
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
    const columns = new Set(twins.flatMap((twin) => [factId(twin.fresh), factId(twin.stale)]));
    return [
      { from: "add", until: "swap", facts: [current] },
      { from: "add", until: "swap", ...made(type.fresh, fresh) },
      { from: "swap", until: "cleanup", ...made(type.stale, stale) },
    ];
  });
}

/** One trigger for all columns of a table. */
function synced(twins: readonly Twin[], values: TwinValues, context: OnlineContext): Interim[] {
  const tables = new Map(twins.map(({ table }) => [table.id, table]));
  return [...tables.values()].flatMap((table): Interim[] => {
    const group = twins.filter((twin) => twin.table.id === table.id);
    return [
      {
        from: "arm",
        until: "swap",
        ...syncTrigger(
          table,
          group.map((twin) => values.forward(twin)),
        ),
      },
      {
        from: "swap",
        until: "cleanup",
        ...syncTrigger(
          table,
          group.map((twin) => {
            const former = formerOf(twin, context)?.identity.name;
            return former === undefined ? values.bothWays(twin) : values.bothWaysAndFormer(twin, former);
          }),
        ),
      },
      ...formersInStep(table, group, values, context),
    ];
  });
}

/** The column alone, without what gives it values of its own. */
function bare(identity: Identity<"column">, catalog: Catalog): Fact[] {
  const column = catalog.find(identity);
  return column === undefined ? [] : [{ ...column, attributes: { ...column.attributes, identity: null } }];
}

/** Indexes and constraints on the columns under those names: built, validated, and swapped in. */
function parts(
  which: "fresh" | "stale",
  twins: readonly Twin[],
  context: OnlineContext,
  fresh: Catalog,
): Interim[] {
  const ids = twins.map((twin) => factId(twin[which]));
  const keys = new Map<FactId, FactId>();
  const made: { readonly fact: Fact; readonly isOf: Fact }[] = [];
  for (const fact of dependentsOf(ids, fresh)) {
    if (!isKind(fresh.get(fact.parent), "table") && !isKind(fact, "not null")) continue;
    const index = isKind(fact, "constraint") ? indexOfKey(fact) : undefined;
    if (index !== undefined) keys.set(fact.id, index.id);
    if (index !== undefined || isKind(fact, "index") || isKind(fact, "constraint"))
      made.push({ fact: index ?? fact, isOf: fact });
    else if (isKind(fact, "not null")) made.push({ fact: requirement(fact, context), isOf: fact });
  }
  const served = (id: FactId) => keys.get(id) ?? id;
  return made.flatMap(({ fact, isOf }): Interim[] => {
    const edges = fresh
      .dependencies(isOf.id)
      .map((edge): Edge => ({ ...edge, from: fact.id, to: served(edge.to) }))
      .filter(({ to }) => !isKind(fresh.get(to), "not null"));
    const invalid = unvalidated(fact);
    const isLasting = isKind(isOf, "not null") && isKind(fact, "constraint");
    return [
      ...(invalid === undefined
        ? []
        : [{ from: "build", until: "validate", facts: [invalid], edges } as const]),
      { from: invalid === undefined ? "build" : "validate", until: "swap", facts: [fact], edges },
      ...(isLasting
        ? [{ from: "swap", until: "tidy", facts: [afterSwap(which, fact, isOf, twins)] } as const]
        : []),
    ];
  });
}

/** NOT NULL of a new column: before version 18 a check, which SET NOT NULL believes. */
function requirement(notNull: Fact<"not null">, { major }: OnlineContext): Fact {
  if (major < 18) return checkOf(notNull);
  return { ...notNull, attributes: { ...notNull.attributes, name: interimName("check", notNull.id) } };
}

function unvalidated(fact: Fact): Fact | undefined {
  if (isKind(fact, "not null")) return { ...fact, attributes: { ...fact.attributes, validated: false } };
  if (!isKind(fact, "constraint")) return undefined;
  const { type, enforced, validated } = fact.attributes;
  if ((type !== "check" && type !== "foreign key") || !enforced || !validated) return undefined;
  return { ...fact, attributes: { ...fact.attributes, validated: false } };
}

/** The check that stands for NOT NULL, when its column has its name. */
function afterSwap(
  which: "fresh" | "stale",
  check: Fact<"constraint">,
  notNull: Fact,
  twins: readonly Twin[],
): Fact<"constraint"> {
  const twin = twins.find((one) => factId(one[which]) === notNull.parent);
  const definition = `CHECK ((${name(twin?.wanted.identity.name).text} IS NOT NULL))`;
  return { ...check, attributes: { ...check.attributes, definition } };
}

/**
 * What stays of the old columns: they demand nothing. Their indexes serve the way back, but for unique ones, which
 * the new values may not satisfy.
 */
function leftovers(twins: readonly Twin[], { current }: OnlineContext, stale: Catalog): Interim[] {
  const interims: Interim[] = [];
  for (const twin of twins) {
    interims.push({ from: "swap", until: "cleanup", facts: bare(twin.stale, stale) });
  }
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
  const isIndexOf = (id: FactId) => {
    const fact = coming.state.get(id);
    return isKind(fact, "constraint") ? indexOfKey(fact) : undefined;
  };
  const taking = aliases(twins, coming.which, coming.state, true).map(({ from, to }): Rename => {
    const index = isIndexOf(factId(from));
    if (index === undefined) return { from: to, to: from };
    return { from: { ...index.identity, name: partName(coming.which, factId(from)) }, to: index.identity };
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
  ).filter((one) => isKind(one, "constraint") && one.attributes.type === "foreign key");
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
  const list = inOrder.flatMap((id) => {
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
function counters({ current, wanted, table, fresh }: Twin): Work[] {
  const [old, own] = [current.attributes.identity, wanted.attributes.identity];
  if (old === null || own === null || sequenceName(old, current) !== sequenceName(own, wanted)) return [];
  return keptCounter(table, wanted, name(fresh.schema, sequenceName(own, wanted)));
}
