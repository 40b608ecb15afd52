import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Kept } from "./keep.js";

/** How a way up brings back what its way back has put away, in place of making it anew. */
export interface Again {
  /** The statement that makes it, in whose place it comes back; by {@link statementMark}. */
  readonly at: string;
  /** Statements that there is then nothing left to do for. */
  readonly instead: readonly string[];
  /** What is still to do when it is back. */
  readonly rest: readonly string[];
}

/** By which a statement of a revision file is known again. */
export function statementMark(sql: string): string {
  return createHash("sha256").update(sql.trim()).digest("hex").slice(0, 16);
}

/**
 * For each thing that a way up makes and a way back puts away, how it comes back when the revision is applied again.
 * @param plan from what rests after the way back to what rests after the way up.
 */
export function comingAgain(
  added: Kept,
  up: readonly PlannedStatement[],
  wanted: Catalog,
  plan: () => readonly PlannedStatement[],
): ReadonlyMap<FactId, Again> {
  const kept = new Set(added.objects.flatMap(({ parts }) => parts.map(({ id }) => id)));
  let planned: readonly PlannedStatement[] | undefined;
  const found = new Map<FactId, Again>();
  for (const { fact, parts } of added.objects) {
    const own = new Set(parts.map(({ id }) => id));
    const makes = up.filter(({ action, facts }) => action === "create" && facts.some((id) => own.has(id)));
    const main = makes.find(({ facts }) => facts.includes(fact.id));
    if (main === undefined) continue;
    const made = new Set(makes.flatMap(({ facts }) => facts));
    const isWhole = [...made].every((id) => kept.has(id) && added.resting.get(id) === wanted.get(id));
    if (!isWhole) planned ??= plan();
    const rest = isWhole ? [] : (planned ?? []).filter(({ facts }) => facts.some((id) => made.has(id)));
    found.set(fact.id, {
      at: statementMark(main.sql.text),
      instead: makes.filter((one) => one !== main).map(({ sql }) => statementMark(sql.text)),
      rest: rest.map(({ sql }) => sql.text),
    });
  }
  return found;
}
