import { isKind } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { type DetourRule, lonelyTable } from "./context.js";
import { asTheyAre } from "./dependents.js";
import { interimName, renamedFact } from "./names.js";

/** An index is built when the rows are there, and a changed one beside the old one, whose name it then takes. */
export const indexBesides: DetourRule = (change, context) => {
  const index = change.type === "drop" ? undefined : change.wanted;
  if (!isKind(index, "index") || !context.isBusy(change) || lonelyTable(index, context) === undefined)
    return undefined;
  const old = context.current.get(index.id);
  if (!isKind(old, "index")) return { interims: [{ from: "add", until: "build", absent: [index.id] }] };
  if (old.parent !== index.parent) return undefined;
  const beside = renamedFact(index, interimName("new", index.id));
  const away = renamedFact(old, interimName("old", index.id));
  const to = (identity: Identity<"index">) => identity;
  return {
    interims: [
      ...asTheyAre([old], [index], context),
      { from: "build", until: "swap", facts: [beside] },
      { from: "swap", until: "tidy", facts: [away] },
    ],
    renames: [
      { from: to(old.identity), to: to(away.identity) },
      { from: to(beside.identity), to: to(index.identity) },
    ],
  };
};
