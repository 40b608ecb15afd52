import { type Fact, isKind } from "../catalog/fact.js";
import type { Identity } from "../catalog/identity.js";
import { indexOfKey } from "../kinds/key-index.js";
import { type DetourRule, lonelyTable, type OnlineContext } from "./context.js";
import { asTheyAre } from "./dependents.js";
import type { Interim } from "./detour.js";
import { interimName, renamedFact } from "./names.js";

/**
 * A key's index is built while others read and write, and then becomes the key's (manual, ALTER TABLE, ADD
 * table_constraint_using_index). A primary key that it replaces goes in that moment.
 */
export const keyFromIndex: DetourRule = (change, context) => {
  if (change.type === "drop" || !isKind(change.wanted, "constraint")) return undefined;
  const key = change.wanted;
  const index = indexOfKey(key);
  const table = lonelyTable(key, context);
  if (index === undefined || table === undefined || !context.isBusy(change)) return undefined;
  if (context.current.has(index.id)) return undefined;
  const old = context.current.get(key.id);
  if (old !== undefined && isNeeded(old, context)) return undefined;
  if (change.type === "alter" && isKind(old, "constraint") && keepsColumns(old, context)) {
    const beside = renamedFact(index, interimName("new", index.id));
    const away: Identity<"constraint"> = { ...old.identity, name: interimName("old", old.id) };
    return {
      interims: [
        ...asTheyAre([old], [key], context, "swap"),
        { from: "build", until: "swap", facts: [beside] },
      ],
      renames: [
        { from: old.identity, to: away },
        { from: beside.identity, to: index.identity },
      ],
    };
  }
  return {
    interims: [
      { from: "add", until: "swap", absent: [key.id] },
      { from: "build", until: "swap", facts: [index] },
      ...(key.attributes.type === "primary key" ? replaced(table, context) : []),
    ],
  };
};

/** A primary key of another name. */
function replaced(table: Fact, context: OnlineContext): Interim[] {
  const { current, wanted } = context;
  return current
    .childrenOfKind(table.id, "constraint")
    .filter((old) => old.attributes.type === "primary key" && !wanted.has(old.id))
    .filter((old) => !isNeeded(old, context) && keepsColumns(old, context))
    .map((old) => ({ from: "add", until: "swap", facts: [old] }));
}

/** What loses a column goes with that. */
function keepsColumns({ id }: Fact, { current, wanted }: OnlineContext): boolean {
  return current.dependencies(id).every(({ to }) => !isKind(current.get(to), "column") || wanted.has(to));
}

/** Whether something stands on the key: a foreign key would be made anew with it. */
function isNeeded({ id }: Fact, { current }: OnlineContext): boolean {
  return current.dependents(id).some(({ from }) => current.get(from)?.parent !== id);
}
