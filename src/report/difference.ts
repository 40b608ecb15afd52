import type { Catalog } from "../catalog/catalog.js";
import type { Unmodelled } from "../catalog/fact.js";
import type { LeftOut } from "../catalog/scope.js";
import type { Change } from "../diff/diff.js";
import type { PlannedStatement } from "../plan/plan.js";
import { html } from "./html.js";
import { diffJson, driftJson, jsonDocument } from "./json.js";
import { leftAloneText } from "./left-alone.js";
import { type DifferenceReport, markdown } from "./markdown.js";
import { type Paint, plain } from "./paint.js";
import { script } from "./sql.js";
import { summary, tree } from "./tree.js";
import { moment } from "./words.js";

/** Two states compared. */
export interface Comparison {
  readonly changes: readonly Change[];
  readonly statements: readonly PlannedStatement[];
  readonly current: Catalog;
  readonly wanted: Catalog;
  readonly unmodelled: readonly Unmodelled[];
  readonly leftOut?: readonly LeftOut[];
}

export interface DiffLayout {
  /** The sources as they were named, without passwords. */
  readonly from: string;
  readonly to: string;
  readonly format: "text" | "sql" | "json" | "markdown" | "html";
  readonly paint?: Paint;
}

/** A comparison in the format asked for. */
export function diffReport(comparison: Comparison, { from, to, format, paint = plain }: DiffLayout): string {
  const report = {
    ...comparison,
    title: `From ${from} to ${to}`,
    remarks: [],
    sqlTitle: "The SQL that makes these changes",
  };
  switch (format) {
    case "text":
      return differenceText(report, paint);
    case "sql":
      return script(comparison.statements);
    case "json":
      return jsonDocument("diff", diffJson(comparison));
    case "markdown":
      return markdown(report);
    case "html":
      return html(report);
  }
}

/** A live database compared with what it should be. */
export interface Drift {
  /** What was done to `expected` to make it `current`. */
  readonly changes: readonly Change[];
  /** What would make the database as expected again. */
  readonly statements?: readonly PlannedStatement[];
  /** What it was compared with, in words. */
  readonly against: string;
  /** When the comparison's other side was recorded; absent for a source that was named. */
  readonly recorded?: { readonly at: string; readonly heads: readonly string[] };
  readonly current: Catalog;
  readonly expected: Catalog;
  readonly unmodelled: readonly Unmodelled[];
  readonly leftOut?: readonly LeftOut[];
  /** The database without its password. */
  readonly database: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface DriftLayout {
  readonly format: "text" | "json" | "markdown" | "html";
  readonly paint?: Paint;
}

/** Drift in the format asked for. */
export function driftReport(drift: Drift, { format, paint = plain }: DriftLayout): string {
  const { changes, database, against, recorded, at, unmodelled, leftOut = [] } = drift;
  const origin = recorded === undefined ? against : `${against} (${recorded.heads.join(", ") || "base"})`;
  const report: DifferenceReport = {
    title: `Drift of ${database}`,
    remarks: [`Compared with ${origin}. Read ${moment(at)}.`],
    changes,
    unmodelled,
    leftOut,
    sqlTitle: "The SQL that undoes these changes",
    ...(drift.statements === undefined ? {} : { statements: drift.statements }),
    current: drift.expected,
    wanted: drift.current,
  };
  switch (format) {
    case "text":
      return `${database}, compared with ${origin}\n\n${differenceText(report, paint)}`;
    case "json":
      return jsonDocument("drift", driftJson(drift));
    case "markdown":
      return markdown(report);
    case "html":
      return html(report);
  }
}

function differenceText(report: DifferenceReport, paint: Paint): string {
  const { changes } = report;
  return [
    tree(changes, report, paint),
    changes.length === 0 ? "no differences" : summary(changes, report),
    leftAloneText(report, paint),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}
