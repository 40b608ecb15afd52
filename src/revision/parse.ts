import { DmError, type SourceLocation } from "../error.js";
import { type BackfillReader, openBackfillReader } from "./backfill.js";
import type { HeaderPlaces } from "./header.js";
import { normalizeLineEnds } from "./line-ends.js";
import { type Marker, markersIn } from "./marker.js";
import { headerIn, opening, type ParsedHeader } from "./opening.js";
import { firstWhere, placesIn } from "./place.js";
import type { PreflightQuery, Revision, Step } from "./revision.js";
import { scan, type Token } from "./scan.js";

/** A revision and where its parts stand in its file. */
export interface ParsedRevision {
  readonly revision: Revision;
  /** Where each key of the header stands. */
  readonly header: HeaderPlaces;
  /** Where each step's SQL begins. */
  readonly steps: { readonly up: readonly SourceLocation[]; readonly down: readonly SourceLocation[] };
}

interface Half {
  readonly steps: Step[];
  readonly preflights: PreflightQuery[];
  readonly places: SourceLocation[];
}

/** A revision's file as it is read from top to bottom. */
interface Source {
  readonly file: string;
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly place: (offset: number) => SourceLocation;
  readonly readBackfill: BackfillReader;
}

/** Reads a revision from the text of its file; `file` names it in errors. */
export async function parseRevision(content: string, file: string): Promise<ParsedRevision> {
  const text = normalizeLineEnds(content);
  const source: Source = {
    file,
    text,
    tokens: await scan(text, file),
    place: placesIn(file, text),
    readBackfill: await openBackfillReader(),
  };
  const { revision, header, end } = headerOf(source);
  const isOneWay = revision.irreversible !== undefined;
  const { up, down } = halves(source, markersIn(source.tokens, source.place), end, isOneWay);
  return {
    revision: {
      ...revision,
      up: up.steps,
      down: down.steps,
      ...(up.preflights.length + down.preflights.length === 0
        ? {}
        : { preflights: { up: up.preflights, down: down.preflights } }),
    },
    header,
    steps: { up: up.places, down: down.places },
  };
}

function headerOf(source: Source): ParsedHeader & { readonly end: number } {
  const firstSql = source.tokens.findIndex((token) => token.kind === "sql");
  const leading = firstSql === -1 ? source.tokens : source.tokens.slice(0, firstSql);
  const token = leading.find(({ kind, text }) => kind === "block comment" && opening.test(text));
  if (token === undefined) {
    throw new DmError("DM4002", "the revision has no header", {
      at: source.place(0),
      next: [
        'begin the file with a comment "/* dm:revision" that holds id, parents, message and created',
        "dm new",
      ],
    });
  }
  return { ...headerIn(source.text, token, source.file, source.place), end: token.end };
}

function halves(source: Source, markers: readonly Marker[], headerEnd: number, irreversible: boolean) {
  const up = only(source, markers, "up");
  const down = only(source, markers, "down");
  if (up === undefined) throw missing(source, "up", 'add a line "-- dm:up" above the first step');
  if (down === undefined && !irreversible) {
    throw missing(
      source,
      "down",
      'add a line "-- dm:down" and the way back, or "irreversible: REASON" to the header',
    );
  }
  if (down !== undefined && down.start < up.start)
    throw misplaced(source, down, "-- dm:down stands above -- dm:up");
  const early = markers.find(({ start }) => start < up.start);
  if (early !== undefined) throw misplaced(source, early, "a step stands above -- dm:up");
  const loose = source.tokens.find(
    ({ kind, start }) => kind === "sql" && start >= headerEnd && start < up.start,
  );
  if (loose !== undefined) throw misplaced(source, loose, "SQL stands above -- dm:up");
  const steps = markers.filter(({ name }) => name === "step" || name === "preflight");
  const upEnd = down?.start ?? source.text.length;
  const nothing: Half = { steps: [], preflights: [], places: [] };
  return {
    up: half(
      source,
      up,
      steps.filter(({ start }) => start < upEnd),
      upEnd,
    ),
    down: down
      ? half(
          source,
          down,
          steps.filter(({ start }) => start > upEnd),
          source.text.length,
        )
      : nothing,
  };
}

function only(source: Source, markers: readonly Marker[], name: "up" | "down"): Marker | undefined {
  const [first, second] = markers.filter((marker) => marker.name === name);
  if (second !== undefined) throw misplaced(source, second, `-- dm:${name} stands twice`);
  return first;
}

function half(source: Source, marker: Marker, stepMarkers: readonly Marker[], end: number): Half {
  const result: Half = { steps: [], preflights: [], places: [] };
  const all = [marker, ...stepMarkers];
  for (const [index, opening] of all.entries()) {
    const close = all[index + 1]?.start ?? end;
    if (opening.name === "preflight") {
      result.preflights.push(preflightIn(source, opening, close));
      continue;
    }
    const { comments, begin } = commentsAbove(source, opening.end, close);
    const sql = source.text.slice(begin, close).replace(/[ \t\n\r\f\v]+$/, "");
    if (sql === "" && comments.length === 0) {
      if (opening.name !== "step") continue;
      throw new DmError("DM4008", "the step is empty", {
        at: source.place(opening.start),
        next: ["write its SQL below the line, or delete the line"],
      });
    }
    const { mode, triggers, once } = opening;
    if (mode === "backfill") {
      const locate = (offset: number) => source.place(begin + offset);
      source.readBackfill({
        text: sql,
        file: source.file,
        locate: sql === "" ? () => source.place(opening.start) : locate,
      });
    }
    result.steps.push({ sql, comments, mode, ...(triggers && { triggers }), ...(once && { once }) });
    result.places.push(source.place(sql === "" ? opening.start : begin));
  }
  return result;
}

function preflightIn(source: Source, { finds = "", start, end }: Marker, close: number): PreflightQuery {
  const sql = source.text.slice(end, close).replace(/^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g, "");
  const hasSql = source.tokens.some(
    (token) => token.kind === "sql" && token.start >= end && token.end <= close,
  );
  if (hasSql) return { finds, sql };
  throw new DmError("DM4008", "the preflight is empty", {
    at: source.place(start),
    next: ["write a SELECT below the line, or delete the line"],
  });
}

/** The comment lines between a marker and the SQL, and where the SQL begins. */
function commentsAbove(source: Source, start: number, end: number) {
  const { tokens } = source;
  const from = firstWhere(tokens.length, (index) => (tokens[index]?.start ?? end) >= start);
  const comments: string[] = [];
  for (let index = from; ; index++) {
    const token = tokens[index];
    if (token === undefined || token.start >= end) return { comments, begin: end };
    if (token.kind !== "line comment") return { comments, begin: token.start };
    comments.push(readComment(token.text));
  }
}

/** The text of a comment line; a backslash keeps one from being a marker. */
function readComment(line: string): string {
  return line.replace(/^-- ?/, "").replace(/^(\s*)\\(?=\\*dm:)/, "$1");
}

function missing(source: Source, name: string, next: string): DmError {
  return new DmError("DM4005", `the revision has no "-- dm:${name}"`, {
    at: source.place(source.text.length),
    next: [next],
  });
}

function misplaced(source: Source, { start }: { start: number }, message: string): DmError {
  return new DmError("DM4006", message, {
    at: source.place(start),
    next: ["keep the order: header, -- dm:up, its steps, -- dm:down, its steps"],
  });
}
