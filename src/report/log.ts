import type { JournalLine } from "../apply/journal.js";
import type { JsonObject } from "./json.js";
import { type Paint, plain } from "./paint.js";
import { duration, firstLine, harmless } from "./words.js";

/** The journal as people read it: a line for each run, and below one that failed why. */
export function logText(lines: readonly JournalLine[], paint: Paint = plain): string {
  if (lines.length === 0) return "the journal has nothing of that";
  return lines
    .map(({ at, revision, direction, milliseconds, role, osUser, host, dmVersion, about, author, error }) => {
      const sign = error === undefined ? paint.green("✓") : paint.red("✗");
      const who = `${role} (${osUser}@${host}, dm ${dmVersion}${author === undefined ? "" : `, written by ${author}`})`;
      const when = at.slice(0, 19).replace("T", " ");
      const what = about === undefined ? "" : `  ${harmless(about)}`;
      const line = `${sign} ${when}  ${revision}  ${direction.padEnd(7)}  ${duration(milliseconds).padStart(8)}  ${harmless(who)}${what}`;
      if (error === undefined) return line;
      const code = error.sqlstate === undefined ? "" : `${error.sqlstate} `;
      return `${line}\n    ${paint.red(`${code}${harmless(firstLine(error.message))}`)}`;
    })
    .join("\n");
}

export function logJson(lines: readonly JournalLine[]): JsonObject {
  return {
    entries: lines.map(({ error, about, author, ...line }) => ({
      ...line,
      about: about ?? null,
      author: author ?? null,
      error: error === undefined ? null : { sqlstate: error.sqlstate ?? null, message: error.message },
    })),
  };
}
