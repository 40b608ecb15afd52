import type { Change } from "../diff/diff.js";
import { type Entry, outline, rankOfKind, type States, topmost } from "./outline.js";
import { type Paint, plain } from "./paint.js";
import { count, harmless } from "./words.js";

/** A line of a drawn tree. `mark` is what happens to what the line names. */
export interface TreeLine {
  readonly mark: "+" | "-" | "~" | " ";
  readonly depth: number;
  readonly text: string;
  /** Whether the line is of a text that changes, and belongs to it with every blank. */
  readonly isVerbatim: boolean;
}

const marks = { create: "+", drop: "-", alter: "~", same: " ", hunk: " " } as const;

/** Labels shorter than this are padded, so that what stands behind them lines up. */
const widest = 40;

/** Changes as the lines of a tree: schemas, their objects, the objects' parts. */
export function treeLines(entries: readonly Entry[], depth = 0): TreeLine[] {
  const width = Math.max(
    0,
    ...entries.filter(hasNote).map(({ label }) => (label.length > widest ? 0 : label.length)),
  );
  return entries.flatMap((entry) => {
    const inline = obviousValue(entry);
    const text =
      inline !== undefined
        ? `${entry.label.padEnd(width)}  ${inline}`
        : hasNote(entry)
          ? `${entry.label.padEnd(depth === 0 ? 0 : width)}  ${entry.note}`
          : entry.label;
    return [
      { mark: marks[entry.mark], depth, text, isVerbatim: false },
      ...(inline === undefined ? differenceLines(entry, depth + 1) : []),
      ...treeLines(entry.parts, depth + 1),
    ];
  });
}

/** What names of an entry leave to say, where that fits behind its label. */
function obviousValue({ differences }: Entry): string | undefined {
  const [difference, ...others] = differences;
  if (difference === undefined || others.length > 0 || !difference.isObvious) return undefined;
  return difference.lines === undefined ? `${difference.from} → ${difference.to}` : undefined;
}

function hasNote(entry: Entry): entry is Entry & { note: string } {
  return entry.note !== undefined;
}

function differenceLines({ differences }: Entry, depth: number): TreeLine[] {
  const isOnly = differences.length === 1;
  return differences.flatMap(({ attribute, isObvious, from, to, lines }) => {
    if (lines === undefined)
      return [{ mark: " ", depth, text: `${attribute}: ${from} → ${to}`, isVerbatim: false }];
    const isNamed = !isOnly || !isObvious;
    const inner = isNamed ? depth + 1 : depth;
    return [
      ...(isNamed ? [{ mark: " ", depth, text: `${attribute}:`, isVerbatim: false } as const] : []),
      ...lines.map(({ type, text }): TreeLine => {
        const isHunk = type === "hunk";
        return {
          mark: marks[type],
          depth: inner,
          text: isHunk ? `@@ ${text} @@` : text,
          isVerbatim: !isHunk,
        };
      }),
    ];
  });
}

/** Changes as a tree for a terminal: `+` created, `-` dropped, `~` changed. Empty when nothing changes. */
export function tree(changes: readonly Change[], states: States = {}, paint: Paint = plain): string {
  return treeLines(outline(changes, states))
    .map((line) => drawn(line, paint))
    .join("\n");
}

function drawn({ mark, depth, text, isVerbatim }: TreeLine, paint: Paint): string {
  const indent = "    ".repeat(depth);
  const line = `${mark} ${harmless(text)}`;
  if (mark === " ")
    return `${indent}${depth === 0 ? paint.bold(line.trim()) : isVerbatim ? paint.dim(line) : line}`;
  return indent + colourOf(mark, paint)(line.trimEnd());
}

function colourOf(mark: "+" | "-" | "~", paint: Paint): (text: string) => string {
  return { "+": paint.green, "-": paint.red, "~": paint.yellow }[mark];
}

const verbs = [
  ["create", "created"],
  ["alter", "changed"],
  ["drop", "dropped"],
] as const;

/** How much changes, by kind: `created 2 tables, 1 view; dropped 1 index`. */
export function summary(changes: readonly Change[], states: States = {}): string {
  const entries = topmost(outline(changes, states));
  const parts = verbs.flatMap(([mark, verb]) => {
    const numbers = new Map<string, number>();
    for (const { kind } of entries.filter((entry) => entry.mark === mark)) {
      numbers.set(kind, (numbers.get(kind) ?? 0) + 1);
    }
    const kinds = [...numbers].sort(([a], [b]) => rankOfKind(a) - rankOfKind(b));
    const counted = kinds.map(([kind, number]) => count(number, kind));
    return counted.length === 0 ? [] : [`${verb} ${counted.join(", ")}`];
  });
  return parts.join("; ");
}
