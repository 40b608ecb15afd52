import type { Catalog } from "../catalog/catalog.js";
import type { Fact, KindName } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Change } from "../diff/diff.js";
import type { AlterContext, AlterRule } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import { bereft } from "./inherit.js";

/** A change that happens to the fact where it stands. */
export interface Alteration {
  readonly from: Fact;
  readonly to: Fact;
  readonly rules: readonly AlterRule<KindName>[];
  /** The column's type is replaced by another of the same name. */
  readonly retypes: boolean;
}

/** What happens to each fact. A fact that is both dropped and created is replaced. */
export interface Decisions {
  readonly drops: Map<FactId, Fact>;
  readonly creates: Map<FactId, Fact>;
  readonly alters: Map<FactId, Alteration>;
  /** Replaced types whose columns move over: the old type is set aside meanwhile. */
  readonly setAside: Set<FactId>;
}

/**
 * Decides for each change whether PostgreSQL can make it in place, and what must go and come back around the changes
 * that it cannot, or only without their dependents.
 */
export function decide(changes: readonly Change[], context: AlterContext): Decisions {
  const { current, wanted } = context;
  const decisions: Decisions = {
    drops: new Map(),
    creates: new Map(),
    alters: new Map(),
    setAside: new Set(),
  };

  const create = (fact: Fact) => {
    decisions.creates.set(fact.id, fact);
    const { parent } = fact;
    if (parent === undefined || decisions.drops.has(parent) || !current.has(parent)) return;
    if (kindOf(fact.identity.kind).needsNewParent?.(fact, context)) replace(parent);
  };

  const replace = (id: FactId) => {
    const fact = wanted.get(id);
    if (fact !== undefined) create(fact);
    drop(id);
  };

  const drop = (id: FactId) => {
    const fact = current.get(id);
    if (fact === undefined || decisions.drops.has(id)) return;
    decisions.drops.set(id, fact);
    decisions.alters.delete(id);
    const movesColumns = kindOf(fact.identity.kind).setAside !== undefined && wanted.has(id);
    if (movesColumns) decisions.setAside.add(id);
    for (const edge of current.dependents(id)) {
      if (edge.type === "owned" || edge.type === "inherits") continue;
      if (movesColumns && current.get(edge.from)?.parent !== id && retype(edge.from)) continue;
      replace(edge.from);
    }
  };

  /** Whether the fact is a column that stays and can follow its type. */
  const retype = (id: FactId): boolean => {
    const [from, to] = [current.get(id), wanted.get(id)];
    if (from === undefined || to === undefined || decisions.drops.has(id)) return false;
    const kind = kindOf(from.identity.kind);
    if (kind.retype === undefined || kind.needsNewParent?.(to, context) === true) return false;
    const rules = decisions.alters.get(id)?.rules ?? [];
    alter({ from, to, rules, retypes: true }, kind.alter);
    return true;
  };

  const alter = (alteration: Alteration, rebuilding: readonly AlterRule<KindName>[]) => {
    const { from, to } = alteration;
    decisions.alters.set(from.id, alteration);
    for (const edge of current.dependents(from.id)) {
      const dependent = current.get(edge.from);
      if (dependent === undefined || edge.type === "owned" || edge.type === "inherits") continue;
      if (rebuilding.some((rule) => rule.rebuilds?.(dependent, from, to))) replace(edge.from);
    }
  };

  for (const change of changes) {
    if (change.type === "create") create(change.wanted);
    else if (change.type === "drop") drop(change.current.id);
    else if (!decisions.drops.has(change.current.id)) {
      const rules = inPlace(change, context);
      if (rules === undefined) replace(change.current.id);
      else {
        const retypes = decisions.alters.get(change.current.id)?.retypes ?? false;
        alter({ from: change.current, to: change.wanted, rules, retypes }, rules);
      }
    }
  }
  for (let left = bereft(decisions, context); left.length > 0; left = bereft(decisions, context)) {
    for (const id of left) replace(id);
  }
  return decisions;
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
