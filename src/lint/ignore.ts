import { CST, Lexer } from "yaml";
import type { SourceLocation } from "../error.js";
import { scan } from "../parse/scan.js";
import type { Source } from "../parse/source.js";
import { isLintCode, type LintCode } from "./codes.js";
import type { Finding } from "./rule.js";

/** `-- @ignore CODE[, CODE]: REASON`, and what it is about. */
export interface Ignore {
  /** As they are written: one may be unknown. */
  readonly codes: readonly string[];
  readonly reason: string;
  readonly at: SourceLocation;
  /** The lines that it covers. */
  readonly first: number;
  readonly last: number;
}

/** A statement's extent in its file. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

type Language = "sql" | "yaml";

interface CommentAt {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The ignores of a file. A comment beside code is about its line; one on a line of its own, inside of a statement, about
 * the next line that is no comment; above a statement, or behind its end, about the whole of it.
 */
export function ignoresIn(
  source: Source,
  statements: readonly Extent[],
  language: Language = "sql",
): Ignore[] {
  const comments = commentsOf(source, language);
  const lineOf = (offset: number) => source.locate(offset).line;
  return comments.flatMap((comment) => {
    const found = /^(?:--+|\/\*+|#+)\s*@ignore\b(.*?)(?:\*\/)?$/s.exec(comment.text);
    if (found === null) return [];
    const [, codes = "", reason = ""] = /^\s*([^:]*?)\s*(?::(.*))?$/s.exec(found[1] ?? "") ?? [];
    const lines = coveredBy(comment, source, comments, statements, lineOf);
    return [
      {
        codes: codes.split(/[\s,]+/).filter((code) => code !== ""),
        reason: reason.trim(),
        at: source.locate(comment.start),
        ...lines,
      },
    ];
  });
}

function coveredBy(
  comment: CommentAt,
  { text }: Source,
  comments: readonly CommentAt[],
  statements: readonly Extent[],
  lineOf: (offset: number) => number,
): { first: number; last: number } {
  const own = lineOf(comment.start);
  const around = statements.find(({ start, end }) => start < comment.start && comment.start < end);
  const begin = text.lastIndexOf("\n", comment.start - 1) + 1;
  const isAlone = text.slice(begin, comment.start).trim() === "";
  if (!isAlone) {
    const ended = statements.findLast(({ end }) => end <= comment.start);
    const isBehind = around === undefined && ended !== undefined && lineOf(ended.end) === own;
    return { first: isBehind ? lineOf(ended.start) : own, last: own };
  }
  let at = comment.end;
  for (const next of comments) {
    if (next.start >= at && text.slice(at, next.start).trim() === "") at = next.end;
  }
  const code = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
  const below = statements.find(({ start }) => start === code);
  return { first: own, last: below === undefined || around !== undefined ? lineOf(code) : lineOf(below.end) };
}

const marks: readonly string[] = [CST.DOCUMENT, CST.FLOW_END, CST.SCALAR];

function commentsOf({ text }: Source, language: Language): CommentAt[] {
  if (language === "sql") return (scan(text) ?? []).filter(({ kind }) => kind === "comment");
  const comments: CommentAt[] = [];
  let at = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // Marks of the lexer's own, which the text does not hold.
    if (marks.includes(lexeme)) continue;
    if (lexeme.startsWith("#")) comments.push({ text: lexeme, start: at, end: at + lexeme.length });
    at += lexeme.length;
  }
  return comments;
}

/**
 * Leaves out what a comment says to leave out, and says which of the comments do nothing.
 * @param ran the rules that looked at this file.
 */
export function applyIgnores(
  findings: readonly Finding[],
  ignores: readonly Ignore[],
  ran: ReadonlySet<LintCode>,
): { readonly left: Finding[]; readonly about: Omit<Finding, "severity">[] } {
  const used = new Set<string>();
  const key = (ignore: Ignore, code: string) => `${ignores.indexOf(ignore)} ${code}`;
  const left = findings.filter(({ code, at }) => {
    const ignore = ignores.find(
      (one) =>
        one.codes.includes(code) && one.at.file === at.file && one.first <= at.line && at.line <= one.last,
    );
    if (ignore !== undefined) used.add(key(ignore, code));
    return ignore === undefined;
  });
  const about = ignores.flatMap((ignore) => [
    ...(ignore.reason === ""
      ? [
          {
            code: "ignore-without-reason" as const,
            message: "@ignore gives no reason",
            at: ignore.at,
            next: [`write one for whoever reads it: @ignore ${ignore.codes.join(", ") || "CODE"}: REASON`],
          },
        ]
      : []),
    ...ignore.codes
      .filter((code) => !isLintCode(code) || (ran.has(code) && !used.has(key(ignore, code))))
      .map((code) => ({
        code: "unused-ignore" as const,
        message: isLintCode(code) ? `nothing here is ${code}` : `there is no rule ${code}`,
        at: ignore.at,
        next: [isLintCode(code) ? "delete it" : "docs/lint.md has the rules"],
      })),
  ]);
  return { left, about };
}
