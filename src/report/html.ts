import { leftOutLines, unmodelledLines } from "./left-alone.js";
import type { DifferenceReport } from "./markdown.js";
import { changeVerbs } from "./markdown.js";
import { outline, topmost } from "./outline.js";
import { script } from "./sql.js";
import { type TreeLine, treeLines } from "./tree.js";
import { count } from "./words.js";

const style = `
  :root { color-scheme: light dark; --back: #fff; --text: #1f2328; --line: #d1d9e0; --soft: #f6f8fa;
    --create: #116329; --drop: #a40e26; --alter: #7d4e00; }
  @media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --line: #30363d;
    --soft: #161b22; --create: #56d364; --drop: #ff7b72; --alter: #e3b341; } }
  body { background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif;
    max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  table { border-collapse: collapse; }
  td, th { border: 1px solid var(--line); padding: .25rem .75rem; text-align: left; }
  pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: 1rem;
    overflow-x: auto; }
  pre, code { font: 13px/1.5 ui-monospace, monospace; }
  .create { color: var(--create); } .drop { color: var(--drop); } .alter { color: var(--alter); }`;

/** Differences as one HTML page that needs nothing else; every text in it is escaped. */
export function html(report: DifferenceReport): string {
  const entries = outline(report.changes, report);
  const rows = topmost(entries).map(({ mark, id }) =>
    mark === "same"
      ? ""
      : `<tr><td class="${mark}">${changeVerbs[mark]}</td><td><code>${escaped(id)}</code></td></tr>`,
  );
  const sql = script(report.statements ?? []);
  const leftOut = leftOutLines(report.leftOut ?? []);
  const body = [
    `<h1>${escaped(report.title)}</h1>`,
    ...report.remarks.map((remark) => `<p>${escaped(remark)}</p>`),
    `<p><strong>${rows.length === 0 ? "No differences" : count(rows.length, "difference")}.</strong></p>`,
    ...(rows.length === 0
      ? []
      : [
          "<table>\n<thead><tr><th>Change</th><th>Object</th></tr></thead>",
          `<tbody>\n${rows.join("\n")}\n</tbody>\n</table>`,
          `<h2>Changes</h2>\n<pre>${treeLines(entries).map(htmlLine).join("\n")}</pre>`,
        ]),
    ...(sql === ""
      ? []
      : [
          `<details>\n<summary>${escaped(report.sqlTitle)}</summary>\n<pre>${escaped(sql)}</pre>\n</details>`,
        ]),
    ...(report.unmodelled.length === 0
      ? []
      : [
          "<h2>Not modelled yet, left alone</h2>",
          `<ul>\n${unmodelledLines(report.unmodelled)
            .map((line) => `<li>${escaped(line)}</li>`)
            .join("\n")}\n</ul>`,
        ]),
    ...(leftOut.length === 0
      ? []
      : [
          "<h2>Kept by another tool, left alone</h2>",
          `<ul>\n${leftOut.map((line) => `<li>${escaped(line)}</li>`).join("\n")}\n</ul>`,
        ]),
  ];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(report.title)}</title>`,
    `<style>${style}\n</style>`,
    "</head>",
    "<body>",
    ...body,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

const classes = { "+": "create", "-": "drop", "~": "alter" } as const;

function htmlLine({ mark, depth, text }: TreeLine): string {
  const line = `${"    ".repeat(depth)}${mark} ${escaped(text)}`.trimEnd();
  return mark === " " ? line : `<span class="${classes[mark]}">${line}</span>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in an element or a quoted attribute. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "")
    .replaceAll(/[^\P{Control}\n\t]/gu, "�");
}
