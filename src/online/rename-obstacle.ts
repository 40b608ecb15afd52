import type { Catalog } from "../catalog/catalog.js";
import { isKind } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import type { Rename } from "../plan/rename.js";
import { lonelyTable } from "./context.js";
import type { RenameStates } from "./rename-column.js";

type Renamed = Pick<RenameStates, "after" | "wanted">;

/**
 * Why a column cannot be found under two names; undefined where it can.
 * @param retyped columns that change their type by another one.
 */
export function columnObstacle(
  { from, to }: Rename,
  { after, wanted }: Renamed,
  retyped: ReadonlySet<FactId>,
): string | undefined {
  const [column, final] = [after.get(factId(to)), wanted.get(factId(to))];
  if (!isKind(column, "column") || !isKind(final, "column")) return "it does not stay";
  if (lonelyTable(column, { current: after, wanted }) === undefined)
    return "its table does not stay, or inherits or is inherited from";
  if (column.attributes.generated !== null || final.attributes.generated !== null) return "it is generated";
  if (after.has(factId(from)) || wanted.has(factId(from))) return "another column takes its old name";
  const { type, collation } = column.attributes;
  const isSame = type === final.attributes.type && collation === final.attributes.collation;
  if (!isSame && !retyped.has(final.id)) return "its type changes where it stands";
  return needsValue(column.id, after) ? "its domain demands or gives a value" : undefined;
}

/** Whether a column of that type gets a value, or must have one, before a trigger sees the row. */
function needsValue(id: FactId, catalog: Catalog): boolean {
  return catalog.dependencies(id).some(({ to }) => {
    const type = catalog.get(to);
    if (!isKind(type, "domain")) return false;
    const checks = catalog.childrenOfKind(to, "domain constraint");
    const demands =
      type.attributes.notNull || checks.some(({ attributes }) => /NOT NULL/i.test(attributes.definition));
    return demands || type.attributes.default !== null || needsValue(to, catalog);
  });
}
