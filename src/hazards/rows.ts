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
    if (!context.current.has(root.id) || replaced.has(root.id)) return [];
    const from = action === "alter" ? context.current.get(id) : undefined;
    const found = kindOf(to.identity.kind).preflight?.(from, to, context) ?? [];
    return found.filter(({ of }) => of === undefined || attributes === undefined || attributes.includes(of));
  });
}
