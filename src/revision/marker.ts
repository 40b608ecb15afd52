import { DmError, type SourceLocation } from "../error.js";
import { type StepMode, stepModes } from "./revision.js";
import type { Token } from "./scan.js";

/** A line that divides a revision's file: `-- dm:up`, `-- dm:down`, `-- dm:step [mode]`, `-- dm:preflight WHAT`. */
export interface Marker {
  readonly name: "up" | "down" | "step" | "preflight";
  /** What a preflight finds. */
  readonly finds?: string;
  /** How the step below runs. */
  readonly mode: StepMode;
  /** `-- dm:step backfill triggers` */
  readonly triggers?: true;
  /** `-- dm:step backfill once` */
  readonly once?: true;
  readonly start: number;
  readonly end: number;
}

/** A comment that claims to be a marker; real comments only, since the tokens are PostgreSQL's. */
export function isMarker(token: Token): boolean {
  return token.kind === "line comment" && /^--\s*dm:/.test(token.text);
}

/** The markers of a file in their order. What looks like one and is none is refused, never passed over. */
export function markersIn(tokens: readonly Token[], place: (offset: number) => SourceLocation): Marker[] {
  return tokens.filter(isMarker).map((token) => {
    const at = place(token.start);
    if (at.column !== 1) {
      throw new DmError("DM4006", "a dm: comment stands in the middle of a line", {
        at,
        next: ["move it to the start of a line of its own", "if it is only a comment, reword it"],
      });
    }
    const [name = "", ...words] = token.text
      .replace(/^--\s*dm:/, "")
      .trim()
      .split(/\s+/);
    const { start, end } = token;
    if (name === "preflight") return { name, mode: "transaction", finds: words.join(" "), start, end };
    if (name === "step") return { name, ...modeOf(words, at), start, end };
    if ((name === "up" || name === "down") && words.length === 0)
      return { name, mode: "transaction", start, end };
    throw new DmError("DM4006", `dm knows no line "${token.text.trim()}"`, {
      at,
      next: ["use -- dm:up, -- dm:down, -- dm:step or -- dm:preflight, with nothing after the first two"],
    });
  });
}

function modeOf(words: readonly string[], at: SourceLocation): Pick<Marker, "mode" | "triggers" | "once"> {
  const [word = "transaction", ...rest] = words;
  const mode = stepModes.find((name) => name === word);
  if (mode !== undefined && rest.length === 0) return { mode };
  const known = ["once", "triggers"].filter((one) => rest.includes(one));
  if (mode === "backfill" && known.length === rest.length) {
    return {
      mode,
      ...(rest.includes("triggers") && { triggers: true }),
      ...(rest.includes("once") && { once: true }),
    };
  }
  throw new DmError("DM4007", `dm knows no step "${words.join(" ")}"`, {
    at,
    next: [
      "-- dm:step: another step of the same transaction",
      "-- dm:step commit: commit what stands above first",
      "-- dm:step autocommit: run what stands below outside a transaction",
      "-- dm:step backfill: run the UPDATE below in batches; -- dm:step backfill triggers: with the table's triggers",
      "-- dm:step backfill once: without the rows that come meanwhile",
    ],
  });
}
