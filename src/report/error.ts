import type { DmError, SourceLocation } from "../error.js";
import { type Paint, plain } from "./paint.js";
import { harmless } from "./words.js";

/** How much of a source line is shown around the place of an error, in characters. */
const widest = 100;

/** An error as a person reads it: what happened, where, why, and what to do next. */
export function errorText(error: DmError, paint: Paint = plain): string {
  return [
    `${paint.red(`error ${error.code}:`)} ${paint.bold(harmless(error.message))}`,
    ...placeLines(error.at, paint),
    ...error.details.flatMap((detail) => indented(detail, "  ")),
    ...(error.hint === undefined ? [] : indented(`hint: ${error.hint}`, "  ")),
    ...(error.next.length === 0 ? [] : [paint.cyan("  next:")]),
    ...error.next.flatMap((step) => indented(step, "    ")),
  ].join("\n");
}

/** Where something is, with its line of the file. */
export function placeLines(at: DmError["at"], paint: Paint): string[] {
  if (at === undefined) return [];
  if (typeof at === "string") return [`  at ${harmless(at)}`];
  return [`  at ${harmless(at.file)}:${at.line}:${at.column}`, ...sourceLines(at, paint)];
}

/** The line with a caret below the place; of a long line what is around it. */
function sourceLines({ line, column, text }: SourceLocation, paint: Paint): string[] {
  if (text === undefined) return [];
  const start = column > widest * 0.8 ? Math.max(0, column - 1 - widest / 2) : 0;
  const before = start > 0 ? "…" : "";
  const after = text.length > start + widest ? "…" : "";
  const shown = harmless(text.slice(start, start + widest).replaceAll("\t", " "));
  const gutter = `  ${String(line).padStart(4)} | `;
  const caret = " ".repeat(gutter.length + before.length + column - 1 - start);
  return [`${paint.dim(gutter)}${before}${shown}${after}`, `${caret}${paint.red("^")}`];
}

/** Further lines of a text stand two deeper than its first. */
function indented(text: string, indent: string): string[] {
  return harmless(text)
    .split("\n")
    .map((line, at) => `${indent}${at === 0 ? "" : "  "}${line}`);
}
