import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { kindOf } from "../kinds/index.js";
import type { PlannedStatement } from "../plan/plan.js";
import { literal, name, raw, type Sql } from "../sql/sql.js";
import { archivedPrefix } from "./names.js";

/**
 * A plan under which tables that become partitions, or begin to inherit, have the columns too that earlier revisions have
 * put away in the table above: PostgreSQL asks for every column of that (manual, ALTER TABLE, ATTACH PARTITION).
 * @param hasHidden whether there are such columns in a table.
 */
export function withHidden(
  statements: readonly PlannedStatement[],
  wanted: Catalog,
  hasHidden: (table: FactId) => boolean,
): PlannedStatement[] {
  return statements.flatMap((statement) => {
    if (statement.action !== "create") return [statement];
    const added = statement.facts.flatMap((id): PlannedStatement[] => {
      const tie = wanted.get(id);
      const [above, table] = [tablesAbove(tie, wanted), wanted.get(tie?.parent)];
      const [parent] = above;
      if (parent === undefined || table === undefined || !above.some((one) => hasHidden(one.id))) return [];
      const { about } = statement;
      return [{ sql: takeHidden(parent, table), action: "archive", facts: [], about, losesData: [] }];
    });
    return [...added, statement];
  });
}

/** The tables above the one that is tied, the next one first. */
function tablesAbove(tie: Fact | undefined, catalog: Catalog): Fact<"table">[] {
  if (tie === undefined || kindOf(tie.identity.kind).isTie === undefined) return [];
  return catalog.dependencies(tie.id).flatMap(({ to }) => {
    const above = catalog.get(to);
    if (!isKind(above, "table") || to === tie.parent) return [];
    return [above, ...catalog.children(to).flatMap((one) => tablesAbove(one, catalog))];
  });
}

function takeHidden(above: Fact, table: Fact): Sql {
  const [from, to] = [above, table].map(({ identity }) => name(identity.schema, identity.name).text);
  return raw(`DO $quarantine$
DECLARE hidden record;
BEGIN
  FOR hidden IN
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
        || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS type
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ${literal(from ?? "").text}::regclass AND NOT a.attisdropped AND a.attname ^@ ${literal(archivedPrefix).text}
      AND NOT EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = ${literal(to ?? "").text}::regclass AND o.attname = a.attname AND NOT o.attisdropped)
  LOOP
    EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', ${literal(to ?? "").text}::regclass, hidden.name, hidden.type);
  END LOOP;
END $quarantine$`);
}
