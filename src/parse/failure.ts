import { DmError } from "../error.js";
import { grammar18, SyntaxFailure } from "./grammar.js";
import { afterCodePoints, type Source } from "./source.js";

/** The text is not SQL: says so at its place, in PostgreSQL's words. */
export function syntaxError(failure: SyntaxFailure, source: Source): DmError {
  const stop = Math.min(afterCodePoints(source.text, 0, failure.position), source.text.length);
  const data = copyBefore(source, stop);
  if (data !== undefined) return copyError(source, data);
  const isBeyondText = source.text.slice(stop).trim() === "";
  const offset = isBeyondText ? Math.max(source.text.slice(0, stop).trimEnd().length - 1, 0) : stop;
  return new DmError("DM2102", failure.message, { at: source.locate(offset) });
}

/** COPY … FROM stdin is followed by rows, which are no SQL. */
export function copyError(source: Source, offset: number): DmError {
  return new DmError("DM2105", "COPY changes rows; a schema file describes what holds them", {
    at: source.locate(offset),
    next: ["move it to a revision made by `dm new`", "dump with --schema-only"],
  });
}

/** The offset of the COPY … FROM stdin that stands right before a place where SQL stops. */
export function copyBefore({ text }: Source, stop: number): number | undefined {
  const end = text.lastIndexOf(";", stop - 1);
  if (end === -1) return undefined;
  const before = text.slice(0, end);
  try {
    const last = grammar18(before).at(-1);
    if (last === undefined || !("CopyStmt" in last.tree)) return undefined;
    const { is_from, filename, is_program } = last.tree.CopyStmt;
    if (!is_from || filename !== undefined || is_program) return undefined;
    return Buffer.from(before).subarray(0, last.start).toString().length;
  } catch (error) {
    if (error instanceof SyntaxFailure) return undefined;
    throw error;
  }
}
