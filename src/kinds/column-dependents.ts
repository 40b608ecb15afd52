import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";

/**
 * ALTER TYPE refuses a column that one of these uses, or leaves them as they were: a default's cast, a foreign
 * key's operators (manual, ALTER TABLE, SET DATA TYPE).
 */
export function needsUnchangedColumn(dependent: Fact, current: Catalog): boolean {
  return (
    [
      "view",
      "materialized view",
      "policy",
      "trigger",
      "function",
      "procedure",
      "rule",
      "default",
      "publication table",
    ].includes(dependent.identity.kind) ||
    (isKind(dependent, "column") && dependent.attributes.generated !== null) ||
    (isKind(dependent, "constraint") && dependent.attributes.type === "foreign key") ||
    losesInRebuild(dependent, current)
  );
}

/** PostgreSQL itself rebuilds what is stored of a changed column, but not all that hangs on it. */
export function losesInRebuild(dependent: Fact, current: Catalog): boolean {
  return (
    // The names and comments that the indexes of partitions have.
    ((isKind(dependent, "constraint") || isKind(dependent, "index")) &&
      current.dependents(dependent.id).some(({ type }) => type === "inherits")) ||
    // Statistics targets.
    isKind(dependent, "statistics") ||
    (isKind(dependent, "index") && Object.keys(dependent.attributes.statistics).length > 0) ||
    // The foreign keys that reference a key whose included column changes.
    ((isKind(dependent, "constraint") || isKind(dependent, "index")) &&
      dependent.attributes.definition.includes(") INCLUDE ("))
  );
}

/** What is told of a virtual column's values stands in the way of SET EXPRESSION (tablecmds.c, ATExecSetExpression). */
export function isVirtualFixed({ parent }: Fact<"column">, catalog: Catalog): boolean {
  if (parent === undefined) return false;
  return catalog
    .children(parent)
    .some(
      (part) =>
        isKind(part, "publication table") || (isKind(part, "constraint") && part.attributes.type === "check"),
    );
}
