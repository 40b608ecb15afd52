import type { Unmodelled } from "../catalog/fact.js";
import type { LeftOut } from "../catalog/scope.js";
import { type Paint, plain } from "./paint.js";
import { count, harmless } from "./words.js";

/** Names of each kind shown before the rest is only counted. */
const mostNames = 20;

/** What exists and is not compared, by kind and name; nothing when there is none. */
export function unmodelledLines(unmodelled: readonly Unmodelled[]): string[] {
  const byKind = new Map<string, string[]>();
  for (const { kind, name } of unmodelled) byKind.set(kind, [...(byKind.get(kind) ?? []), name]);
  return Array.from(byKind, ([kind, names]) => {
    const shown = names.slice(0, mostNames).map(harmless).join(", ");
    const rest = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
    return `${count(names.length, kind)}: ${shown}${rest}`;
  });
}

/** What belongs to other tools: `table public.alembic_version of Alembic`. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  return leftOut.map(({ kind, name, tool }) => `${kind} ${harmless(name)} of ${tool}`);
}

/** What is there and left alone, a paragraph for each reason, for a terminal. */
export function leftAloneText(
  {
    unmodelled,
    leftOut,
  }: { readonly unmodelled: readonly Unmodelled[]; readonly leftOut?: readonly LeftOut[] },
  paint: Paint = plain,
): string {
  return [
    paragraph("not modelled yet, left alone:", unmodelledLines(unmodelled), paint),
    paragraph("kept by another tool, left alone:", leftOutLines(leftOut ?? []), paint),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

function paragraph(head: string, lines: readonly string[], paint: Paint): string {
  if (lines.length === 0) return "";
  const [only] = lines;
  return paint.yellow(
    lines.length === 1 ? `${head} ${only}` : [head, ...lines.map((line) => `  ${line}`)].join("\n"),
  );
}
