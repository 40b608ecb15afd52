import { fitted, longestIdentifier } from "../sql/quote.js";

/** `table_column_label`, the longer of both names cut until all fits (indexcmds.c, makeObjectName). */
export function fittedNames(first: string, second: string | undefined, label: string): string {
  if (second === undefined) return `${fitted(first, longestIdentifier - label.length - 1)}_${label}`;
  let [one, other] = [Buffer.byteLength(first), Buffer.byteLength(second)];
  const room = longestIdentifier - label.length - 2;
  while (one + other > room) {
    if (one > other) one--;
    else other--;
  }
  return `${fitted(first, one)}_${fitted(second, other)}_${label}`;
}
