import type { Unmodelled } from "../catalog/fact.js";
import type { LeftOut } from "../catalog/scope.js";
import type { Change } from "../diff/diff.js";
import type { PlannedStatement } from "../plan/plan.js";
import { leftOutLines, unmodelledLines } from "./left-alone.js";
import { outline, type States, topmost } from "./outline.js";
import { script } from "./sql.js";
import { type TreeLine, treeLines } from "./tree.js";
import { count, harmless } from "./words.js";

/** What a page about differences tells. */
export interface DifferenceReport extends States {
  /** `Drift of postgres://db/clinic`. */
  readonly title: string;
  /** What was compared with what, and when: a sentence each. */
  readonly remarks: readonly string[];
  readonly changes: readonly Change[];
  /** The statements that make the changes, or undo them, as `sqlTitle` says. */
  readonly statements?: readonly PlannedStatement[];
  readonly sqlTitle: string;
  readonly unmodelled: readonly Unmodelled[];
  readonly leftOut?: readonly LeftOut[];
}

export const changeVerbs = { create: "created", drop: "dropped", alter: "changed" } as const;

/** Differences as a Markdown page: a table of what changed, the changes, and the SQL folded away. */
export function markdown(report: DifferenceReport): string {
  const entries = outline(report.changes, report);
  const rows = topmost(entries).map(
    ({ mark, id }) => `| ${mark === "same" ? "" : changeVerbs[mark]} | ${cell(id)} |`,
  );
  const sql = script(report.statements ?? []);
  const leftOut = leftOutLines(report.leftOut ?? []);
  const blocks = [
    `# ${inline(report.title)}`,
    ...report.remarks.map(inline),
    report.changes.length === 0 ? "**No differences.**" : `**${count(rows.length, "difference")}.**`,
    ...(rows.length === 0 ? [] : [["| | object |", "| --- | --- |", ...rows].join("\n")]),
    ...(rows.length === 0 ? [] : ["## Changes", fenced("diff", treeLines(entries).map(diffLine).join("\n"))]),
    ...(sql === ""
      ? []
      : [`<details>\n<summary>${inline(report.sqlTitle)}</summary>\n\n${fenced("sql", sql)}\n\n</details>`]),
    ...(report.unmodelled.length === 0
      ? []
      : [
          "## Not modelled yet, left alone",
          unmodelledLines(report.unmodelled)
            .map((line) => `- ${inline(line)}`)
            .join("\n"),
        ]),
    ...(leftOut.length === 0
      ? []
      : ["## Kept by another tool, left alone", leftOut.map((line) => `- ${inline(line)}`).join("\n")]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** GitHub colours a diff by the first character of each line. */
export function diffLine({ mark, depth, text }: TreeLine): string {
  const sign = mark === "~" ? "!" : mark;
  return `${sign} ${"  ".repeat(depth)}${harmless(text)}`.trimEnd();
}

/** A block of code, whatever backticks it holds. */
export function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

function cell(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const tick = "`".repeat(longest + 1);
  const blank = longest > 0 ? " " : "";
  return `${tick}${blank}${harmless(text).replaceAll("\n", " ").replaceAll("|", "\\|")}${blank}${tick}`;
}

/** Text that is nothing but text. */
export function inline(text: string): string {
  return harmless(text)
    .replaceAll("\n", " ")
    .replaceAll(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`);
}
