import type { Catalog } from "../catalog/catalog.js";
import { isKind } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import type { Rename } from "../plan/rename.js";
import type { RenameStates } from "./rename-column.js";
import { spreadOf } from "./spread.js";

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
  const spread = spreadOf(column, { current: after, wanted }, after);
  if (spread === undefined || spread.columns.length <= spread.ties.length)
    return "its table does not stay, inherits or is inherited from, or gets or loses partitions";
  if (spread.columns.some(({ id }) => isPartitionKey(id, after))) return "rows find their partition by it";
  if (spread.ties.length > 0 && retyped.has(final.id))
    return "its type changes, too, and its table is partitioned";
  if (column.attributes.generated !== null || final.attributes.generated !== null) return "it is generated";
  if (after.has(factId(from)) || wanted.has(factId(from))) return "another column takes its old name";
  const { type, collation } = column.attributes;
  const isSame = type === final.attributes.type && collation === final.attributes.collation;
  if (!isSame && !retyped.has(final.id)) return "its type changes where it stands";
  return needsValue(column.id, after) ? "its domain demands or gives a value" : undefined;
}

const isPartitionKey = (column: FactId, catalog: Catalog) =>
  catalog.dependents(column).some(({ from }) => isKind(catalog.get(from), "table"));

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
