import type { SourceLocation } from "../error.js";
import { type HeaderPlaces, readHeader } from "./header.js";
import { normalizeLineEnds } from "./line-ends.js";
import { placesIn } from "./place.js";
import type { RevisionHeader } from "./revision.js";

/** A header and where its keys stand. */
export interface ParsedHeader {
  readonly revision: RevisionHeader;
  readonly header: HeaderPlaces;
}

/** What a comment begins with that is a header. */
export const opening = /^\/\*\s*dm:revision(?=\s|\*)/;

/** The header in a comment of a revision's text, from `start` to `end`. */
export function headerIn(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  file: string,
  place: (offset: number) => SourceLocation,
): ParsedHeader {
  const begin = start + (opening.exec(text.slice(start, end))?.[0].length ?? 0);
  const { header, places } = readHeader(text.slice(begin, end - "*/".length), file, place(begin).line);
  return { revision: header, header: places };
}

/**
 * Reads a revision's header alone. Where the file begins with it, and no comment stands inside, it ends where
 * PostgreSQL's scanner would end it, and the SQL below need not be read.
 */
export async function readOpening(content: string, file: string): Promise<ParsedHeader> {
  const text = normalizeLineEnds(content);
  const start = text.search(/[^ \t\n\r\f\v]/);
  const close = text.indexOf("*/", start + 2) + 2;
  const comment = text.slice(start, close);
  if (start === -1 || close === 1 || !opening.test(comment) || /\/\*|\0/.test(comment.slice(2))) {
    const { parseRevision } = await import("./parse.js");
    return parseRevision(content, file);
  }
  return headerIn(text, { start, end: close }, file, placesIn(file, text.slice(0, close)));
}
