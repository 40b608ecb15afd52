import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { PlannedStatement } from "../plan/plan.js";
import { name, raw, sql } from "../sql/sql.js";
import type { Kept } from "./keep.js";

/** Columns by their ids, each with the default that rows get which were written without it. */
export type Filled = ReadonlyMap<FactId, { readonly column: Fact; readonly fill: Fact<"default"> }>;

/**
 * Columns that come back to a table that lived on without them and without their defaults. One that was put away with
 * its default has values in all rows.
 */
export function filledColumns({ objects, resting }: Kept, current: Catalog): Filled {
  return new Map(
    objects.flatMap(({ fact: column }) => {
      const fill = isKind(column, "column") ? current.childrenOfKind(column.id, "default")[0] : undefined;
      return fill === undefined || resting.has(fill.id) ? [] : [[column.id, { column, fill }] as const];
    }),
  );
}

/** A plan that gives empty rows their default before the column is NOT NULL again. */
export function filling(
  statements: readonly PlannedStatement[],
  filled: Filled,
  wanted: Catalog,
): PlannedStatement[] {
  return statements.flatMap((statement) => {
    if (statement.action !== "create") return [statement];
    const updates = statement.facts.flatMap((id): PlannedStatement[] => {
      const fact = wanted.get(id);
      const one = isKind(fact, "not null") && fact.parent !== undefined ? filled.get(fact.parent) : undefined;
      if (one === undefined) return [];
      const { schema, on, name: own } = one.column.identity;
      const column = name(own);
      const value = raw(one.fill.attributes.expression);
      const update = sql`UPDATE ${name(schema, on)} SET ${column} = ${value} WHERE ${column} IS NULL`;
      return [{ sql: update, action: "restore", facts: [], about: statement.about, losesData: [] }];
    });
    return [...updates, statement];
  });
}
