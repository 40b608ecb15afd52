import { nameBefore } from "../archive/names.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { DmError, exitCode } from "../error.js";
import type { Quarantined } from "../hazards/visible.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Rename } from "../plan/rename.js";
import { name } from "../sql/sql.js";

/**
 * Columns in quarantine stand in their table, out of sight: they would go with a table that is made anew or dropped for
 * good, and nobody would have said so.
 * @param live the database as it is.
 * @throws DmError DM3107 naming the columns.
 */
export function refuseLosingQuarantine(
  live: Catalog,
  renames: readonly Rename[],
  statements: readonly PlannedStatement[],
): void {
  const before = formerIds(renames);
  const gone = statements
    .filter(({ action }) => action === "drop" || action === "drop aside")
    .flatMap(({ facts }) => facts.flatMap((id) => live.get(before(id)) ?? []));
  const lost = [...new Set(gone)].flatMap((table) =>
    quarantinedIn(table).map((column) => name(table.identity.schema, table.identity.name, column).text),
  );
  const [first] = lost;
  if (first === undefined) return;
  throw new DmError("DM3107", `${first} is in quarantine, and its table is made anew or dropped for good`, {
    details: lost.map((column) => `${column} would go with it`),
    next: [
      "see what it is: dm archive list",
      "bring it back: dm archive restore",
      "or let it go for good first: dm archive purge",
    ],
    exit: exitCode.refused,
  });
}

/** The columns that are in quarantine in a table, as they were called. */
export function quarantinedThere(live: Catalog, renames: readonly Rename[]): Quarantined {
  const before = formerIds(renames);
  return (id) => {
    const table = live.get(before(id));
    return table === undefined ? [] : quarantinedIn(table).map(nameBefore);
  };
}

function formerIds(renames: readonly Rename[]): (id: FactId) => FactId {
  const before = new Map(renames.map(({ from, to }) => [factId(to), factId(from)] as const));
  return (id) => before.get(id) ?? id;
}

function quarantinedIn({ identity, noted }: Fact): readonly string[] {
  const columns = identity.kind === "table" ? noted?.quarantined : undefined;
  return Array.isArray(columns) ? columns.map(String) : [];
}
