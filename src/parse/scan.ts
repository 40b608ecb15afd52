import { scanSync } from "libpg-query";
import { byteOffsets } from "./source.js";

/** A token of SQL; `start` and `end` are offsets of the text. */
export interface Token {
  readonly kind: "comment" | "name" | "string" | "other";
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const kinds: Readonly<Record<string, Token["kind"]>> = {
  SQL_COMMENT: "comment",
  C_COMMENT: "comment",
  IDENT: "name",
  UIDENT: "name",
  SCONST: "string",
  USCONST: "string",
};

/** Every token, or undefined where the scanner stops at what is no SQL: the parser then knows the place. */
export function scan(text: string): Token[] | undefined {
  if (text.trim() === "") return [];
  const offset = byteOffsets(text);
  return scanned(text)?.map(({ start, end, tokenName }) => {
    const from = offset(start);
    const to = offset(end);
    return { kind: kinds[tokenName] ?? "other", start: from, end: to, text: text.slice(from, to) };
  });
}

function scanned(text: string) {
  try {
    return scanSync(text).tokens;
  } catch (error) {
    // libpg-query takes the scanner's complaint for JSON.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A run of tokens at one level of parentheses, between commas. */
export interface Element {
  readonly tokens: readonly Token[];
  readonly start: number;
  readonly end: number;
}

export interface ElementList {
  /** The parentheses around the list. */
  readonly open: Token;
  readonly close: Token;
  readonly elements: readonly Element[];
  /** The comma behind each element but the last. */
  readonly commas: readonly Token[];
}

/** The list in the parentheses that open at `tokens[index]`; comments are left out of it. */
export function elementsAt(tokens: readonly Token[], index: number): ElementList | undefined {
  const open = tokens[index];
  if (open?.text !== "(") return undefined;
  const elements: Element[] = [];
  const commas: Token[] = [];
  let current: Token[] = [];
  const finish = () => {
    const [first] = current;
    const last = current.at(-1);
    if (first && last) elements.push({ tokens: current, start: first.start, end: last.end });
    current = [];
  };
  let depth = 0;
  for (const token of tokens.slice(index)) {
    if (token.kind === "comment") continue;
    if (token.text === ")" || token.text === "]") depth--;
    if (depth === 0 && token !== open) {
      finish();
      return { open, close: token, elements, commas };
    }
    if (depth === 1 && token.text === ",") {
      finish();
      commas.push(token);
    } else if (token !== open) {
      current.push(token);
    }
    if (token.text === "(" || token.text === "[") depth++;
  }
  return undefined;
}
