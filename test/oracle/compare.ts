import { withoutAlikeIndexes } from "./alike-indexes.js";
import { inTwoVersions, withoutGaps } from "./gaps.js";
import { printedTrees } from "./rules.js";
import type { State } from "./state.js";

/**
 * A line for each row that only one of the states has, and for each value that differs. An expression may differ in
 * casts and parentheses: built from its own print, `a IN ('x')` on a varchar column prints with other ones.
 */
export function compareStates(current: State, wanted: State): string[] {
  const lines: string[] = [];
  for (const [catalog, rows] of wanted.catalogs) {
    const others = current.catalogs.get(catalog) ?? new Map<string, Record<string, string>>();
    for (const [name, row] of rows) {
      const other = others.get(name);
      if (other === undefined) lines.push(`${catalog}: ${name} is missing`);
      else lines.push(...compareRows(catalog, name, other, row));
    }
    for (const name of others.keys()) if (!rows.has(name)) lines.push(`${catalog}: ${name} is too much`);
    if (current.original.get(catalog) !== wanted.original.get(catalog)) {
      lines.push(`${catalog}: other rows of PostgreSQL's own were changed`);
    }
  }
  return lines;
}

function compareRows(
  catalog: string,
  name: string,
  current: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): string[] {
  return Object.keys(wanted)
    .filter((column) => !isSame(current[column], wanted[column], `${catalog}.${column}`))
    .map((column) => `${catalog}: ${name}: ${column} is ${current[column]} instead of ${wanted[column]}`);
}

function isSame(a = "", b = "", column: string): boolean {
  return a === b || (printedTrees[column] !== undefined && bare(a) === bare(b));
}

function bare(expression: string): string {
  return expression.replace(/::[a-z ]+(\(\d+\))?(\[\])?/g, "").replace(/[()\s]/g, "");
}

/** What dm is to blame for where the current state should be the wanted one. */
export function faults(current: State, wanted: State): string[] {
  const extensions = inTwoVersions(current, wanted);
  const judged = (state: State) => withoutAlikeIndexes(withoutGaps(state, extensions));
  return compareStates(judged(current), judged(wanted));
}
