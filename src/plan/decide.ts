import type { Catalog } from "../catalog/catalog.js";
import type { Fact, KindName } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Change } from "../diff/diff.js";
import type { AlterContext, AlterRule } from "../kinds/define.js";
import { kindNames, kindOf } from "../kinds/index.js";
import { columnsThatStore } from "../kinds/row-type.js";
import { bereft, bound, madeAnew } from "./inherit.js";

/** A change that happens to the fact where it stands. */
export interface Alteration {
  readonly from: Fact;
  readonly to: Fact;
  readonly rules: readonly AlterRule<KindName>[];
  /** The column comes back to its type, or to another of the same name: in place of the rules of these attributes. */
  readonly retype: ChangeOfType | undefined;
}

export type ChangeOfType = Pick<AlterRule<KindName>, "of" | "sql" | "afterCascade">;

/** What happens to each fact. A fact that is both dropped and created is replaced. */
export interface Decisions {
  readonly drops: Map<FactId, Fact>;
  readonly creates: Map<FactId, Fact>;
  readonly alters: Map<FactId, Alteration>;
  /** Replaced types whose columns move over: the old type is set aside meanwhile. */
  readonly setAside: Set<FactId>;
  /** Columns that hold rows of relations that are written anew, names that go around, and the changes meanwhile. */
  readonly parked: Map<FactId, Set<FactId>>;
}

/**
 * Decides for each change whether PostgreSQL can make it in place, and what must go and come back around the changes
 * that it cannot, or only without their dependents.
 * @param lettingGo whether what changes in place lets go of what is dropped; without it, it is replaced, too.
 */
export function decide(
  changes: readonly Change[],
  context: AlterContext,
  lettingGo = true,
  isManaged: (fact: Fact) => boolean = () => true,
): Decisions {
  const { current, wanted } = context;
  const supplanted = supplantedBy(changes);
  const adopters = adoptersIn(changes, current);
  const alterable = new Map<FactId, readonly AlterRule<KindName>[]>();
  for (const change of changes) {
    const rules = change.type === "alter" ? inPlace(change, context) : undefined;
    if (change.type === "alter" && rules !== undefined) alterable.set(change.current.id, rules);
  }
  const decisions: Decisions = {
    drops: new Map(),
    creates: new Map(),
    alters: new Map(),
    setAside: new Set(),
    parked: new Map(),
  };

  const create = (fact: Fact) => {
    decisions.creates.set(fact.id, fact);
    const renewed = kindOf(fact.identity.kind).renews?.(fact, context) ?? [];
    for (const one of renewed.filter(isManaged)) replace(one.id);
    const { parent } = fact;
    if (parent === undefined || decisions.drops.has(parent) || !current.has(parent)) return;
    const { needsNewParent, rewrites } = kindOf(fact.identity.kind);
    if (needsNewParent?.(fact, context)) replace(parent);
    else if (rewrites?.(fact, wanted)) parkRowsOf(parent, fact.id);
  };

  const replace = (id: FactId) => {
    const fact = wanted.get(id);
    if (fact !== undefined) create(fact);
    drop(id);
  };

  const drop = (id: FactId) => {
    const fact = current.get(id);
    if (fact === undefined || decisions.drops.has(id)) return;
    if (
      kindOf(fact.identity.kind).goesAside?.(fact) === true &&
      fact.parent !== undefined &&
      !wanted.has(fact.parent)
    ) {
      // The whole goes as well, and decides how.
      drop(fact.parent);
      if (decisions.drops.has(id)) return;
    }
    decisions.drops.set(id, fact);
    decisions.alters.delete(id);
    decisions.parked.delete(id);
    const movesColumns = isSetAside(fact);
    for (const edge of current.dependents(id)) {
      if (edge.type === "owned" || edge.type === "inherits" || letsGo(edge.from, fact)) continue;
      if (isHandedOn(edge.from, id)) continue;
      if (movesColumns && current.get(edge.from)?.parent !== id && retype(edge.from)) continue;
      replace(edge.from);
    }
  };

  /** Whether the dependent changes where it stands into something that does not need the fact. */
  const letsGo = (dependent: FactId, fact: Fact): boolean =>
    lettingGo &&
    alterable.has(dependent) &&
    kindOf(fact.identity.kind).holdsOn !== true &&
    !supplanted(fact) &&
    !wanted.dependencies(dependent).some(({ to }) => to === fact.id);

  /** Whether what becomes a part of something new serves the dependent as before: an index that becomes a key's. */
  const isHandedOn = (dependent: FactId, adopted: FactId): boolean => {
    const adopter = adopters.get(adopted);
    return adopter !== undefined && wanted.dependencies(dependent).some(({ to }) => to === adopter);
  };

  /** Names of types that the wanted state has, whatever kind of type they are. */
  const typeNames = new Set(
    [...wanted.facts.values()].flatMap((fact) => (isType(fact) ? occupied(fact) : [])),
  );

  /** Whether the fact, by itself or as a part of a type, is set aside while what it holds moves to its replacement. */
  const isSetAside = (fact: Fact): boolean => {
    const { goesAside, setAside } = kindOf(fact.identity.kind);
    const whole = current.get(fact.parent);
    if (whole !== undefined && decisions.drops.has(whole.id) && goesAside?.(fact) === true) {
      return isType(whole) && decisions.setAside.has(whole.id);
    }
    const isReplaced =
      wanted.has(fact.id) || (isType(fact) && occupied(fact).some((name) => typeNames.has(name)));
    if (setAside === undefined || !isReplaced) return false;
    decisions.setAside.add(fact.id);
    return true;
  };

  /** Whether the fact is a column that stays and can follow its type. */
  const retype = (id: FactId): boolean => {
    const [from, to] = [current.get(id), wanted.get(id)];
    if (from === undefined || to === undefined || decisions.drops.has(id)) return false;
    const { retype: change, alter: all, needsNewParent } = kindOf(from.identity.kind);
    if (change === undefined || needsNewParent?.(to, context) === true) return false;
    const { rules = [], retype: other } = decisions.alters.get(id) ?? {};
    alter({ from, to, rules, retype: other ?? change }, all);
    return true;
  };

  /** Values that are rows of the relation stand aside while it changes. */
  const parkRowsOf = (relation: FactId, change: FactId) => {
    for (const { id, parent } of columnsThatStore(relation, current)) {
      const [from, to] = [current.get(id), wanted.get(id)];
      if (from === undefined || decisions.drops.has(id)) continue;
      const { park } = kindOf(from.identity.kind);
      if (park === undefined) {
        if (parent !== undefined) replace(parent);
      } else if (to !== undefined) {
        const parked = decisions.parked.get(id) ?? new Set();
        decisions.parked.set(id, parked.add(change));
        const rules = decisions.alters.get(id)?.rules ?? [];
        decisions.alters.set(id, { from, to, rules, retype: park.back });
        for (const edge of current.dependents(id)) {
          const dependent = current.get(edge.from);
          const isSatellite = dependent?.parent === id && dependent.identity.of !== undefined;
          if (edge.type !== "owned" && !isSatellite) replace(edge.from);
        }
      }
    }
  };

  const alter = (alteration: Alteration, rebuilding: readonly AlterRule<KindName>[]) => {
    const { from, to } = alteration;
    decisions.alters.set(from.id, alteration);
    for (const edge of current.dependents(from.id)) {
      const dependent = current.get(edge.from);
      if (dependent === undefined || edge.type === "owned" || edge.type === "inherits") continue;
      if (rebuilding.some((rule) => rule.rebuilds?.(dependent, from, to, context))) replace(edge.from);
    }
    if (rebuilding.some((rule) => rule.rewrites === true)) parkRowsOf(relationOf(from, current), from.id);
  };

  for (const change of changes) {
    if (change.type === "create") create(change.wanted);
    else if (change.type === "drop") drop(change.current.id);
    else if (!decisions.drops.has(change.current.id)) {
      const rules = alterable.get(change.current.id);
      if (rules === undefined) replace(change.current.id);
      else {
        const retype = decisions.alters.get(change.current.id)?.retype;
        alter({ from: change.current, to: change.wanted, rules, retype }, rules);
      }
    }
  }
  const left = () => [
    ...bound(decisions, context),
    ...bereft(decisions, context),
    ...madeAnew(decisions, context),
  ];
  for (let ids = left(); ids.length > 0; ids = left()) {
    for (const id of ids) replace(id);
  }
  for (const fact of suspendable(current)) {
    if (!wanted.has(fact.id) || decisions.drops.has(fact.id) || !isManaged(fact)) continue;
    const isInWay = kindOf(fact.identity.kind).isSuspendedFor;
    if ([...decisions.creates.values()].some((made) => isInWay?.(fact, made))) replace(fact.id);
  }
  parkExchanged(decisions);
  return decisions;
}

/** What goes and comes back around something else that is made. */
function suspendable(catalog: Catalog): Fact[] {
  return kindNames
    .filter((kind) => kindOf(kind).isSuspendedFor !== undefined)
    .flatMap((kind) => catalog.ofKind(kind));
}

/** Of facts that pass their names around, one stands aside under another name meanwhile. */
function parkExchanged({ alters, parked }: Decisions): void {
  const holders = new Map([...alters].flatMap(([id, { from }]) => occupied(from).map((name) => [name, id])));
  const holderOfWanted = (id: FactId): FactId | undefined => {
    const names = occupied(alters.get(id)?.to);
    return names.map((name) => holders.get(name)).find((holder) => holder !== undefined && holder !== id);
  };
  for (const [id, alteration] of alters) {
    const { cedes } = kindOf(alteration.to.identity.kind);
    if (cedes === undefined) continue;
    const round = new Set<FactId>();
    for (let at = holderOfWanted(id); at !== undefined && !round.has(at); at = holderOfWanted(at))
      round.add(at);
    if (!round.delete(id) || [...round].some((other) => parked.has(other))) continue;
    parked.set(id, round);
    alters.set(id, { ...alteration, retype: cedes.back });
  }
}

function relationOf({ id, parent }: Fact, catalog: Catalog): FactId {
  const container = catalog.get(parent);
  return container === undefined || kindOf(container.identity.kind).isContainer === true ? id : container.id;
}

/** What is created and takes over something that is there, by the id of that. */
function adoptersIn(changes: readonly Change[], current: Catalog): ReadonlyMap<FactId, FactId> {
  return new Map(
    changes.flatMap((change): [FactId, FactId][] => {
      if (change.type !== "create") return [];
      const adopted = kindOf(change.wanted.identity.kind).adopts?.(change.wanted, current);
      return adopted === undefined ? [] : [[adopted, change.wanted.id]];
    }),
  );
}

/** What does not go in truth, but becomes a part of something new. */
export function adoptedIn({ creates }: Decisions, current: Catalog): ReadonlySet<FactId | undefined> {
  return new Set([...creates.values()].map((fact) => kindOf(fact.identity.kind).adopts?.(fact, current)));
}

/** Tells what gives its name to another kind of thing: an enum to a domain, a function to an aggregate. */
function supplantedBy(changes: readonly Change[]): (fact: Fact) => boolean {
  const names = new Set(
    changes.flatMap((change) => (change.type === "create" ? occupied(change.wanted) : [])),
  );
  return (fact) => occupied(fact).some((name) => names.has(name));
}

export function occupied(fact: Fact | undefined): readonly string[] {
  if (fact === undefined) return [];
  return kindOf(fact.identity.kind).occupies?.(fact) ?? [];
}

/** Columns move to a new type of the same name by themselves; a table's rows have to be handed over. */
function isType({ identity: { kind } }: Fact): boolean {
  return kindOf(kind).setAside !== undefined && kindOf(kind).handOver === undefined;
}

/** The rules that together make the change where the fact stands, in the kind's order; none if it cannot be done. */
function inPlace(
  change: Change & { type: "alter" },
  context: AlterContext,
): readonly AlterRule<KindName>[] | undefined {
  const remaining = new Set(change.attributes);
  const rules: AlterRule<KindName>[] = [];
  for (const rule of kindOf(change.wanted.identity.kind).alter) {
    const attributes: readonly string[] = rule.of;
    if (!attributes.some((attribute) => remaining.has(attribute))) continue;
    if (rule.when !== undefined && !rule.when(change.current, change.wanted, context)) continue;
    for (const attribute of attributes) remaining.delete(attribute);
    rules.push(rule);
  }
  return remaining.size === 0 ? rules : undefined;
}

/** The object that a fact concerns in a reader's eyes: a column's table, a comment's table, a table itself. */
export function rootOf(fact: Fact, catalog: Catalog): Fact {
  const parent = catalog.get(fact.parent);
  return parent === undefined || kindOf(parent.identity.kind).isContainer === true
    ? fact
    : rootOf(parent, catalog);
}
