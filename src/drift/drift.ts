import type { Catalog } from "../catalog/catalog.js";
import { type Change, diff } from "../diff/diff.js";

/**
 * What happened to a database behind dm's back: the changes that lead from what was expected to what is there. The
 * direction is the reader's: `create` means that somebody added it.
 */
export function findDrift(expected: Catalog, current: Catalog): Change[] {
  return diff(expected, current);
}
