import type { BackfillReport } from "../apply/backfill-progress.js";
import type { Unmodelled } from "../catalog/fact.js";
import type { LeftOut } from "../catalog/scope.js";
import type { Unfinished } from "../project/status.js";
import type { OpenPlan, Waiting } from "../project/waiting.js";
import type { Revision, RevisionHeader } from "../revision/revision.js";
import type { SumDifference } from "../revision/sum.js";
import { leftAloneText } from "./left-alone.js";
import { type Paint, plain } from "./paint.js";
import { openPlanLine, waitsFor } from "./waiting.js";
import { count, duration, firstLine, harmless, moment } from "./words.js";

export interface StatusReport {
  readonly environment: string;
  readonly database: string;
  readonly heads: readonly string[];
  /** Heads of the revision files. */
  readonly fileHeads: readonly string[];
  readonly pending: readonly RevisionHeader[];
  readonly waiting: readonly Waiting[];
  readonly plans: readonly OpenPlan[];
  readonly lastApply?: {
    readonly id: string;
    readonly at: string;
    readonly by: string;
    readonly milliseconds: number;
  };
  /** A revision between two of its transactions: interrupted there, or under way. */
  readonly unfinished?: Unfinished;
  readonly drift: { readonly changes: number; readonly recorded: boolean };
  readonly sum: readonly SumDifference[];
  readonly irreversible: readonly RevisionHeader[];
  readonly unmodelled: readonly Unmodelled[];
  readonly leftOut?: readonly LeftOut[];
}

type Row = [label: string, ...lines: string[]];

/** Where a database stands: a label and what it says a line. */
export function statusText(status: StatusReport, paint: Paint = plain): string {
  const { lastApply, pending, sum, drift, irreversible, fileHeads, unfinished } = status;
  const rows: Row[] = [
    ["database", `${status.environment}, ${harmless(status.database)}`],
    ["at", status.heads.length === 0 ? "base: no revision is applied" : status.heads.join(", ")],
    pending.length === 0
      ? ["pending", "nothing"]
      : [
          "pending",
          paint.yellow(`${count(pending.length, "revision")}: dm apply`),
          ...pending.map((revision, at) => {
            const waits = waitsFor(status.waiting[at], pending, progressOf(status));
            return `${revisionLine(revision, paint)}${waits}`;
          }),
        ],
    ...(status.plans.length === 0 ? [] : [["plans", ...status.plans.map(openPlanLine)] as Row]),
    ...(fileHeads.length > 1
      ? [["heads", paint.red(`the files have ${fileHeads.length}: ${fileHeads.join(", ")}`)] as Row]
      : []),
    ...(unfinished === undefined ? [] : [["unfinished", ...unfinishedLines(unfinished, paint)] as Row]),
    ["last apply", lastApply === undefined ? "never" : lastApplyLine(lastApply)],
    ["drift", driftLine(drift, paint)],
    sum.length === 0
      ? ["files", "as dm.sum says"]
      : ["files", paint.red("not as dm.sum says"), ...sum.map(sumLine)],
    ...(irreversible.length === 0
      ? []
      : [
          ["one-way", ...irreversible.map((revision) => revisionLine(revision, paint))] as [
            string,
            ...string[],
          ],
        ]),
  ];
  const text = rows.flatMap(([label, ...lines]) =>
    lines.map((line, at) => `${at === 0 ? paint.bold(label.padEnd(12)) : " ".repeat(14)}${line}`),
  );
  return [...text, ...present(leftAloneText(status, paint))].join("\n");
}

function lastApplyLine({ id, at, by, milliseconds }: NonNullable<StatusReport["lastApply"]>): string {
  return `${id}, ${moment(at)} by ${harmless(by)}, ${duration(milliseconds)}`;
}

function unfinishedLines({ id, direction, done, by, backfill }: Unfinished, paint: Paint): string[] {
  const verb = direction === "up" ? "apply" : "rollback";
  const way = `after its step ${done} on the way ${direction}`;
  return [
    by === undefined
      ? paint.red(`${id} was interrupted ${way}: dm ${verb} goes on`)
      : paint.yellow(`${id} is under way ${way}: ${harmless(by)}`),
    ...(backfill === undefined ? [] : [backfillLine(backfill)]),
  ];
}

/** `43 %, interrupted at 2026-03-04T09:12:45Z`. */
function progressOf({ unfinished }: StatusReport): string | undefined {
  if (unfinished?.backfill === undefined) return undefined;
  const { backfill, by } = unfinished;
  const state = by === undefined ? "interrupted" : "last batch";
  return [...percent(backfill), `${state} at ${backfill.updatedAt}`].join(", ");
}

const percent = ({ seen, total }: BackfillReport) =>
  total === 0 ? [] : [`${Math.min(Math.floor((100 * seen) / total), 100)} %`];

function backfillLine(backfill: BackfillReport): string {
  const { relation, pass, seen, total, changed, updatedAt } = backfill;
  const share = percent(backfill)
    .map((text) => ` (${text})`)
    .join("");
  const which = pass === 1 ? "" : `pass ${pass}, `;
  const rows = `${seen} of about ${count(Math.max(total, seen), "row")}${share}`;
  return `backfill of ${harmless(relation)}: ${which}${rows}, ${changed} changed; last batch at ${updatedAt}`;
}

function driftLine({ changes, recorded }: StatusReport["drift"], paint: Paint): string {
  if (!recorded) return paint.dim("unknown: no apply has recorded the schema yet");
  return changes === 0 ? "none" : paint.red(`${count(changes, "difference")}: dm drift`);
}

function sumLine(difference: SumDifference): string {
  switch (difference.kind) {
    case "renamed":
      return `renamed  ${difference.from} → ${difference.file}`;
    case "total":
      return `edited   ${difference.file} itself`;
    default:
      return `${difference.kind.padEnd(8)} ${difference.file}`;
  }
}

function revisionLine(revision: RevisionHeader, paint: Paint): string {
  const phase = revision.phase === undefined ? "" : ` (${revision.phase})`;
  return `${paint.bold(revision.id)}  ${harmless(firstLine(revision.message))}${phase}`;
}

export interface ApplyReport {
  readonly applied: readonly {
    readonly id: string;
    readonly message: string;
    readonly direction: "up" | "down";
    readonly milliseconds: number;
  }[];
  readonly heads: readonly string[];
  readonly notes: readonly string[];
}

/** What was applied or undone, and where the database stands now. */
export function appliedText({ applied, heads, notes }: ApplyReport, paint: Paint = plain): string {
  const verbs = { up: paint.green("applied "), down: paint.yellow("undone  ") };
  const total = applied.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return [
    ...applied.map(({ id, message, direction, milliseconds }) => {
      const time = paint.dim(duration(milliseconds));
      return `${verbs[direction]}  ${paint.bold(id)}  ${harmless(firstLine(message))}  ${time}`;
    }),
    ...notes.map((note) => `note: ${harmless(note)}`),
    applied.length === 0
      ? `nothing to do: ${standing(heads)}`
      : `${count(applied.length, "revision")} in ${duration(total)}; ${standing(heads)}`,
  ].join("\n");
}

/** What an apply or rollback would do, in order. */
export function plannedText(planned: readonly Revision[], half: "up" | "down", paint: Paint = plain): string {
  if (planned.length === 0) return "nothing to do";
  const verb = half === "up" ? "would apply" : "would undo ";
  return planned
    .flatMap((revision) => [
      `${verb}  ${revisionLine(revision, paint)}`,
      ...warningsOf(revision, half).map((warning) => `    ${paint.yellow(harmless(warning.trim()))}`),
      ...(half === "down" && revision.irreversible !== undefined
        ? [`    ${paint.red(`has no way back: ${harmless(revision.irreversible)}`)}`]
        : []),
    ])
    .join("\n");
}

/** What a reader must know before it runs, from the comments of the steps. */
function warningsOf(revision: Revision, half: "up" | "down"): string[] {
  const lines = revision[half].flatMap(({ comments, sql }) => [
    ...comments,
    ...Array.from(sql.matchAll(/^--\s*(.*)$/gm), ([, comment = ""]) => comment),
  ]);
  return lines.filter((line) => /^\s*(hazard|may fail|rewrites)\b/.test(line));
}

function standing(heads: readonly string[]): string {
  return heads.length === 0 ? "the database is at base" : `the database is at ${heads.join(", ")}`;
}

function present(text: string): string[] {
  return text === "" ? [] : [text];
}

export interface SnapshotReport {
  readonly file: string;
  readonly facts: number;
  readonly fingerprint: string;
  readonly major: number;
  readonly unmodelled: readonly Unmodelled[];
  readonly leftOut?: readonly LeftOut[];
}

/** What a snapshot holds. */
export function snapshotText(snapshot: SnapshotReport, paint: Paint = plain): string {
  const { file, facts, fingerprint } = snapshot;
  const print = paint.dim(fingerprint.slice(0, 12));
  const saved = `${paint.green("saved")}    ${file}: ${count(facts, "fact")}, ${print}`;
  return [saved, ...present(leftAloneText(snapshot, paint))].join("\n");
}

export interface SizesReport {
  readonly file: string;
  readonly from: string;
  readonly relations: number;
  readonly large: readonly string[];
}

/** Whose sizes were saved, and which tables are large. */
export function sizesText({ file, from, relations, large }: SizesReport, paint: Paint = plain): string {
  const saved = `${paint.green("saved")}    ${harmless(file)}: sizes of ${harmless(from)}, ${count(relations, "relation")}`;
  return [saved, ...large.map((relation) => `large    ${harmless(relation)}`)].join("\n");
}
