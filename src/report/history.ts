import type { RevisionHeader } from "../revision/revision.js";
import { type Paint, plain } from "./paint.js";
import { count, firstLine, harmless, moment } from "./words.js";

export interface HistoryLine {
  readonly revision: RevisionHeader;
  readonly isHead: boolean;
  /** Unknown where no database was asked. */
  readonly applied?: boolean;
}

/** Revisions, a line each, in the order given. */
export function historyText(entries: readonly HistoryLine[], paint: Paint = plain): string {
  return historyLines(entries, paint).join("\n");
}

/** The heads, a line each; more than one is for somebody to join. */
export function headsText(entries: readonly HistoryLine[], paint: Paint = plain): string {
  const lines = historyLines(
    entries.map(({ revision }) => ({ revision, isHead: false })),
    paint,
  );
  if (entries.length === 0) return "no revision";
  if (entries.length === 1) return lines.join("\n");
  return [
    ...lines,
    `${count(entries.length, "head")}: dm merge joins them, dm rebase puts one behind the other`,
  ].join("\n");
}

export function historyLines(entries: readonly HistoryLine[], paint: Paint): string[] {
  const width = Math.max(0, ...entries.map(({ revision }) => authorOf(revision).length));
  return entries.map((entry) => historyLine(entry, width, paint));
}

function historyLine({ revision, isHead, applied }: HistoryLine, width: number, paint: Paint): string {
  const { parents, dependsOn = [], replaces = [] } = revision;
  const tags = [
    ...(isHead ? [paint.cyan("head")] : []),
    ...(applied === undefined ? [] : [applied ? paint.green("applied") : paint.yellow("pending")]),
    ...(revision.phase === undefined ? [] : [revision.phase]),
    ...(revision.irreversible === undefined ? [] : [paint.red("one-way")]),
    ...(parents.length > 1 ? [`merges ${parents.join(", ")}`] : []),
    ...(dependsOn.length > 0 ? [`depends on ${dependsOn.join(", ")}`] : []),
    ...(replaces.length > 0 ? [`replaces ${count(replaces.length, "revision")}`] : []),
    ...(revision.labels ?? []),
  ];
  return [
    paint.bold(revision.id),
    moment(revision.created).slice(0, 10),
    ...(width === 0 ? [] : [authorOf(revision).padEnd(width)]),
    harmless(firstLine(revision.message)),
    ...(tags.length === 0 ? [] : [`(${tags.join(", ")})`]),
  ]
    .join("  ")
    .trimEnd();
}

/** The author's name, without the address. */
function authorOf({ author }: RevisionHeader): string {
  return harmless((author ?? "").replace(/\s*<[^>]*>\s*$/, ""));
}
