import type { Catalog } from "../catalog/catalog.js";
import type { Edge, Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { AlterRule, Inheritance } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import { actionKey } from "./action.js";
import type { Alteration, Decisions } from "./decide.js";

/*
 * PostgreSQL makes, changes and drops together with a table's parts those of the tables that inherit from it (manual,
 * Inheritance; Declarative Partitioning). A plan says so once.
 */

interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

/** From a part of a table to the part that it inherits from. */
export function inheritedFrom(catalog: Catalog, id: FactId): Edge[] {
  return catalog.dependencies(id).filter(({ type }) => type === "inherits");
}

/** Whether the parts of the tied table outlive those that they come from. */
function partsStay(catalog: Catalog, { via }: Edge): boolean {
  const tie = catalog.get(via);
  return tie !== undefined && kindOf(tie.identity.kind).isTie === "parts stay";
}

/** What would be dropped with the part that it inherits from, or with the tie, though it is wanted. */
export function bereft({ drops }: Decisions, { current, wanted }: States): FactId[] {
  const withParts = [...drops.keys()].flatMap((id) =>
    current
      .dependents(id)
      .filter((edge) => edge.type === "inherits" && edge.via !== undefined && !drops.has(edge.via))
      .filter((edge) => edge.local !== true && !partsStay(current, edge))
      .map(({ from }) => from),
  );
  const withTies = [...drops.values()].flatMap(({ id, parent, identity }) =>
    parent === undefined || kindOf(identity.kind).isTie === undefined
      ? []
      : current
          .children(parent)
          .filter(
            (part) => diesWithTie(part) && inheritedFrom(current, part.id).some(({ via }) => via === id),
          )
          .map((part) => part.id),
  );
  return [...withParts, ...withTies].filter((id) => wanted.has(id) && !drops.has(id));
}

/** What must go because a part of it goes that PostgreSQL does not drop alone: a partition's index under another name. */
export function bound({ drops }: Decisions, { current }: Pick<States, "current">): FactId[] {
  return [...drops.keys()].flatMap((id) =>
    inheritedFrom(current, id)
      .filter((edge) => edge.local !== true && edge.via !== undefined && !drops.has(edge.via))
      .map(({ to }) => to)
      .filter((to) => !drops.has(to)),
  );
}

/**
 * What stands where PostgreSQL is about to make the same by itself, with a tie or with what it inherits from, and what
 * it refuses to tie a table with.
 */
export function madeAnew({ creates, drops }: Decisions, { current, wanted }: States): FactId[] {
  const isThere = ({ id }: Fact) => current.has(id) && !drops.has(id);
  const isRefused = (part: Fact) =>
    isThere(part) && kindOf(part.identity.kind).isInWayOfTies?.(part, wanted) === true;
  const isInWay = (edge: Edge) => {
    const part = wanted.get(edge.from);
    if (edge.type !== "inherits" || edge.local === true || part === undefined || !isThere(part)) return false;
    return kindOf(part.identity.kind).isAlwaysCloned?.(part) === true;
  };
  return [...creates.values()].flatMap((made) => {
    const isTie = kindOf(made.identity.kind).isTie !== undefined;
    const parts = isTie && made.parent !== undefined ? wanted.children(made.parent) : [];
    const tied = parts.flatMap(({ id }) => inheritedFrom(wanted, id).filter(({ via }) => via === made.id));
    return [
      ...[...wanted.dependents(made.id), ...tied].filter(isInWay).map(({ from }) => from),
      ...parts.filter(isRefused).map(({ id }) => id),
    ];
  });
}

/** Actions that PostgreSQL takes by itself, each with the action that brings it about. */
export function inheritedActions(decisions: Decisions, states: States): [string, string][] {
  const found: [string, string][] = [];
  const add = (type: "create" | "drop" | "alter", id: FactId, host: string | undefined) => {
    if (host !== undefined) found.push([actionKey(type, id), host]);
  };
  for (const fact of decisions.creates.values()) add("create", fact.id, createdWith(fact, decisions, states));
  for (const fact of decisions.drops.values()) add("drop", fact.id, droppedWith(fact, decisions, states));
  for (const alteration of decisions.alters.values()) {
    add("alter", alteration.to.id, alteredWith(alteration, decisions, states));
  }
  return found;
}

/** How a part inherits from another in the wanted state; a part of the table's own is taken in as it is. */
export function manner(fact: Fact, edge: Edge, wanted: Catalog): Inheritance {
  const from = wanted.get(edge.to);
  if (edge.local === true || from === undefined) return "adopted";
  return kindOf(fact.identity.kind).inheritance?.(fact, from) ?? "adopted";
}

/** Whether the part belongs to a replaced table, which is tied first, then filled, then completed. */
export function isFilledThroughTies(part: FactId, { setAside }: Decisions, wanted: Catalog): boolean {
  const table = wanted.get(part)?.parent;
  return table !== undefined && setAside.has(table);
}

function createdWith(fact: Fact, decisions: Decisions, { wanted }: States): string | undefined {
  const { creates } = decisions;
  for (const edge of inheritedFrom(wanted, fact.id)) {
    const how = manner(fact, edge, wanted);
    if (edge.via === undefined || how === "adopted") continue;
    if (creates.has(edge.via)) {
      if (how !== "cloned") continue;
      const isLater = isFilledThroughTies(edge.to, decisions, wanted);
      return actionKey("create", isLater ? edge.to : edge.via);
    } else if (creates.has(edge.to)) return actionKey("create", edge.to);
  }
  return undefined;
}

function droppedWith(fact: Fact, decisions: Decisions, states: States): string | undefined {
  const { drops } = decisions;
  const { current } = states;
  for (const edge of inheritedFrom(current, fact.id)) {
    if (edge.via === undefined || edge.local === true) continue;
    const above = drops.get(edge.to);
    if (partsStay(current, edge)) {
      // Dropped ONLY from its table, unless it goes with something that has no ONLY: an attribute of the table's type.
      // What is untied before is its own by then.
      const isTied = !drops.has(edge.via);
      const host = above !== undefined && isTied ? droppedWith(above, decisions, states) : undefined;
      if (host !== undefined) return host;
    } else if (!drops.has(edge.via)) {
      if (above !== undefined) return actionKey("drop", edge.to);
    } else if (manner(fact, edge, current) === "cloned" && diesWithTie(fact)) {
      return actionKey("drop", edge.via);
    }
  }
  return undefined;
}

/** A detached table keeps its keys and foreign keys; its clones of triggers go. */
function diesWithTie(fact: Fact): boolean {
  return kindOf(fact.identity.kind).diesUntied === true;
}

function alteredWith(
  alteration: Alteration,
  { alters, creates }: Decisions,
  { wanted }: States,
): string | undefined {
  const edge = inheritedFrom(wanted, alteration.to.id).find(({ to, via }) => {
    const above = alters.get(to);
    return above !== undefined && via !== undefined && !creates.has(via) && sharesWork(alteration, above);
  });
  return edge === undefined ? undefined : actionKey("alter", edge.to);
}

function sharesWork(alteration: Alteration, above: Alteration): boolean {
  const own = ownWork(alteration, above);
  return own.rules.length < alteration.rules.length || own.retype !== alteration.retype;
}

/** What is left of a change when the one above it has been made. */
export function ownWork(alteration: Alteration, above: Alteration): Pick<Alteration, "rules" | "retype"> {
  return {
    rules: alteration.rules.filter(
      (rule) =>
        rule.cascades !== true ||
        !above.rules.some(
          (other) => other.cascades === true && rule.of.every((one) => other.of.includes(one)),
        ) ||
        !agree(rule, alteration.to, above.to),
    ),
    retype: above.retype === undefined ? alteration.retype : undefined,
  };
}

function agree(rule: AlterRule<never>, one: Fact, other: Fact): boolean {
  const [mine, theirs] = [new Map(Object.entries(one.attributes)), new Map(Object.entries(other.attributes))];
  return (rule.of as readonly string[]).every(
    (attribute) => JSON.stringify(mine.get(attribute)) === JSON.stringify(theirs.get(attribute)),
  );
}
