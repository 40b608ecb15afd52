import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { managing } from "../manage/managed.js";
import { amid } from "../manage/surroundings.js";
import { rootOf } from "../plan/decide.js";
import { type PlannedStatement, type PlanOptions, plan } from "../plan/plan.js";
import type { Workbench } from "./workbench.js";

type Options = Omit<PlanOptions, "major" | "isManaged">;

export type Using = NonNullable<PlanOptions["using"]>;

/** @param options where they say what a column's values become, nothing else does. */
export type Planner = (
  current: Catalog,
  wanted: Catalog,
  options?: { readonly using: Using },
) => PlannedStatement[];

/**
 * Plans between managed states among what a database holds beside them: none of that is touched.
 * @throws DmError DM3105 where it would have to be.
 */
export function planAmid(
  { target }: Pick<Workbench, "target">,
  there: Catalog,
  options: Options = {},
): Planner {
  return planner(target.version.major, there, () => true, options);
}

/**
 * The same on the way to a wanted state, with what the schema files say of values there. It holds for no other way: the
 * way back has its casts.
 */
export function plannerTowards(
  bench: Pick<Workbench, "target">,
  { there, wanted, using }: { readonly there: Catalog; readonly wanted: Catalog; readonly using: Using },
  options: Omit<Options, "using"> = {},
): Planner {
  return (from, to, given) => {
    const isThere = (column: FactId) => typeIn(to, column) === typeIn(wanted, column);
    const told: Using = (column) => given?.using(column) ?? (isThere(column) ? using(column) : undefined);
    return planAmid(bench, there, { ...options, using: told })(from, to);
  };
}

function typeIn(catalog: Catalog, column: FactId): string | undefined {
  const fact = catalog.get(column);
  return isKind(fact, "column") ? fact.attributes.type : undefined;
}

/**
 * The same for a script that is shown and not run: other people's objects do not prevent it, PostgreSQL will say where
 * they are in the way.
 */
export function scriptAmid({ target }: Pick<Workbench, "target">, there: Catalog): Planner {
  return planner(target.version.major, there, (fact) => there.has(rootOf(fact, there.whole).id));
}

function planner(
  major: number,
  there: Catalog,
  stands: (fact: Fact) => boolean,
  options: Options = {},
): Planner {
  return (current, wanted, given) => {
    const [from, to] = [amid(current, there, stands), amid(wanted, there, stands)];
    const [inFrom, inTo] = [managing(from, there.scope), managing(to, there.scope)];
    const isManaged = (fact: Fact) => (from.has(fact.id) ? inFrom(fact) : inTo(fact));
    return plan(from, to, { ...options, ...given, major, isManaged });
  };
}
