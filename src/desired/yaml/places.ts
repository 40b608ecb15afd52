import { type Document, isMap, isNode, isPair, isScalar, type Node } from "yaml";
import type { SourceLocation } from "../../error.js";
import type { Source } from "../../parse/source.js";

export type Path = readonly PropertyKey[];

/** Where the key (or, in a list, the item) at a path stands; of what is not there, the nearest that is. */
export type Places = (path: Path) => SourceLocation;

export function placesOf(document: Document, source: Source): Places {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const start = startOf(document, path.slice(0, length));
      if (start !== undefined) return source.locate(start);
    }
    return source.locate(document.contents?.range?.[0] ?? 0);
  };
}

function startOf(document: Document, path: Path): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === last,
    );
    return (pair?.key as Node | undefined)?.range?.[0];
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
