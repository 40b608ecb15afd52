import { isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { type DetourRule, lonelyTable, type OnlineContext } from "./context.js";

/**
 * A check or foreign key holds for new rows at first, and is then validated while others read and write (manual, ALTER
 * TABLE, VALIDATE CONSTRAINT). A foreign key to a key that is new itself comes with that.
 */
export const validateLater: DetourRule = (change, context) => {
  if (change.type === "drop" || !isKind(change.wanted, "constraint")) return undefined;
  const { wanted } = change;
  const { type, validated, enforced } = wanted.attributes;
  if ((type !== "check" && type !== "foreign key") || !validated || !enforced) return undefined;
  if (lonelyTable(wanted, context) === undefined || !context.isBusy(change)) return undefined;
  const invalid = { ...wanted, attributes: { ...wanted.attributes, validated: false } };
  const until = needsNewKey(wanted.id, context) ? "tidy" : "validate";
  return { interims: [{ from: "add", until, facts: [invalid] }] };
};

function needsNewKey(foreignKey: FactId, { current, wanted }: OnlineContext): boolean {
  return wanted
    .dependencies(foreignKey)
    .some(({ to }) => isKind(wanted.get(to), "constraint") && !current.has(to));
}
