import type { FactId } from "../catalog/identity.js";
import { literal, type Sql, sql } from "../sql/sql.js";

/**
 * A query that a way back asks before a column has its former type again: of how many rows the value is the original
 * one, and of how many it is made of what they have now.
 */
export function tally(column: FactId, table: Sql, isOriginal: Sql): Sql {
  const counted = (condition: Sql) => sql`count(*) FILTER (WHERE ${condition})::float8`;
  return sql`SELECT ${literal(column)} AS restored, ${counted(isOriginal)} AS original, ${counted(sql`NOT (${isOriginal})`)} AS converted FROM ${table}`;
}
