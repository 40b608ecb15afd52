import type { Row } from "../database/database.js";

/** What became of a column's values on a way back that gives it another type. */
export interface RestoredValues {
  /** `column app.patient.weight`. */
  readonly column: string;
  /** Rows with the value that they had before. */
  readonly original: number;
  /** Rows that were written since: theirs is made of the one that they had. */
  readonly converted: number;
}

/** A row in which a step tells it: see `tally` in src/archive/retyped.ts. */
export function restoredIn({ restored, original, converted }: Row): RestoredValues | undefined {
  if (typeof restored !== "string" || typeof original !== "number" || typeof converted !== "number")
    return undefined;
  return { column: restored, original, converted };
}

export function restoredText({ column, original, converted }: RestoredValues): string {
  return `${column}: ${original} ${original === 1 ? "row has its original value" : "rows have their original values"} back, ${converted} ${converted === 1 ? "was" : "were"} converted`;
}
