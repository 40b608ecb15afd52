import { DmError } from "../error.js";
import { readBackfill } from "./backfill.js";
import { writeHeader } from "./header.js";
import { isMarker } from "./marker.js";
import { revisionFileName } from "./name.js";
import { placesIn } from "./place.js";
import type { PreflightQuery, Revision, Step } from "./revision.js";
import { scan } from "./scan.js";

/**
 * The text of a revision's file; {@link parseRevision} reads the same revision back. A step's SQL gets the
 * semicolon at its end if it has none, and comments of several lines become several comments.
 */
export async function formatRevision(revision: Revision): Promise<string> {
  const { up, down, preflights, ...header } = revision;
  const file = revisionFileName(revision);
  const text = [
    `/* dm:revision\n${writeHeader(header)}*/`,
    "-- dm:up",
    ...(await formatPreflights(preflights?.up ?? [], `${file}, up`)),
    ...(await formatSteps(up, `${file}, up`, preflights?.up.length)),
    "-- dm:down",
    ...(await formatPreflights(preflights?.down ?? [], `${file}, down`)),
    ...(await formatSteps(down, `${file}, down`, preflights?.down.length)),
  ].join("\n\n");
  refuseUnwritable(text, file);
  return `${text}\n`;
}

function refuseUnwritable(text: string, file: string): void {
  const nul = text.indexOf("\0");
  const found = nul === -1 ? text.search(/\p{Surrogate}/u) : nul;
  if (found === -1) return;
  throw new DmError(
    "DM4014",
    "the revision holds a NUL or half a character, which cannot be written as SQL",
    {
      at: placesIn(file, text)(found),
      next: ["correct the text that it came from"],
    },
  );
}

async function formatPreflights(preflights: readonly PreflightQuery[], place: string): Promise<string[]> {
  const blocks: string[] = [];
  for (const { finds, sql } of preflights) {
    const lines = await sqlOf({ sql }, `${place}, preflight ${finds}`);
    blocks.push([`-- dm:preflight ${finds.replace(/\s+/g, " ")}`.trimEnd(), ...lines].join("\n"));
  }
  return blocks;
}

/** @param above how many preflights stand above the first step, which then needs a line of its own. */
async function formatSteps(steps: readonly Step[], place: string, above = 0): Promise<string[]> {
  const blocks: string[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.mode === "backfill") await readBackfill(step.sql);
    const lines = [
      ...step.comments.flatMap(writeComment),
      ...(await sqlOf(step, `${place}, step ${index + 1}`)),
    ];
    if (lines.length === 0) {
      throw new DmError("DM4008", "the step is empty", {
        at: `${place}, step ${index + 1}`,
        next: ["leave it out"],
      });
    }
    const words = [step.mode, ...(step.once ? ["once"] : []), ...(step.triggers ? ["triggers"] : [])];
    const word = step.mode === "transaction" ? "" : ` ${words.join(" ")}`;
    const isFirst = index === 0 && above === 0 && step.mode === "transaction";
    blocks.push([...(isFirst ? [] : [`-- dm:step${word}`]), ...lines].join("\n"));
  }
  return blocks;
}

/** A comment line that is no marker, whatever its text. */
function writeComment(comment: string): string[] {
  return comment
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(/^(\s*)(?=\\*dm:)/, "$1\\"))
    .map((line) => (line === "" ? "--" : `-- ${line}`));
}

async function sqlOf(step: Pick<Step, "sql">, place: string): Promise<string[]> {
  const sql = step.sql.replace(/^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g, "");
  const tokens = await scan(sql, place);
  const clash = tokens.find(isMarker);
  if (clash !== undefined) {
    throw new DmError("DM4014", `a comment of the SQL would be read as a line of dm's own: ${clash.text}`, {
      at: placesIn(place, sql)(clash.start),
      next: ["reword the comment"],
    });
  }
  const statements = tokens.filter(({ kind }) => kind === "sql");
  if (statements.length === 0 || statements.at(-1)?.text === ";") return sql === "" ? [] : [sql];
  return [tokens.at(-1)?.kind === "line comment" ? `${sql}\n;` : `${sql};`];
}
