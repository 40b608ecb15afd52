import { type Fact, isKind } from "../catalog/fact.js";
import { name } from "../sql/sql.js";
import { checkFact, notValid } from "./check.js";
import { type DetourRule, lonelyTable } from "./context.js";
import type { Detour } from "./detour.js";
import { interimName } from "./names.js";

/**
 * NOT NULL holds for new rows at first, and is then validated while others read and write. Before version 18 a check
 * does both, and SET NOT NULL believes it (manual, ALTER TABLE, SET NOT NULL).
 */
export const notNullLater: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "not null")) return undefined;
  const notNull = change.wanted;
  const isOfNewColumn = notNull.parent === undefined || !context.current.has(notNull.parent);
  if (isOfNewColumn || !notNull.attributes.validated) return undefined;
  if (lonelyTable(notNull, context) === undefined) return undefined;
  return context.isBusy(change) ? inTwoSteps(notNull, context.major) : undefined;
};

/** NOT NULL from the stage on in which all rows have a value. */
export function inTwoSteps(notNull: Fact<"not null">, major: number): Detour {
  if (major >= 18) {
    const invalid = { ...notNull, attributes: { ...notNull.attributes, validated: false } };
    return {
      interims: [
        { from: "add", until: "build", absent: [notNull.id] },
        { from: "build", until: "validate", facts: [invalid] },
      ],
    };
  }
  const check = checkOf(notNull);
  return {
    interims: [
      { from: "add", until: "swap", absent: [notNull.id] },
      { from: "build", until: "validate", facts: [notValid(check)] },
      { from: "validate", until: "tidy", facts: [check] },
    ],
  };
}

/** A check that says the same. */
export function checkOf(
  { identity, id }: Fact<"not null">,
  own = interimName("check", id),
): Fact<"constraint"> {
  const { schema = "", on = "", name: column } = identity;
  return checkFact({ schema, on, name: own }, `${name(column).text} IS NOT NULL`);
}
