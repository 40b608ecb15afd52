import type { SourceLocation } from "../error.js";

/** A text that errors can point into. Offsets are JavaScript's (UTF-16 code units). */
export interface Source {
  readonly text: string;
  readonly file: string;
  locate(offset: number): SourceLocation;
}

/** The text of a file, without a byte order mark. */
export function fileSource(content: string, file: string): Source {
  const text = content.startsWith("\uFEFF") ? content.slice(1) : content;
  const starts = lineStarts(text);
  const locate = (offset: number): SourceLocation => {
    const line = lastAtMost(starts, offset);
    const start = starts[line] ?? 0;
    const end = starts[line + 1] ?? text.length;
    return {
      file,
      line: line + 1,
      column: codePoints(text, start, Math.min(offset, text.length)) + 1,
      text: text.slice(start, end).replace(/\r?\n$/, ""),
    };
  };
  return { text, file, locate };
}

export interface Piece {
  readonly text: string;
  readonly at: SourceLocation;
}

/** A generated text: each of its pieces points to what it was made from. */
export function generatedSource(pieces: readonly Piece[], file: string): Source {
  const ends: number[] = [];
  let text = "";
  for (const piece of pieces) {
    text += piece.text;
    ends.push(text.length);
  }
  const locate = (offset: number): SourceLocation => {
    const index = ends.findIndex((end) => offset < end);
    return (pieces[index] ?? pieces.at(-1))?.at ?? { file, line: 1, column: 1 };
  };
  return { text, file, locate };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the last number that is at most `value`, in ascending numbers. */
export function lastAtMost(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** PostgreSQL counts characters: how many lie between two offsets. */
export function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (!isLowSurrogate(text.charCodeAt(at))) count++;
  return count;
}

/** The offset that lies `count` characters after `from`. */
export function afterCodePoints(text: string, from: number, count: number): number {
  let at = from;
  for (let left = count; left > 0 && at < text.length; left--) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}

const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** The parsers count bytes of UTF-8: turns such a place into an offset of the text. */
export function byteOffsets(text: string): (bytes: number) => number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether the text is all ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return (bytes) => bytes;
  const bytesBefore = new Uint32Array(text.length + 1);
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    bytesBefore[at] = bytes;
    const unit = text.charCodeAt(at);
    // A surrogate pair is four bytes, counted two and two.
    const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isSurrogate ? 2 : 3;
  }
  bytesBefore[text.length] = bytes;
  return (place) => lastAtMost(bytesBefore, place);
}
