import { DmError, type SourceLocation } from "../error.js";
import type { Comment } from "../parse/parser.js";
import type { Source } from "../parse/source.js";
import { type Discarded, discardedBy, discardedIn, discardedTable, malformedDiscard } from "./discard.js";
import { namePart, plainName } from "./names.js";
import { type Annotation, type AnnotationName, annotationNames, type DesiredStatement } from "./state.js";
import { targetOf } from "./target.js";
import type { QualifiedName } from "./tree.js";

/** An annotation as a comment holds it, before it is known what it stands at. */
export interface RawAnnotation {
  readonly name: AnnotationName;
  readonly argument?: string;
  readonly from?: QualifiedName;
  /** What `@discard` names: a table, or columns of the table that it stands at. */
  readonly discarded?: Discarded;
  readonly offset: number;
}

/**
 * The annotations in the comments of a statement. Throws a DmError for one that is malformed or stands at
 * nothing.
 */
export function annotationsOf(desired: DesiredStatement): Annotation[] {
  const { comments, source } = desired.statement;
  return comments.flatMap((comment) =>
    annotationsIn(comment, source).flatMap(({ offset, discarded, ...annotation }): Annotation[] => {
      const at = source.locate(offset);
      if (discarded?.table !== undefined) {
        return [{ ...annotation, target: discardedTable(discarded.table, desired.schema), at }];
      }
      const target = targetOf(comment, desired);
      if (target === undefined) throw unattached(annotation.name, at);
      if (discarded === undefined) return [checked({ ...annotation, ...target, at })];
      return discardedIn(target.target, discarded.columns, at).map((one) => ({
        ...annotation,
        target: one,
        at,
      }));
    }),
  );
}

/** The annotations in comments that stand at no definition. Throws a DmError for one that needs one. */
export function looseAnnotations(
  comments: readonly Pick<Comment, "text" | "start">[],
  source: Source,
  schema: string,
): Annotation[] {
  return comments.flatMap((comment) =>
    annotationsIn(comment, source).map(({ offset, discarded, ...annotation }): Annotation => {
      const at = source.locate(offset);
      if (discarded?.table === undefined) throw unattached(annotation.name, at);
      return { ...annotation, target: discardedTable(discarded.table, schema), at };
    }),
  );
}

function unattached(name: AnnotationName, at: SourceLocation): DmError {
  return new DmError("DM2107", `@${name} stands at no definition that it could be about`, {
    at,
    next: ["write it beside a column, a constraint or a value, or on the line above a statement"],
  });
}

const parts = new Set([
  "column",
  "constraint",
  "domain constraint",
  "attribute",
  "enum value",
  "trigger",
  "policy",
]);

/** What a former name may be depends on the thing. */
function checked(annotation: Annotation): Annotation {
  const { from, target, at } = annotation;
  if (from?.schema !== undefined && (parts.has(target.kind) || target.kind === "schema")) {
    const next = [`write only its former name: @renamed from=${from.name}`];
    throw new DmError("DM2107", `a ${target.kind} has no schema of its own`, { at, next });
  }
  return annotation;
}

/** The annotations that a comment's text holds. `@words` that dm does not know are nobody's business. */
export function annotationsIn(
  { text, start }: Pick<Comment, "text" | "start">,
  source: Source,
): RawAnnotation[] {
  const found: RawAnnotation[] = [];
  const end = text.startsWith("/*") ? text.length - 2 : text.length;
  const lines = /[^\r\n]+/g;
  for (const line of text.slice(0, end).matchAll(lines)) {
    found.push(...annotationsInLine(line[0], start + line.index, source));
  }
  return found;
}

const opening = /^\s*(?:--+|\/\*+|\*)?\s*/;
const known = annotationNames.join("|");

function annotationsInLine(line: string, offset: number, source: Source): RawAnnotation[] {
  const begin = opening.exec(line)?.[0].length ?? 0;
  // @renamed is looked for in the middle of a sentence too: overlooked, it would cost a table.
  const first = new RegExp(`^@(?:${known})(?![\\w-])|(?<=\\s)@renamed(?![\\w-])`).exec(line.slice(begin));
  if (first === null) return [];
  const found: RawAnnotation[] = [];
  let at = begin + first.index;
  while (at < line.length) {
    const name = new RegExp(`^@(${known})(?![\\w-])`).exec(line.slice(at))?.[1] as AnnotationName | undefined;
    const where = source.locate(offset + at);
    if (name === undefined) throw malformed(line.slice(at).trim(), where);
    const rest = line.slice(at + 1 + name.length);
    if (name === "renamed") {
      const { from, length, argument } = formerName(rest, where);
      found.push({ name, argument, from, offset: offset + at });
      at += 1 + name.length + length;
    } else if (name === "discard") {
      const discarded = discardedBy(rest);
      if (discarded === undefined) throw malformedDiscard(line.slice(at).trim(), where);
      const argument = rest.trim();
      found.push({ name, ...(argument === "" ? {} : { argument }), discarded, offset: offset + at });
      break;
    } else {
      const takesText = name === "backfill" || name === "using";
      const length = takesText ? rest.length : rest.length - rest.trimStart().length;
      const argument = takesText ? rest.trim() : "";
      if (takesText && argument === "") throw malformed(`@${name} needs an expression`, where);
      found.push({ name, ...(argument === "" ? {} : { argument }), offset: offset + at });
      at += 1 + name.length + length;
      // What follows a word without an argument may be prose.
      if (line[at] !== "@") break;
    }
  }
  return found;
}

const malformed = (text: string, at: SourceLocation) =>
  new DmError("DM2107", `the annotation is not understood: ${text}`, {
    at,
    next: ['write @renamed from=old_name, or @renamed from="Old Name", or @renamed from=old_schema.old_name'],
  });

const renamed = new RegExp(String.raw`^\s+(from\s*=\s*(${namePart})(?:\.(${namePart}))?)\s*(?=@|$)`, "u");

function formerName(
  rest: string,
  at: SourceLocation,
): { from: QualifiedName; length: number; argument: string } {
  const match = renamed.exec(rest);
  const [all, argument, first, second] = match ?? [];
  if (all === undefined || argument === undefined || first === undefined) {
    throw malformed(`@renamed${rest.trimEnd()}`, at);
  }
  const from =
    second === undefined ? { name: plainName(first) } : { schema: plainName(first), name: plainName(second) };
  return { from, length: all.length, argument };
}
