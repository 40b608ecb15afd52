import type { CheckResult } from "../project/check/check.js";
import type { Finding } from "../project/check/finding.js";
import { checkMarkdown } from "./check-markdown.js";
import { changeJson, headerJson, type Json, type JsonObject, jsonDocument } from "./json.js";
import { type Paint, plain } from "./paint.js";
import { count, duration, harmless } from "./words.js";

export const checkFormats = ["text", "json", "junit", "sarif", "github", "markdown"] as const;
export type CheckFormat = (typeof checkFormats)[number];

export interface CheckLayout {
  readonly format: CheckFormat;
  readonly paint?: Paint;
  /** What paths are told from; with `/` at its end. */
  readonly root: string;
  /** Of dm. */
  readonly version: string;
}

/** What a check found, in the format asked for. */
export function checkReport(result: CheckResult, layout: CheckLayout): string {
  const near = { ...result, findings: result.findings.map((one) => nearer(one, layout.root)) };
  switch (layout.format) {
    case "text":
      return checkText(near, layout.paint);
    case "json":
      return jsonDocument("check", checkJson(near));
    case "junit":
      return junit(near);
    case "sarif":
      return sarif(near, layout.version);
    case "github":
      return github(near);
    case "markdown":
      return checkMarkdown(near);
  }
}

/** Paths below the root, as people and code hosts name them. */
function nearer(finding: Finding, root: string): Finding {
  const short = (path: string) => (path.startsWith(root) ? path.slice(root.length) : path);
  const { at } = finding;
  const next = finding.next.map((line) => line.replaceAll(root, ""));
  if (at === undefined) return { ...finding, next };
  return { ...finding, next, at: typeof at === "string" ? short(at) : { ...at, file: short(at.file) } };
}

const signs = { passed: "✓", failed: "✗", skipped: "-" } as const;

function checkText({ findings, outcomes, base }: CheckResult, paint: Paint = plain): string {
  const colours = { passed: paint.green, failed: paint.red, skipped: paint.dim } as const;
  const lines = outcomes.map(
    ({ check, state, what, milliseconds }) =>
      `${colours[state](signs[state])} ${check.padEnd(8)} ${what}${state === "skipped" ? "" : paint.dim(` (${duration(milliseconds)})`)}`,
  );
  const told = findings.map((one) => findingText(one, paint));
  const errors = findings.filter(({ level }) => level === "error").length;
  const end = errors === 0 ? paint.green("nothing is wrong") : paint.red(count(errors, "finding"));
  return [
    ...(base === undefined ? [] : [`compared with ${base.name} (${base.commit.slice(0, 12)})`]),
    ...lines,
    ...told.map((text) => `\n${text}`),
    `\n${end}`,
  ].join("\n");
}

function findingText({ code, level, message, at, details, next }: Finding, paint: Paint): string {
  const colour = level === "error" ? paint.red : paint.yellow;
  return [
    `${colour(`${level} ${code}:`)} ${paint.bold(harmless(message))}`,
    ...(at === undefined ? [] : [`  at ${harmless(placeOf(at))}`]),
    ...details.map((line) => `  ${harmless(line)}`),
    ...(next.length === 0 ? [] : [paint.cyan("  next:")]),
    ...next.map((line) => `    ${harmless(line)}`),
  ].join("\n");
}

function placeOf(at: NonNullable<Finding["at"]>): string {
  return typeof at === "string" ? at : `${at.file}:${at.line}:${at.column}`;
}

/** The body of the document of `dm check`. */
export function checkJson({ findings, outcomes, base, news }: CheckResult): JsonObject {
  return {
    base: base === undefined ? null : { name: base.name, commit: base.commit },
    checks: outcomes.map((one) => ({ ...one })),
    findings: findings.map(findingJson),
    revisions: news.map(({ revision, file, changes }) => ({
      ...headerJson(revision),
      file,
      changes: changes === undefined ? null : changes.map(changeJson),
    })),
  };
}

function findingJson({ check, code, level, message, at, revision, details, next }: Finding): Json {
  const place = typeof at === "object" ? { ...at, text: at.text ?? null } : (at ?? null);
  return { check, code, level, message, at: place, revision: revision ?? null, details, next };
}

/** JUnit's XML, as most code hosts read it: a test case for each check. */
function junit({ findings, outcomes }: CheckResult): string {
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3);
  const cases = outcomes.map(({ check, state, what, milliseconds }) => {
    const own = findings.filter((one) => one.check === check);
    const failures = own.filter(({ level }) => level === "error");
    const inside = [
      ...(state === "skipped" ? [`<skipped message="${xml(what)}"/>`] : []),
      ...failures.map(
        (one) =>
          `<failure type="${xml(one.code)}" message="${xml(one.message)}">${xml(plainText(one))}</failure>`,
      ),
      ...own
        .filter(({ level }) => level === "warning")
        .map((one) => `<system-out>${xml(plainText(one))}</system-out>`),
    ];
    const name = `name="${xml(`${check}: ${what}`)}" classname="dm.check" time="${seconds(milliseconds)}"`;
    return { isFailed: failures.length > 0, isSkipped: state === "skipped", name, inside };
  });
  const total = outcomes.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const failed = cases.filter(({ isFailed }) => isFailed).length;
  const skipped = cases.filter(({ isSkipped }) => isSkipped).length;
  const counts = `tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${seconds(total)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dm check" ${counts}>`,
    `  <testsuite name="dm check" ${counts}>`,
    ...cases.flatMap(({ name, inside }) =>
      inside.length === 0
        ? [`    <testcase ${name}/>`]
        : [`    <testcase ${name}>`, ...inside.map((line) => `      ${line}`), "    </testcase>"],
    ),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

/** Characters that XML 1.0 cannot hold become what {@link harmless} makes of them. */
function xml(text: string): string {
  return harmless(text.replaceAll(/\p{Surrogate}/gu, "\ufffd"))
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/[\ufffe\uffff]/g, "\ufffd");
}

function plainText(finding: Finding): string {
  return findingText(finding, plain);
}

/** SARIF 2.1.0 (OASIS), as code scanning reads it. */
function sarif({ findings }: CheckResult, version: string): string {
  const rules = [...new Set(findings.map(({ code }) => code))].map((id) => ({ id }));
  const results = findings.map((finding) => ({
    ruleId: finding.code,
    level: finding.level,
    message: { text: [finding.message, ...finding.details, ...finding.next].join("\n") },
    locations: finding.at === undefined ? [] : [{ physicalLocation: physical(finding.at) }],
  }));
  const driver = {
    name: "dm",
    version,
    informationUri: "https://www.npmjs.com/package/@dentamind/dm",
    rules,
  };
  const document = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function physical(at: NonNullable<Finding["at"]>): JsonObject {
  if (typeof at === "string") return { artifactLocation: { uri: uri(at) } };
  return {
    artifactLocation: { uri: uri(at.file) },
    region: { startLine: at.line, startColumn: at.column },
  };
}

function uri(path: string): string {
  return path.split(/[\\/]/).map(encodeURIComponent).join("/");
}

/** Workflow commands that GitHub shows beside the lines of a pull request. */
function github({ findings }: CheckResult): string {
  const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const lines = findings.map(({ level, code, message, at, details, next }) => {
    const place =
      at === undefined
        ? []
        : typeof at === "string"
          ? [`file=${property(at)}`]
          : [`file=${property(at.file)}`, `line=${at.line}`, `col=${at.column}`];
    const head = [...place, `title=${property(`dm ${code}`)}`].join(",");
    return `::${level} ${head}::${data([message, ...details, ...next].join("\n"))}`;
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** A line end inside would end the command. */
function data(text: string): string {
  return harmless(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
