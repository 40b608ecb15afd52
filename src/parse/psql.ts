import { DmError } from "../error.js";
import { copyBefore, copyError, syntaxError } from "./failure.js";
import { grammar18, SyntaxFailure } from "./grammar.js";
import { scan, type Token } from "./scan.js";
import { afterCodePoints, type Source } from "./source.js";

/**
 * psql's own commands begin with a backslash, which is nothing in SQL. The two that pg_dump writes are
 * blanked, so that all places stay; every other one is an error. Returns the text that is left and its
 * tokens.
 */
export function withoutPsqlCommands(source: Source): { text: string; tokens: Token[] } {
  let { text } = source;
  for (;;) {
    const tokens = scan(text);
    const command = tokens === undefined ? backslashWhereParserStops(text, source) : backslash(tokens);
    if (command === undefined) return { text, tokens: tokens ?? [] };
    text = blanked(text, command, source);
  }
}

const backslash = (tokens: readonly Token[]) => tokens.find((token) => token.text === "\\")?.start;

function backslashWhereParserStops(text: string, source: Source): number {
  try {
    grammar18(text);
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    const stop = afterCodePoints(text, 0, error.position);
    if (text[stop] === "\\") return stop;
    throw syntaxError(error, source);
  }
  throw new DmError("DM2102", "the text cannot be split into tokens of SQL", { at: source.locate(0) });
}

function blanked(text: string, start: number, source: Source): string {
  const rest = text.slice(start);
  const line = rest.slice(0, rest.search(/\r?\n|$/));
  const [command = "\\"] = line.split(/\s/);
  const begin = text.lastIndexOf("\n", start - 1) + 1;
  const isAlone = text.slice(begin, start).trim() === "";
  if (isAlone && (command === "\\restrict" || command === "\\unrestrict")) {
    return text.slice(0, start) + " ".repeat(line.length) + text.slice(start + line.length);
  }
  const data = copyBefore(source, start);
  if (data !== undefined) throw copyError(source, data);
  throw new DmError("DM2103", `${command} is a command of psql, not SQL`, {
    at: source.locate(start),
    next: [psqlAdvice[command] ?? "remove the line"],
  });
}

const include = "remove the line: dm reads every file of the schema directory";
const connect = "remove the line: dm connects to the database that the environment names";
const psqlAdvice: Readonly<Record<string, string>> = {
  "\\i": include,
  "\\ir": include,
  "\\include": include,
  "\\include_relative": include,
  "\\c": connect,
  "\\connect": connect,
  "\\copy": "rows belong in a revision made by `dm new`",
};
