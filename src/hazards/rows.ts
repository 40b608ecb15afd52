import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Preflight, PreflightContext } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import { rootOf } from "../plan/decide.js";
import type { PlannedStatement } from "../plan/plan.js";

/**
 * What rows may keep the statement from running, of objects that have rows already.
 * @param replaced objects that the plan drops and makes anew, empty.
 */
export function preflightsOf(
  { action, facts, attributes }: PlannedStatement,
  context: PreflightContext,
  replaced: ReadonlySet<FactId>,
): readonly Preflight[] {
  if (action !== "create" && action !== "alter") return [];
  return facts.flatMap((id) => {
    const to = context.wanted.get(id);
    if (to === undefined || context.isCertain?.(to) === true) return [];
    const root = rootOf(to, context.wanted);
    if (!context.current.has(root.id) || replaced.has(root.id) || hasNoRows(root)) return [];
    const from = action === "alter" ? context.current.get(id) : undefined;
    const found = kindOf(to.identity.kind).preflight?.(from, to, context) ?? [];
    return found.filter(({ of }) => of === undefined || attributes === undefined || attributes.includes(of));
  });
}

/** PostgreSQL asks no rows of a foreign table whether they satisfy what is said of it (manual, CREATE FOREIGN TABLE). */
const hasNoRows = ({ identity }: Fact) => identity.kind === "foreign table";
