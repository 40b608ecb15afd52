import type { Fact } from "../catalog/fact.js";
import { literal, raw, type Sql, sql } from "../sql/sql.js";
import type { Work } from "./detour.js";
import { interimName } from "./names.js";

/**
 * A sequence that another one of its name replaces in the swap: that goes on where the old one is. The transaction
 * remembers it, because the old one goes first.
 * @param columns those that it numbers: of the table, and of its partitions.
 */
export function keptCounter(table: Fact, columns: readonly Fact[], sequence: Sql): Work[] {
  const facts = columns.map(({ id }) => id);
  const setting = literal(`dm.${interimName("keep", facts[0] ?? table.id)}`);
  const part = (at: number) => sql`split_part(current_setting(${setting}), ' ', ${raw(String(at))})`;
  const about = { about: table.id, facts };
  return [
    {
      ...{ ...about, turn: "swap begins" },
      sql: sql`SELECT set_config(${setting}, last_value || ' ' || is_called, true) FROM ${sequence}`,
    },
    {
      ...{ ...about, turn: "swap ends" },
      sql: sql`SELECT pg_catalog.setval(${literal(sequence.text)}, ${part(1)}::bigint, ${part(2)}::boolean)`,
    },
  ];
}
