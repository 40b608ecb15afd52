import type { Node } from "libpg-query";
import type { SourceLocation } from "../error.js";
import { placeComments } from "./comments.js";
import { syntaxError } from "./failure.js";
import { type Grammar, openGrammar, type RawStatement, SyntaxFailure } from "./grammar.js";
import { withoutPsqlCommands } from "./psql.js";
import type { Token } from "./scan.js";
import { byteOffsets, fileSource, type Source } from "./source.js";

export interface Comment {
  /** With its dashes or its slashes and stars. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Directly above its statement, inside of it, or on the line where it ends. */
  readonly place: "above" | "inside" | "beside";
}

/** The name of a statement's node: `CreateStmt`, `IndexStmt`, … */
export type StatementType = Node extends infer N ? (N extends Node ? keyof N : never) : never;

export interface ParsedStatement {
  readonly type: StatementType;
  /** `{ [type]: node }`. */
  readonly tree: Node;
  /** As written, from the first word to the last, without the semicolon. */
  readonly text: string;
  readonly source: Source;
  /** Where the text begins and ends in the source. */
  readonly start: number;
  readonly end: number;
  readonly at: SourceLocation;
  /** Without comments; offsets are the source's. */
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  /** Turns a node's `location` into an offset of the source. */
  offset(location: number): number;
}

export interface ParsedText {
  readonly source: Source;
  readonly statements: readonly ParsedStatement[];
  /** Comments that belong to no statement. */
  readonly loose: readonly Token[];
}

export interface Parser {
  /** The major version whose grammar is used. */
  readonly major: number;
  /** The statements of a file, with the comments that stand at none. Throws a DmError at a syntax error. */
  parse(source: Source): ParsedText;
  /** The statements of a text. */
  statements(text: string, file: string): readonly ParsedStatement[];
}

/** Opens the grammar that fits the target's major version. */
export async function openParser(major: number): Promise<Parser> {
  const grammar = await openGrammar(major);
  const parse = (source: Source) => parseWith(grammar, source);
  return { major, parse, statements: (text, file) => parse(fileSource(text, file)).statements };
}

function parseWith(grammar: Grammar, source: Source): ParsedText {
  const { text, tokens } = withoutPsqlCommands(source);
  const offset = byteOffsets(text);
  const bare: Bare[] = [];
  let next = 0;
  for (const raw of rawStatements(grammar, text, source)) {
    const own: Token[] = [];
    const end = offset(raw.end);
    for (; next < tokens.length; next++) {
      const token = tokens[next];
      if (token === undefined || token.start >= end) break;
      if (token.start >= offset(raw.start) && token.kind !== "comment") own.push(token);
    }
    const [first] = own;
    const last = own.at(-1);
    if (!first || !last) continue;
    const after = tokens.slice(next).find((token) => token.kind !== "comment");
    const stop = after?.text === ";" ? after.end : last.end;
    bare.push({ tree: raw.tree, tokens: own, start: first.start, end: last.end, stop });
  }
  const { placed, loose } = placeComments(text, tokens, bare);
  const statements = bare.map(({ stop: _, ...statement }, index) => ({
    ...statement,
    type: typeOf(statement.tree),
    text: text.slice(statement.start, statement.end),
    source,
    at: source.locate(statement.start),
    comments: placed[index] ?? [],
    offset,
  }));
  return { source, statements, loose };
}

interface Bare extends Pick<ParsedStatement, "tree" | "tokens" | "start" | "end"> {
  /** Behind its semicolon. */
  readonly stop: number;
}

const typeOf = (tree: Node) => Object.keys(tree)[0] as StatementType;

function rawStatements(grammar: Grammar, text: string, source: Source): RawStatement[] {
  try {
    return grammar(text);
  } catch (error) {
    if (error instanceof SyntaxFailure) throw syntaxError(error, source);
    throw error;
  }
}
