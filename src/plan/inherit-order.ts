import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import type { Action, ActionType } from "./action.js";
import type { Decisions } from "./decide.js";
import { inheritedFrom, isFilledThroughTies, manner } from "./inherit.js";

interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

/** Says that one action comes before another, where a plan has both. */
export type Before = (type: ActionType, id: FactId, laterType: ActionType, laterId: FactId) => void;

/** Whether rows or values are in facts of the kind: a replaced table gets these parts before its rows, the rest after. */
export function holdsValues(kind: Fact["identity"]["kind"] | undefined): boolean {
  return kind !== undefined && kindOf(kind).holdsData !== undefined;
}

/** Parts of tables that are tied come and go in the order in which PostgreSQL takes the ones in with the others. */
export function orderByInheritance(
  actions: Iterable<Action>,
  decisions: Decisions,
  states: States,
  before: Before,
  weaklyBefore: Before,
): void {
  for (const { type, fact } of actions) {
    if (type === "create") {
      for (const edge of inheritedFrom(states.wanted, fact.id)) orderCreate(fact, edge);
    } else if (type === "drop") {
      for (const edge of inheritedFrom(states.current, fact.id)) orderDrop(edge);
    } else if (type === "alter") {
      for (const edge of inheritedFrom(states.current, fact.id)) orderAlter(edge);
      for (const edge of inheritedFrom(states.wanted, fact.id)) orderAlterBeforeTaken(edge);
    }
    if (kindOf(fact.identity.kind).isTie !== undefined) orderTie(type, fact);
  }

  /** A table that is tied later is complete before; one that is made with its tie takes from what is there. */
  function orderCreate(fact: Fact, edge: Edge): void {
    const { wanted } = states;
    const isAdopted = manner(fact, edge, wanted) === "adopted";
    const isTiedNow = edge.via !== undefined && decisions.creates.has(edge.via);
    if (isTiedNow) orderBeforeAlike(fact, edge);
    if (isAfterTies(edge.to, states.current)) before("create", fact.id, "alter", edge.to);
    if (isAfterTies(edge.to, wanted)) {
      before("create", fact.id, "create", edge.to);
      return;
    }
    if (!isTiedNow) {
      if (isAdopted) before("create", fact.id, "create", edge.to);
      else before("create", edge.to, "create", fact.id);
    } else if (isFilledThroughTies(edge.to, decisions, wanted)) {
      if (!holdsValues(fact.identity.kind)) before("create", fact.id, "create", edge.to);
    } else if (!isAdopted && tieKind(edge) === "parts stay") before("create", edge.to, "create", fact.id);
  }

  /** What is taken in by something that stands is made before what that might take instead. */
  function orderBeforeAlike(fact: Fact, edge: Edge): void {
    const { wanted } = states;
    const above = standing(edge);
    if (above === undefined || fact.parent === undefined) return;
    for (const sibling of wanted.children(fact.parent)) {
      if (sibling.id === fact.id || !takesIn(above, sibling)) continue;
      const others = inheritedFrom(wanted, sibling.id).flatMap((other) => standing(other) ?? []);
      // Of two that stand nobody knows which is older.
      if (!others.some((other) => takesIn(other, fact))) before("create", fact.id, "create", sibling.id);
    }
  }

  function standing({ to }: Edge): Fact | undefined {
    return decisions.creates.has(to) ? undefined : states.wanted.get(to);
  }

  function tieKind({ via }: Edge) {
    const tie = states.wanted.get(via);
    return tie && kindOf(tie.identity.kind).isTie;
  }

  /** A part that stays without the one it came from is dropped after it: then it is the table's own. */
  function orderDrop({ from, to, via }: Edge): void {
    if (via !== undefined && !decisions.drops.has(via)) before("drop", to, "drop", from);
  }

  /** A part is free to change when the one that it came from is gone. */
  function orderAlter({ from, to, via }: Edge): void {
    if (via !== undefined && !decisions.drops.has(via)) before("drop", to, "alter", from);
  }

  /** What becomes a part of something new is as the wanted state has it before: it is not free to change any more. */
  function orderAlterBeforeTaken({ from, to, via }: Edge): void {
    const isTied = via !== undefined && !decisions.creates.has(via);
    if (isTied && !isAfterTies(from, states.wanted)) before("alter", from, "create", to);
  }

  /** Tables are tied when their parts are complete, and untied before these change. */
  function orderTie(type: ActionType, tie: Fact): void {
    const catalog = type === "create" ? states.wanted : states.current;
    for (const { to: table } of catalog.dependencies(tie.id)) {
      for (const part of partsForTie(table, type, tie)) {
        for (const change of ["drop", "alter", "create"] as const) {
          // What comes back after the ties is gone before.
          const isLater = table === tie.parent && isTakenInByTie(part) ? isInWayOfTies : isAfterTies;
          if (type === "create" && change !== "drop" && isLater(part, states.wanted)) {
            before("create", tie.id, change, part);
          } else if (type === "create") completes(part)(change, part, "create", tie.id);
          else if (type === "drop") before("drop", tie.id, change, part);
        }
      }
    }
  }

  /** What ties have nothing to do with, a rule or a policy, may come after where it must. */
  function completes(part: FactId): Before {
    const { identity, parent } = states.wanted.get(part) ?? states.current.get(part) ?? {};
    const isApart = identity !== undefined && kindOf(identity.kind).inheritance === undefined;
    const isOfTable = [states.wanted, states.current].some((catalog) => isKind(catalog.get(parent), "table"));
    return isApart && isOfTable ? weaklyBefore : before;
  }

  /** Whether what it comes from stands before the tables are tied, so that the tie takes it in. */
  function isTakenInByTie(part: FactId): boolean {
    return inheritedFrom(states.wanted, part).some(
      ({ to }) => !decisions.creates.has(to) || !isAfterTies(to, states.wanted),
    );
  }

  /** Whether PostgreSQL makes the part with one of a replaced table, which gets it when it is tied and filled. */
  function isClonedLater(id: FactId): boolean {
    const { wanted } = states;
    const part = wanted.get(id);
    if (part === undefined) return false;
    return inheritedFrom(wanted, id).some(
      (edge) => manner(part, edge, wanted) === "cloned" && isFilledThroughTies(edge.to, decisions, wanted),
    );
  }

  /** A replaced table gets its rows through its partitions, and its indexes after that; it is complete before it is tied itself. */
  function partsForTie(table: FactId, type: ActionType, tie: Fact): FactId[] {
    const parts = [states.current, states.wanted].flatMap((catalog) => partsOf(table, catalog));
    if (type !== "create") return parts;
    if (!decisions.setAside.has(table) || tie.parent === table)
      return parts.filter((id) => !isClonedLater(id));
    return parts.filter((id) =>
      holdsValues((states.wanted.get(id) ?? states.current.get(id))?.identity.kind),
    );
  }
}

function takesIn(above: Fact, part: Fact): boolean {
  return kindOf(above.identity.kind).takesIn?.(above, part) === true;
}

/** Whether it comes after the tables are tied that are below its own. */
function isAfterTies(id: FactId, catalog: Catalog): boolean {
  const fact = catalog.get(id);
  if (fact === undefined) return false;
  return kindOf(fact.identity.kind).afterTies?.(fact, catalog) === true || isInWayOfTies(id, catalog);
}

function isInWayOfTies(id: FactId, catalog: Catalog): boolean {
  const fact = catalog.get(id);
  return fact !== undefined && kindOf(fact.identity.kind).isInWayOfTies?.(fact, catalog) === true;
}

/** A table's columns, constraints, indexes and what is theirs, less satellites and ties. */
function partsOf(table: FactId, catalog: Catalog): FactId[] {
  return catalog
    .children(table)
    .filter(({ identity }) => identity.of === undefined && kindOf(identity.kind).isTie === undefined)
    .flatMap(({ id }) => [id, ...partsOf(id, catalog)]);
}
