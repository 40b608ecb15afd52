import { blocks } from "../hazards/codes.js";
import { hazardsIn } from "../hazards/lines.js";
import type { CheckResult, NewRevision } from "../project/check/check.js";
import type { Finding } from "../project/check/finding.js";
import type { Revision, Step } from "../revision/revision.js";
import { diffLine, fenced, inline } from "./markdown.js";
import { outline } from "./outline.js";
import { revisionScript } from "./sql.js";
import { treeLines } from "./tree.js";
import { count } from "./words.js";

/** A comment takes 65,536 characters on GitHub; what stands below the findings may be cut. */
const longest = 60_000;

/** What a check found and what the new revisions do, as the body of a comment on a pull request. */
export function checkMarkdown({ findings, outcomes, base, news }: CheckResult): string {
  const errors = findings.filter(({ level }) => level === "error");
  const marks = { passed: "✅", failed: "❌", skipped: "➖" } as const;
  const blocksOfText = [
    `## dm check: ${errors.length === 0 ? "nothing is wrong" : count(errors.length, "finding")}`,
    ["| | check | |", "| --- | --- | --- |"]
      .concat(outcomes.map(({ check, state, what }) => `| ${marks[state]} | ${check} | ${inline(what)} |`))
      .join("\n"),
    ...findings.map(findingBlock),
    ...(news.length === 0
      ? []
      : [
          `### ${count(news.length, "new revision")}${base === undefined ? "" : ` since ${inline(base.name)}`}`,
        ]),
  ];
  let text = `${blocksOfText.join("\n\n")}\n`;
  for (const [at, one] of news.entries()) {
    const block = revisionBlock(one);
    if (text.length + block.length > longest) {
      return `${text}\n… and ${count(news.length - at, "revision")} more\n`;
    }
    text += `\n${block}\n`;
  }
  return text;
}

function findingBlock({ code, level, message, at, details, next }: Finding): string {
  const place = at === undefined ? "" : typeof at === "string" ? at : `${at.file}:${at.line}`;
  return [
    `**${level} ${code}**: ${inline(message)}${place === "" ? "" : ` (${inline(place)})`}`,
    ...(details.length === 0 ? [] : [fenced("", details.join("\n"))]),
    ...(next.length === 0 ? [] : [next.map((line) => `- ${inline(line)}`).join("\n")]),
  ].join("\n\n");
}

function revisionBlock({ revision, changes }: NewRevision): string {
  const hazards = [...revision.up, ...revision.down].length === 0 ? [] : hazardLines(revision);
  const locks = linesOf(revision.up, /^-- (?:locks|rewrites) /);
  const head = `#### ${inline(revision.message || revision.id)}`;
  const phase = revision.phase === undefined ? "" : `, phase ${revision.phase}`;
  const oneWay =
    revision.irreversible === undefined ? [] : [`**No way back**: ${inline(revision.irreversible)}`];
  return [
    head,
    `\`${revision.id}\`, ${revision.kind}${phase}`,
    ...oneWay,
    ...(changes === undefined || changes.length === 0
      ? []
      : [fenced("diff", treeLines(outline(changes)).map(diffLine).join("\n"))]),
    ...(hazards.length === 0 ? [] : [`Hazards:\n\n${hazards.join("\n")}`]),
    ...(locks.length === 0 ? [] : [`Locks:\n\n${locks.map((line) => `- ${inline(line)}`).join("\n")}`]),
    folded("Up", revisionScript([revision], "up")),
    ...(revision.irreversible === undefined ? [folded("Down", revisionScript([revision], "down"))] : []),
  ].join("\n\n");
}

function hazardLines({ up, hazards = [] }: Revision): string[] {
  const told = up.flatMap(hazardsIn);
  const untold = hazards.filter((code) => !told.some((one) => one.code === code));
  const mark = (code: string) => (blocks(code) ? "⚠️ " : "");
  return [
    ...told.map(({ code, what }) => `- ${mark(code)}**${code}**: ${inline(what)}`),
    ...untold.map((code) => `- ${mark(code)}**${inline(code)}**`),
  ];
}

/** Comments of steps that begin in a certain way, without what marks them as comments. */
function linesOf(steps: readonly Step[], pattern: RegExp): string[] {
  const lines = steps.flatMap(({ comments, sql }) => [
    ...comments.map((line) => `-- ${line}`),
    ...sql.split("\n"),
  ]);
  return [...new Set(lines.filter((line) => pattern.test(line)).map((line) => line.slice(3)))];
}

function folded(title: string, sql: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${fenced("sql", sql)}\n\n</details>`;
}
