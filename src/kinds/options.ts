import { join, raw, type Sql, sql } from "../sql/sql.js";

/** `fillfactor=70` as SQL: the value quoted as a string unless it is a plain number or word. */
function assignment(option: string): Sql {
  const at = option.indexOf("=");
  const value = option.slice(at + 1);
  const plain = /^(-?\d+(\.\d+)?|[a-z_]+)$/.test(value);
  return raw(`${option.slice(0, at)}=${plain ? value : `'${value.replaceAll("'", "''")}'`}`);
}

/** `WITH (a=1, b=2)`, or nothing. */
export function withOptions(options: readonly string[]): Sql {
  return options.length === 0 ? raw("") : sql`WITH (${join(options.map(assignment))})`;
}

/**
 * `ALTER … SET (…)` and `RESET (…)` that turn one list of storage parameters into another (manual, CREATE TABLE,
 * Storage Parameters).
 */
export function changeOptions(alter: Sql, from: readonly string[], to: readonly string[]): Sql[] {
  const names = new Set(to.map(optionName));
  const reset = from.map(optionName).filter((option) => !names.has(option));
  const set = to.filter((option) => !from.includes(option));
  return [
    ...(reset.length === 0 ? [] : [sql`${alter} RESET (${join(reset.map(raw))})`]),
    ...(set.length === 0 ? [] : [sql`${alter} SET (${join(set.map(assignment))})`]),
  ];
}

function optionName(option: string): string {
  return option.slice(0, option.indexOf("="));
}
