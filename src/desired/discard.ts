import type { Identity } from "../catalog/identity.js";
import { DmError, type SourceLocation } from "../error.js";
import { namePart, plainName } from "./names.js";
import type { QualifiedName } from "./tree.js";

/** What `@discard` names. */
export interface Discarded {
  readonly table?: QualifiedName;
  /** None: what the annotation stands at. */
  readonly columns: readonly string[];
}

const table = new RegExp(String.raw`^\s+table\s+(${namePart})(?:\s*\.\s*(${namePart}))?\s*$`, "iu");
const columns = new RegExp(String.raw`^\s+${namePart}(?:\s*,\s*${namePart})*\s*$`, "u");

/** Reads what follows the word; nothing where it is not understood. */
export function discardedBy(rest: string): Discarded | undefined {
  if (rest.trim() === "") return { columns: [] };
  const [, first, second] = table.exec(rest) ?? [];
  if (first !== undefined) {
    const own = plainName(second ?? first);
    return {
      table: second === undefined ? { name: own } : { schema: plainName(first), name: own },
      columns: [],
    };
  }
  if (!columns.test(rest)) return undefined;
  return { columns: (rest.match(new RegExp(namePart, "gu")) ?? []).map(plainName) };
}

export const discardedTable = ({ schema, name }: QualifiedName, ofFile: string): Identity => ({
  kind: "table",
  schema: schema ?? ofFile,
  name,
});

/**
 * The columns of the table that the annotation stands at or in, or the column itself.
 * @throws DmError DM2107 where it stands at something else.
 */
export function discardedIn(target: Identity, names: readonly string[], at: SourceLocation): Identity[] {
  const isColumn = target.kind === "column";
  if (isColumn && names.length === 0) return [target];
  const { schema = "", name: own = "" } = target;
  const on = isColumn ? (target.on ?? "") : own;
  if ((!isColumn && target.kind !== "table") || names.length === 0) throw malformedDiscard("@discard", at);
  return names.map((name) => ({ kind: "column", schema, on, name }));
}

export const malformedDiscard = (text: string, at: SourceLocation) =>
  new DmError("DM2107", `the annotation is not understood: ${text}`, {
    at,
    next: [
      "in a table that a column goes from: @discard old_column",
      "beside a column whose type changes: @discard",
      "anywhere, for a table that goes: @discard table schema.old_table",
    ],
  });
