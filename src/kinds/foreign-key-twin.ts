import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { partitionedBy } from "./partition-ties.js";
import { printedList } from "./printed-list.js";

/**
 * Whether the partitioned table has a foreign key between the same columns of which one is enforced and one is not: ATTACH
 * PARTITION refuses a table with such a one, though it would not take it in (tablecmds.c, tryAttachPartitionForeignKey).
 */
export function isEnforcedOtherwise({ attributes, parent }: Fact<"constraint">, catalog: Catalog): boolean {
  if (attributes.type !== "foreign key" || parent === undefined) return false;
  const between = columnsOf(attributes.definition);
  return catalog
    .childrenOfKind(parent, "partition")
    .flatMap((tie) => partitionedBy(tie, catalog) ?? [])
    .flatMap((table) => catalog.childrenOfKind(table, "constraint"))
    .some(
      (above) =>
        isKind(above, "constraint") &&
        above.attributes.type === "foreign key" &&
        above.attributes.enforced !== attributes.enforced &&
        columnsOf(above.attributes.definition) === between,
    );
}

/** `FOREIGN KEY (…) REFERENCES …(…)` */
function columnsOf(definition: string): string {
  const { rest } = printedList(printedList(definition).rest);
  return definition.slice(0, definition.length - rest.length);
}
