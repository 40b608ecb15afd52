import type { SourceLocation } from "../error.js";
import type { ParsedText, Parser } from "../parse/parser.js";
import { fileSource } from "../parse/source.js";
import type { RevisionFile } from "../revision/directory.js";
import { normalizeLineEnds } from "../revision/line-ends.js";
import type { Step } from "../revision/revision.js";
import type { Written } from "./rule.js";

/** A revision's file, parsed as a whole: its comments and the place of each statement. */
export interface RevisionText {
  readonly parsed: ParsedText;
  readonly up: readonly Written[];
  readonly down: readonly Written[];
}

/** @throws DmError DM2102 where the text is not SQL. */
export function revisionText({ text, path, revision, steps }: RevisionFile, parser: Parser): RevisionText {
  const whole = normalizeLineEnds(text);
  const parsed = parser.parse(fileSource(whole, path));
  const offset = offsets(whole);
  const half = (name: "up" | "down"): Written[] =>
    statementsOf(parsed, name, revision[name], steps[name].map(offset));
  return { parsed, up: half("up"), down: half("down") };
}

function statementsOf(
  { statements }: ParsedText,
  half: "up" | "down",
  steps: readonly Step[],
  starts: readonly number[],
): Written[] {
  let transaction = 0;
  let isOpen = false;
  return steps.flatMap(({ sql, mode }, at) => {
    const start = starts[at] ?? 0;
    const own = statements.filter((one) => one.start >= start && one.start < start + sql.length);
    const isAlone = mode === "autocommit" || mode === "backfill";
    if (!isAlone && (mode === "commit" || !isOpen)) transaction++;
    isOpen = !isAlone;
    return own.map((statement): Written => {
      if (isAlone) transaction++;
      return { statement, half, mode, transaction, stepSize: own.length };
    });
  });
}

/** Turns the places that the reader of revisions gives back into offsets. */
function offsets(text: string): (at: SourceLocation) => number {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (end) => end.index + end[0].length)];
  return ({ line, column }) => (starts[line - 1] ?? 0) + column - 1;
}
