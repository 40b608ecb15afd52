import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";

/** What the names of triggers begin with that keep columns of a row right while a change is under way. */
export const stepTriggerPrefix = "~dm_";

/** The trigger that gives a column its value where code that knows nothing of it gives none. */
export function fillTriggerName(column: FactId): string {
  return `${stepTriggerPrefix}fill_${createHash("sha256").update(column).digest("hex").slice(0, 16)}`;
}

/** Whether the column, or the one that it inherits from, has such a trigger. */
export function hasFillTrigger({ id, parent }: Fact, catalog: Catalog): boolean {
  const own = fillTriggerName(id);
  if (catalog.childrenOfKind(parent ?? id, "trigger").some(({ identity }) => identity.name === own))
    return true;
  return catalog.dependencies(id).some(({ to, type }) => {
    const above = type === "inherits" ? catalog.get(to) : undefined;
    return above !== undefined && hasFillTrigger(above, catalog);
  });
}
