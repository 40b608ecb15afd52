import type { Catalog } from "./catalog.js";
import type { Unmodelled } from "./fact.js";

/**
 * What exists in a state, or in either of two, and is left alone because dm does not model it. Of what stands on an
 * extension's tables only what one of two states has: the rest came with the extension, or differs in nothing.
 */
export function leftAlone(one: Catalog, other?: Catalog): Unmodelled[] {
  const plain = [...one.unmodelled, ...(other?.unmodelled ?? [])].filter(
    ({ extension }) => extension === undefined,
  );
  const ofExtensions = other === undefined ? [] : [...missing(one, other), ...missing(other, one)];
  return unique([...plain, ...ofExtensions]);
}

/** What stands on extensions' tables in one state and not, or otherwise, in the other. */
function missing(one: Catalog, other: Catalog): Unmodelled[] {
  const there = new Set(other.unmodelled.map(text));
  return one.unmodelled.filter((object) => object.extension !== undefined && !there.has(text(object)));
}

const text = ({ kind, name, definition }: Unmodelled) => JSON.stringify([kind, name, definition]);

function unique(objects: readonly Unmodelled[]): Unmodelled[] {
  return [...new Map(objects.map((object) => [`${object.kind} ${object.name}`, object])).values()];
}
