import type { Finding } from "../lint/rule.js";
import { placeLines } from "./error.js";
import type { JsonObject } from "./json.js";
import { type Paint, plain } from "./paint.js";
import { count, harmless } from "./words.js";

/** Findings as a person reads them: what, where, and what to do; how many at the end. */
export function lintText(findings: readonly Finding[], paint: Paint = plain): string {
  if (findings.length === 0) return paint.green("no findings");
  const colours = { error: paint.red, warning: paint.yellow, info: paint.cyan };
  const blocks = findings.map(({ code, severity, message, at, next }) =>
    [
      `${colours[severity](`${severity} ${code}:`)} ${paint.bold(harmless(message))}`,
      ...placeLines(at, paint),
      ...next.map((step) => `  ${paint.cyan("→")} ${harmless(step)}`),
    ].join("\n"),
  );
  const totals = (["error", "warning", "info"] as const)
    .map((severity) => ({ severity, number: findings.filter((one) => one.severity === severity).length }))
    .filter(({ number }) => number > 0)
    .map(({ severity, number }) => (severity === "info" ? `${number} info` : count(number, severity)));
  return [...blocks, totals.join(", ")].join("\n\n");
}

export function lintJson(findings: readonly Finding[]): JsonObject {
  return {
    findings: findings.map(({ code, severity, message, at, next }) => ({
      code,
      severity,
      message,
      at: { file: at.file, line: at.line, column: at.column, text: at.text ?? null },
      next: [...next],
    })),
  };
}
