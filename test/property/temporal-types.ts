import type { Column, State } from "./model.js";

/** Ranges, and sets of them, that keys can have for a period. */
export const periodTypes: readonly string[] = [
  "daterange",
  "int4range",
  "tstzrange",
  "numrange",
  "datemultirange",
  "int4multirange",
];

/** What btree_gist lets a temporal key compare. */
export const scalarTypes: readonly string[] = ["integer", "bigint", "date", "text", "uuid", "numeric"];

/** Whether the state has btree_gist, among the parts that there are by now. */
export function hasGistOfScalars({ parts }: State, isThere: (part: number) => boolean): boolean {
  return parts.some(
    ({ id, sort, choice }) => sort === "extension" && choice.extension === "btree_gist" && isThere(id),
  );
}

/** Whether a key of these columns can be one WITHOUT OVERLAPS. */
export function isTemporal(
  state: State,
  columns: readonly (Column | undefined)[],
  period: Column | undefined,
  hasGist: boolean,
): boolean {
  const ofRange = (column: Column | undefined) =>
    column !== undefined && !column.array && isRange(state, column.type);
  return (
    state.major >= 18 &&
    columns.length > 0 &&
    ofRange(period) &&
    columns.every(
      (column) =>
        ofRange(column) || (hasGist && column?.array === false && scalarTypes.includes(String(column.type))),
    )
  );
}

function isRange({ parts }: State, type: string | number): boolean {
  return periodTypes.includes(String(type)) || parts.some(({ id, sort }) => sort === "range" && id === type);
}
