import { sameValue } from "../catalog/canonical.js";
import { type Catalog, compareText } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";

/** One difference between two states. */
export type Change =
  | { readonly type: "create"; readonly wanted: Fact }
  | { readonly type: "drop"; readonly current: Fact }
  | {
      readonly type: "alter";
      readonly current: Fact;
      readonly wanted: Fact;
      /** Names of the attributes that differ. */
      readonly attributes: readonly string[];
    };

/** What must change in `current` to make it `wanted`, ordered by the facts' text form. */
export function diff(current: Catalog, wanted: Catalog): Change[] {
  const changes: Change[] = [];
  for (const id of [...new Set([...current.facts.keys(), ...wanted.facts.keys()])].sort(compareText)) {
    const [before, after] = [current.get(id), wanted.get(id)];
    if (before === undefined && after !== undefined) changes.push({ type: "create", wanted: after });
    else if (before !== undefined && after === undefined) changes.push({ type: "drop", current: before });
    else if (before !== undefined && after !== undefined) {
      const attributes = differing(before, after);
      if (attributes.length > 0) changes.push({ type: "alter", current: before, wanted: after, attributes });
    }
  }
  return changes;
}

/** The fact that a change is about. */
export function subject(change: Change): Fact {
  return change.type === "drop" ? change.current : change.wanted;
}

/**
 * An attribute that only one side has is one that the other side's version of dm did not record: it tells nothing. What is
 * noted counts where a side insists on it.
 */
function differing(before: Fact, after: Fact): string[] {
  const [was, is] = [known(before), known(after)];
  const insisted = [...(before.insists ?? []), ...(after.insists ?? [])];
  return [...new Set([...Object.keys(before.attributes), ...insisted])].filter(
    (name) => was.has(name) && is.has(name) && !sameValue(was.get(name), is.get(name)),
  );
}

const known = ({ noted = {}, attributes }: Fact) =>
  new Map([...Object.entries(noted), ...Object.entries(attributes)]);
