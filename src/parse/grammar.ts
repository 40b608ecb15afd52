import { hasSqlDetails, loadModule, type Node, parseSync } from "libpg-query";
import type { PgQuery } from "pg-query-emscripten";

/**
 * A statement's tree, and where its text lies in what was parsed: bytes of UTF-8, as all places in the tree.
 */
export interface RawStatement {
  readonly tree: Node;
  readonly start: number;
  readonly end: number;
}

/** PostgreSQL's parser said no. `position` counts characters from 0. */
export class SyntaxFailure extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }

  get isAtEnd(): boolean {
    return this.message.endsWith("at end of input");
  }
}

/** Parses a text; throws {@link SyntaxFailure}. */
export type Grammar = (sql: string) => RawStatement[];

/** The grammar that serves a server of this major version: 16's up to 16, 18's from 17 on. */
export async function openGrammar(major: number): Promise<Grammar> {
  await loadModule();
  return major <= 16 ? grammar16() : grammar18;
}

interface ParseTree {
  readonly stmts?: readonly { stmt?: Node; stmt_location?: number; stmt_len?: number }[];
}

function rawStatements(tree: ParseTree, sql: string): RawStatement[] {
  return (tree.stmts ?? []).flatMap(({ stmt, stmt_location = 0, stmt_len }) =>
    stmt === undefined
      ? []
      : [
          {
            tree: stmt,
            start: stmt_location,
            end: stmt_len ? stmt_location + stmt_len : Buffer.byteLength(sql),
          },
        ],
  );
}

/** PostgreSQL 18's grammar; {@link openGrammar} has to have been called. */
export const grammar18: Grammar = (sql) => {
  if (sql.trim() === "") return [];
  try {
    return rawStatements(parseSync(sql), sql);
  } catch (error) {
    if (hasSqlDetails(error)) {
      throw new SyntaxFailure(error.message, Math.max(error.sqlDetails?.cursorPosition ?? 0, 0));
    }
    if (error instanceof RangeError)
      throw new SyntaxFailure("an expression is nested too deeply to be read", 0);
    throw error;
  }
};

/**
 * The module of 16's parser has a stack of 64 kB and does not notice when a deeply nested statement overruns
 * it. A probe after each text tells; from then on 18's grammar stands in, and the server itself refuses what
 * is too new for it.
 */
async function grammar16(): Promise<Grammar> {
  // A megabyte and a half, which most command lines have no use for.
  const { default: PgQueryModule } = await import("pg-query-emscripten");
  let module: PgQuery | undefined = await new PgQueryModule();
  const sound = JSON.stringify(parse16(module, "SELECT 1"));
  return (sql) => {
    if (module === undefined) return grammar18(sql);
    try {
      const statements = parse16(module, sql);
      if (JSON.stringify(parse16(module, "SELECT 1")) === sound) return statements;
    } catch (error) {
      if (error instanceof SyntaxFailure && !isExhausted(error)) throw error;
    }
    module = undefined;
    return grammar18(sql);
  };
}

const isExhausted = ({ message }: SyntaxFailure) =>
  /memory exhausted|stack depth|out of memory/.test(message);

function parse16(module: PgQuery, sql: string): RawStatement[] {
  // The package's own parse() puts the text on that stack and never takes it off: the heap has room.
  const pointer = module.allocate(Buffer.from(`${sql}\0`), allocatedOnHeap);
  try {
    const { parse_tree, error } = module.raw_parse(pointer);
    if (error.message !== "") throw new SyntaxFailure(error.message, Math.max(error.cursorpos - 1, 0));
    return rawStatements(JSON.parse(parse_tree) as ParseTree, sql);
  } finally {
    module._free(pointer);
  }
}

/** Emscripten's ALLOC_NORMAL. */
const allocatedOnHeap = 0;
