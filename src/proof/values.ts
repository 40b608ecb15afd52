import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import { DmError } from "../error.js";
import type { Statement } from "../kinds/define.js";
import type { PlannedStatement } from "../plan/plan.js";
import { columnsOf } from "./seed.js";

/** Rows of tables as text, before the way up and after the way back. */
export interface Returned {
  readonly before: ReadonlyMap<FactId, string>;
  readonly after: ReadonlyMap<FactId, string>;
}

/**
 * Statements that give a column another type from which its values do not come back as they were.
 * @throws DmError DM3203 for rows that any other statement has lost.
 */
export function lossyChanges(
  { before, after }: Returned,
  up: readonly PlannedStatement[],
  catalog: Catalog,
  survives: (id: FactId) => boolean,
): ReadonlyMap<Statement, string> {
  const found = new Map<Statement, string>();
  for (const [table, text] of before) {
    const now = after.get(table);
    if (now === text) continue;
    const [then, back] = [rowsIn(text), rowsIn(now)];
    if (then.length !== back.length) throw lostRows(table, text, now);
    for (const [at, { id }] of columnsOf(catalog, table, survives).entries()) {
      const [values, returned] = [then, back].map((rows) => rows.map((row) => String(row[at])).sort());
      const differing = values?.findIndex((value, row) => value !== returned?.[row]) ?? -1;
      if (differing === -1) continue;
      const cause = up.find(({ facts, attributes }) => facts.includes(id) && attributes?.includes("type"));
      if (cause === undefined) throw lostRows(table, text, now);
      found.set(cause, `${id}: ${values?.[differing]} comes back as ${returned?.[differing]}`);
    }
  }
  return found;
}

/**
 * What is no longer there of rows as {@link rowsOf} tells them: whole rows, and values other than NULL. Where only the
 * number of rows counts, the values may have changed.
 */
export function lostValues(
  before: ReadonlyMap<FactId, string>,
  after: ReadonlyMap<FactId, string>,
  catalog: Catalog,
  { onlyCount }: { readonly onlyCount: boolean },
): readonly string[] {
  return [...before].flatMap(([table, text]) => {
    const [then, now] = [rowsIn(text), rowsIn(after.get(table))];
    if (now.length < then.length) return [`${table}: ${now.length} of ${then.length} sample rows come back`];
    if (onlyCount) return [];
    return columnsOf(catalog, table, () => true).flatMap(({ id }, at) => {
      const left = now.map((row) => row[at]);
      return then.flatMap(({ [at]: value }) => {
        const place = left.indexOf(value);
        if (place !== -1) left.splice(place, 1);
        return value === null || place !== -1 ? [] : [`${id}: ${String(value)} does not come back`];
      });
    });
  });
}

function rowsIn(text: string | undefined): readonly (readonly unknown[])[] {
  return text === undefined || text === "" ? [] : JSON.parse(text);
}

function lostRows(table: FactId, before: string, after: string | undefined): DmError {
  return new DmError("DM3203", `rows of ${table} do not come back after down`, {
    details: [`before: ${before}`, `after: ${after ?? "none"}`],
  });
}
