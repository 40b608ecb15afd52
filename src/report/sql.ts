import type { PlannedStatement } from "../plan/plan.js";
import type { Revision, Step } from "../revision/revision.js";
import { comment } from "../sql/comment.js";
import { count, firstLine, moment } from "./words.js";

/** Statements that stand in one transaction, or one that stands in none. */
interface Unit {
  readonly isTransaction: boolean;
  readonly lines: readonly string[];
  readonly statements: number;
}

/**
 * Statements as a script that psql runs: a comment above each object's, in one transaction as far as
 * PostgreSQL allows. Empty when there is nothing to run.
 */
export function script(statements: readonly PlannedStatement[]): string {
  const units: Unit[] = [];
  let open: { lines: string[]; statements: number; about: string | undefined } | undefined;
  const close = () => {
    if (open !== undefined) units.push({ ...open, isTransaction: true });
    open = undefined;
  };
  for (const { sql, about, commit } of statements) {
    const text = terminated(sql.text);
    if (commit === "alone") {
      close();
      units.push({ isTransaction: false, lines: [comment(about), text], statements: 1 });
      continue;
    }
    open ??= { lines: [], statements: 0, about: undefined };
    if (open.about !== about) open.lines.push(...(open.about === undefined ? [] : [""]), comment(about));
    open.lines.push(text);
    open.about = about;
    open.statements += 1;
    if (commit === "after") close();
  }
  close();
  return written(units);
}

/** The way up or down of revisions as a script for psql, with transactions as the steps' modes say. */
export function revisionScript(
  revisions: readonly Revision[],
  half: "up" | "down",
  options: { readonly lockTimeout?: string } = {},
): string {
  const blocks = revisions.map((revision) => {
    const head = [
      `revision ${revision.id}: ${firstLine(revision.message)}`,
      [revision.author, moment(revision.created)].filter((part) => part !== undefined).join(", "),
    ].map(comment);
    const units = unitsOf(revision[half]);
    return { head: head.join("\n"), units };
  });
  const total = blocks.flatMap(({ units }) => units).length;
  const texts = blocks.map(
    ({ head, units }) => `${head}\n\n${written(units, total) || "-- nothing to run\n"}`,
  );
  const settings =
    options.lockTimeout === undefined || total === 0
      ? []
      : [`SET lock_timeout = '${options.lockTimeout}';\n`];
  const warning =
    total > 1 ? [`-- ${count(total, "transaction")}: run with psql -v ON_ERROR_STOP=1 -f FILE\n`] : [];
  return [...warning, ...settings, ...texts].join("\n");
}

/** The steps of one half of a revision as a script. */
export function stepsScript(steps: readonly Step[]): string {
  return written(unitsOf(steps));
}

function unitsOf(steps: readonly Step[]): Unit[] {
  const units: Unit[] = [];
  let open: Step[] = [];
  const close = () => {
    if (open.length > 0)
      units.push({ isTransaction: true, lines: linesOf(open), statements: open.length + 1 });
    open = [];
  };
  for (const step of steps) {
    if (step.mode !== "transaction") close();
    if (step.mode === "autocommit" || step.mode === "backfill") {
      units.push({ isTransaction: false, lines: linesOf([step]), statements: 1 });
    } else open.push(step);
  }
  close();
  return units.filter(({ lines }) => lines.length > 0);
}

function linesOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ comments, sql }, at) => [
    ...(at === 0 ? [] : [""]),
    ...comments.map(comment),
    ...(sql.trim() === "" ? [] : [terminated(sql.trim())]),
  ]);
}

/** One statement is a transaction by itself; among several units a reader must see where each ends. */
function written(units: readonly Unit[], total = units.length): string {
  return units
    .map(({ isTransaction, lines, statements }) =>
      isTransaction && (statements > 1 || total > 1)
        ? ["BEGIN;", "", ...lines, "", "COMMIT;", ""].join("\n")
        : [...lines, ""].join("\n"),
    )
    .join("\n");
}

/** The statement with its semicolon, on a line of its own where a comment would swallow it. */
function terminated(text: string): string {
  if (text.endsWith(";")) return text;
  const lastLine = text.slice(text.lastIndexOf("\n") + 1);
  return lastLine.includes("--") ? `${text}\n;` : `${text};`;
}
