import type { State } from "./state.js";

/** A line for each row that only one of the states has, and for each value that differs. */
export function compareStates(current: State, wanted: State): string[] {
  const lines: string[] = [];
  for (const [catalog, rows] of wanted.catalogs) {
    const others = current.catalogs.get(catalog) ?? new Map<string, Record<string, string>>();
    for (const [name, row] of rows) {
      const other = others.get(name);
      if (other === undefined) lines.push(`${catalog}: ${name} is missing`);
      else lines.push(...compareRows(`${catalog}: ${name}`, other, row));
    }
    for (const name of others.keys()) if (!rows.has(name)) lines.push(`${catalog}: ${name} is too much`);
    if (current.original.get(catalog) !== wanted.original.get(catalog)) {
      lines.push(`${catalog}: other rows of PostgreSQL's own were changed`);
    }
  }
  return lines;
}

function compareRows(
  name: string,
  current: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): string[] {
  return Object.keys(wanted)
    .filter((column) => current[column] !== wanted[column])
    .map((column) => `${name}: ${column} is ${current[column]} instead of ${wanted[column]}`);
}
