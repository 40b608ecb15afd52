import { sameValue } from "../catalog/canonical.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { notValid } from "./check.js";
import { type DetourRule, lonelyTable, type OnlineContext } from "./context.js";

/**
 * A check or foreign key holds for new rows at first, and is then validated while others read and write (manual, ALTER
 * TABLE, VALIDATE CONSTRAINT). A foreign key to a key that is new itself comes with that.
 */
export const validateLater: DetourRule = (change, context) => {
  if (change.type === "drop" || !isKind(change.wanted, "constraint")) return undefined;
  const { wanted } = change;
  if (!isValidatable(wanted)) return undefined;
  if (lonelyTable(wanted, context) === undefined || !context.isBusy(change)) return undefined;
  const until = needsNewKey(wanted.id, context) ? "tidy" : "validate";
  return { interims: [{ from: "add", until, facts: [notValid(wanted)] }] };
};

/** The same of a table that comes back from quarantine, with its rows: what it references is not locked meanwhile. */
export const validateReturned: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "constraint")) return undefined;
  const { wanted } = change;
  const isReturned = !context.current.has(wanted.parent ?? wanted.id);
  if (!isReturned || !isValidatable(wanted) || !context.isBusy(change)) return undefined;
  return { interims: [{ from: "add", until: "validate", facts: [notValid(wanted)] }] };
};

/** Whether the constraint can come before it is validated, and is in the end. */
export function isValidatable({ attributes }: Fact<"constraint">): boolean {
  const { type, validated, enforced } = attributes;
  return (type === "check" || type === "foreign key") && validated && enforced;
}

/** Whether the key that it references is new itself, or takes the place of another one of its name. */
export function needsNewKey(foreignKey: FactId, { current, wanted }: OnlineContext): boolean {
  return wanted.dependencies(foreignKey).some(({ to, type }) => {
    const [before, key] = [current.get(to), wanted.get(to)];
    if (type !== "needs" || !(isKind(key, "constraint") || isKind(key, "index"))) return false;
    return before === undefined ? isKind(key, "constraint") : !sameValue(before.attributes, key.attributes);
  });
}
