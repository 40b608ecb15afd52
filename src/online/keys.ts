import { isKind } from "../catalog/fact.js";
import { indexOfKey } from "../kinds/key-index.js";
import { type DetourRule, lonelyTable } from "./context.js";

/**
 * A key's index is built while others read and write, and then becomes the key's (manual, ALTER TABLE, ADD
 * table_constraint_using_index).
 */
export const keyFromIndex: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "constraint")) return undefined;
  const index = indexOfKey(change.wanted);
  if (index === undefined || context.current.has(index.id)) return undefined;
  if (lonelyTable(change.wanted, context) === undefined || !context.isBusy(change)) return undefined;
  return {
    interims: [
      { from: "add", until: "swap", absent: [change.wanted.id] },
      { from: "build", until: "swap", facts: [index] },
    ],
  };
};
