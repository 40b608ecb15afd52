import { type Fact, isKind } from "../catalog/fact.js";

/**
 * ALTER TYPE refuses a column that one of these uses, or leaves them as they were: a default's cast, a foreign
 * key's operators (manual, ALTER TABLE, SET DATA TYPE).
 */
export function needsUnchangedColumn(dependent: Fact): boolean {
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
      "statistics",
      "publication table",
    ].includes(dependent.identity.kind) ||
    (isKind(dependent, "column") && dependent.attributes.generated !== null) ||
    // PostgreSQL rebuilds the index without the statistics targets of its expressions.
    (isKind(dependent, "index") && Object.keys(dependent.attributes.statistics).length > 0) ||
    (isKind(dependent, "constraint") && dependent.attributes.type === "foreign key") ||
    // PostgreSQL forgets the foreign keys that reference a key whose included column changes.
    ((isKind(dependent, "constraint") || isKind(dependent, "index")) &&
      dependent.attributes.definition.includes(") INCLUDE ("))
  );
}
