import type { SourceLocation } from "../error.js";

/** Finds where an offset of a file's text is; the lines are counted once. */
export function placesIn(file: string, text: string): (offset: number) => SourceLocation {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (end) => end.index + end[0].length)];
  return (offset) => {
    const line = firstWhere(starts.length, (index) => (starts[index] ?? 0) > offset);
    const start = starts[line - 1] ?? 0;
    const [source = ""] = text.slice(start, starts[line] ?? text.length).split(/[\r\n]/, 1);
    return { file, line, column: offset - start + 1, text: source };
  };
}

/** The first of `count` ascending indexes for which the claim holds; `count` if it holds for none. */
export function firstWhere(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
