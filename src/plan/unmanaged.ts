import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { DmError, exitCode } from "../error.js";
import { type Decisions, rootOf } from "./decide.js";

/**
 * What is not managed may have to go and come back with a managed object that it hangs on (a comment on a view that is
 * replaced). An object that is not managed may not.
 * @throws DmError DM3105 naming what stands in the way of what.
 */
export function refuseUnmanaged(
  { drops, alters }: Decisions,
  current: Catalog,
  isManaged: (fact: Fact) => boolean,
): void {
  const touched = [...drops.values(), ...[...alters.values()].map(({ from }) => from)];
  const others = touched.filter((fact) => !isManaged(fact) && !isManaged(rootOf(fact, current)));
  if (others.length === 0) return;
  const causes = new Map(
    others.flatMap((fact) => {
      const needed = current
        .dependencies(fact.id)
        .map(({ to }) => current.get(to))
        .find((to) => to !== undefined && isManaged(to) && (drops.has(to.id) || alters.has(to.id)));
      return needed === undefined ? [] : [[fact.id, needed.id] as const];
    }),
  );
  const lines = [...causes].map(([id, needed]) => `${id} depends on ${needed}`);
  throw new DmError("DM3105", "what dm does not manage stands in the way of the change", {
    details: lines.length > 0 ? lines : others.map(({ id }) => id),
    next: [
      "drop it before and create it again after, in revisions of your own: dm new -m MESSAGE",
      "or manage it: dm.yaml, manage",
    ],
    exit: exitCode.refused,
  });
}
