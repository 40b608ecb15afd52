import type { RevisionHeader } from "../revision/revision.js";
import { type HistoryLine, historyLines } from "./history.js";
import { type Paint, plain } from "./paint.js";
import { firstLine, harmless } from "./words.js";

/** Revisions as a graph of lines, the newest at the top. What a revision stands on and is not shown has no line. */
export function historyGraph(entries: readonly HistoryLine[], paint: Paint = plain): string {
  const shown = new Set(entries.map(({ revision }) => revision.id));
  const texts = historyLines(entries, paint);
  const rows: string[] = [];
  /** What each column waits for, from left to right. */
  let lanes: string[] = [];
  for (const [at, { revision }] of entries.entries()) {
    const { id } = revision;
    if (!lanes.includes(id)) lanes.push(id);
    const column = lanes.indexOf(id);
    for (let last = lanes.lastIndexOf(id); last > column; last = lanes.lastIndexOf(id)) {
      rows.push(joining(lanes.length, column, last));
      lanes = lanes.toSpliced(last, 1);
    }
    const mark = lanes.map((_, lane) => (lane === column ? "*" : "|")).join(" ");
    const [first, ...others] = revision.parents.filter((parent) => shown.has(parent));
    rows.push(`${mark}  ${texts[at] ?? ""}`);
    if (first === undefined) {
      if (column < lanes.length - 1) rows.push(closing(lanes.length, column));
      lanes = lanes.toSpliced(column, 1);
      continue;
    }
    lanes = lanes.with(column, first);
    for (const parent of others) {
      rows.push(opening(lanes.length, column));
      lanes = lanes.toSpliced(column + 1, 0, parent);
    }
  }
  return rows.map((row) => row.trimEnd()).join("\n");
}

/** `|_|/`: the line of a column runs into one to its left. */
function joining(lanes: number, into: number, from: number): string {
  return drawn(lanes, (lane) => {
    if (lane <= into) return [2 * lane, "|"];
    if (lane < from) return [2 * lane - 1, "_|"];
    return [2 * lane - 1, "/"];
  });
}

/** `|\`: a line begins to the right of a column. */
function opening(lanes: number, column: number): string {
  return drawn(lanes + 1, (lane) => (lane <= column ? [2 * lane, "|"] : [2 * lane - 1, "\\"]));
}

/** The line of a column has ended; those to its right move over. */
function closing(lanes: number, column: number): string {
  return drawn(lanes, (lane) => {
    if (lane === column) return [0, ""];
    return lane < column ? [2 * lane, "|"] : [2 * lane - 1, "/"];
  });
}

function drawn(lanes: number, place: (lane: number) => readonly [at: number, text: string]): string {
  let row = "";
  for (let lane = 0; lane < lanes; lane++) {
    const [at, text] = place(lane);
    if (text !== "") row = row.padEnd(at) + text;
  }
  return row;
}

/** Revisions as a Mermaid flowchart, which Markdown on GitHub and GitLab draws. Dotted: depends on. */
export function historyMermaid(entries: readonly HistoryLine[]): string {
  const inOrder = entries.toReversed();
  const shown = new Map(inOrder.map(({ revision }) => [revision.id, revision]));
  const labelled = new Map(inOrder.flatMap(({ revision }) => labelsOf(revision)));
  const links = inOrder.flatMap(({ revision }) => [
    ...revision.parents.filter((id) => shown.has(id)).map((id) => `  ${id} --> ${revision.id}`),
    ...(revision.dependsOn ?? [])
      .map((name) => labelled.get(name) ?? name)
      .filter((id) => shown.has(id))
      .map((id) => `  ${id} -.-> ${revision.id}`),
  ]);
  return ["flowchart TD", ...inOrder.map(({ revision }) => node(revision)), ...links].join("\n");
}

function labelsOf({ id, labels = [] }: RevisionHeader): [string, string][] {
  return labels.map((label) => [label, id]);
}

function node({ id, message, labels = [], phase }: RevisionHeader): string {
  const tags = [...(phase === undefined ? [] : [phase]), ...labels].join(", ");
  const lines = [id, firstLine(message), ...(tags === "" ? [] : [tags])].map(escaped);
  return `  ${id}["${lines.filter((line) => line !== "").join("<br/>")}"]`;
}

/** Mermaid writes characters by their numbers: `#34;`. */
function escaped(text: string): string {
  return harmless(text).replace(/["#<>&;`\\[\]]/g, (character) => `#${character.charCodeAt(0)};`);
}
