import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import { type DetourRule, isTied, lonelyTable, type OnlineContext } from "./context.js";

/**
 * A table or column that goes from a large table stays until the application's old version is gone. The new version knows
 * nothing of it: a column that stays demands no value.
 */
export const leaveLast: DetourRule = (change, context) => {
  if (change.type !== "drop") return undefined;
  const gone = change.current;
  const { holdsData } = kindOf(gone.identity.kind);
  if (holdsData?.(gone) !== true || (gone.parent !== undefined && !isOfStaying(gone, context)))
    return undefined;
  const table = isKind(gone, "column") ? lonelyTable(gone, context)?.id : gone.id;
  if (isTied(gone.id, context.current)) return undefined;
  if (table === undefined || !context.isLarge(table) || isOfKey(gone, context)) return undefined;
  const facts = stays(gone, context);
  return facts.length === 0 ? undefined : { interims: [{ from: "add", until: "cleanup", facts }] };
};

/** Whether the fact goes by itself, not because its whole does. */
function isOfStaying({ parent }: Fact, { current, wanted }: OnlineContext): boolean {
  const whole = current.get(parent);
  return whole !== undefined && wanted.has(whole.id);
}

/** A column of a primary key cannot do without a value. */
function isOfKey({ id }: Fact, { current }: OnlineContext): boolean {
  return current.dependents(id).some(({ from }) => {
    const fact = current.get(from);
    return isKind(fact, "constraint") && fact.attributes.type === "primary key" && fact.parent !== id;
  });
}

/** All that hangs on it and goes with it, as it is now; nothing if a part of it cannot stay. */
export function stays(gone: Fact, context: OnlineContext): Fact[] {
  const { current, wanted } = context;
  const facts = new Map<FactId, Fact>();
  const keep = (fact: Fact) => {
    if (facts.has(fact.id) || isDemand(fact, gone, context)) return;
    facts.set(fact.id, fact);
    for (const { from, type } of current.dependents(fact.id)) {
      const dependent = current.get(from);
      if (dependent === undefined || wanted.has(from)) continue;
      const isOwn = type !== "needs" || isWithin(dependent, gone, context);
      if (isOwn) keep(dependent);
    }
  };
  keep(gone);
  const names = new Set([...wanted.facts.values()].flatMap(occupied));
  const isPossible = [...facts.values()].every(
    (fact) =>
      !occupied(fact).some((one) => names.has(one)) &&
      current.dependencies(fact.id).every(({ to }) => facts.has(to) || wanted.has(to)),
  );
  return isPossible ? [...facts.values()] : [];
}

function isWithin(fact: Fact, whole: Fact, context: OnlineContext): boolean {
  const table = isKind(whole, "column") ? whole.parent : whole.id;
  const parent = context.current.get(fact.parent);
  return parent !== undefined && (parent.id === table || isWithin(parent, whole, context));
}

/** NOT NULL of a column that new code does not know, unless a default satisfies it. */
function isDemand(fact: Fact, gone: Fact, { current }: OnlineContext): boolean {
  if (!isKind(fact, "not null") || !isKind(gone, "column") || fact.parent !== gone.id) return false;
  const { identity, generated } = gone.attributes;
  return identity === null && generated === null && current.childrenOfKind(gone.id, "default").length === 0;
}

function occupied(fact: Fact): readonly string[] {
  return kindOf(fact.identity.kind).occupies?.(fact) ?? [];
}
