import { hasSqlDetails, loadModule, parseSync, scanSync } from "libpg-query";
import { DmError } from "../error.js";
import { placesIn } from "./place.js";

export interface Token {
  readonly kind: "line comment" | "block comment" | "sql";
  readonly text: string;
  /** Offsets into the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/**
 * The tokens of SQL text by PostgreSQL's own scanner, so that a comment inside a string or a function body is
 * never taken for one. `file` names the text in an error.
 */
export async function scan(text: string, file: string): Promise<Token[]> {
  await loadModule();
  const nul = text.indexOf("\0");
  if (nul !== -1) {
    throw new DmError("DM4009", "a NUL character, which PostgreSQL accepts nowhere", {
      at: placesIn(file, text)(nul),
      next: ["delete the character"],
    });
  }
  if (text.trim() === "") return [];
  try {
    return tokens(text);
  } catch (error) {
    throw unreadable(text, file, error);
  }
}

function tokens(text: string): Token[] {
  const bytes = Buffer.from(text);
  const offset = { byte: 0, unit: 0 };
  // The scanner counts bytes, in ascending order.
  const unitsAt = (byte: number): number => {
    offset.unit += bytes.toString("utf8", offset.byte, byte).length;
    offset.byte = byte;
    return offset.unit;
  };
  return scanSync(scannable(text)).tokens.map((token) => {
    const start = unitsAt(token.start);
    const end = unitsAt(token.end);
    return { kind: kindOf(token.tokenName), text: text.slice(start, end), start, end };
  });
}

/**
 * libpg-query prints control characters raw into the JSON that it then fails to read. Only positions are
 * taken from it, so others of the same width stand in: a blank for a blank, and "?" as it belongs to no
 * dollar quote.
 */
function scannable(text: string): string {
  return text.replaceAll(/\p{Control}/gu, (character) => {
    if ("\n\r\t".includes(character) || character > "\x7f") return character;
    return "\v\f".includes(character) ? " " : "?";
  });
}

function kindOf(tokenName: string): Token["kind"] {
  if (tokenName === "SQL_COMMENT") return "line comment";
  return tokenName === "C_COMMENT" ? "block comment" : "sql";
}

function unreadable(text: string, file: string, cause: unknown): DmError {
  const found = scannerError(text) ?? { message: "the text is not SQL", offset: 0 };
  const isHeader = /^\/\*\s*dm:revision/.test(text.slice(found.offset));
  return new DmError("DM4009", found.message, {
    at: placesIn(file, text)(found.offset),
    next: isHeader
      ? ["end the header with */", 'a "/*" inside the header opens a comment of its own: write "/\\x2a"']
      : ["close the string, quoted identifier, dollar quote or comment that begins here"],
    cause,
  });
}

/** The scanner itself says neither what nor where; the parser stops at the same place and does. */
function scannerError(text: string): { message: string; offset: number } | undefined {
  try {
    parseSync(text);
    return undefined;
  } catch (error) {
    if (!hasSqlDetails(error)) return undefined;
    const characters = Array.from(text).slice(0, error.sqlDetails?.cursorPosition ?? 0);
    return { message: error.message.replace(/ at or near .*$/s, ""), offset: characters.join("").length };
  }
}
