// The part of docs/online.md that bench/busy writes: measurements, the latest first, each with its table.

/** The lines of a change; those that are compared with have no change. */
export interface Row {
  readonly name: string;
  readonly lines: readonly string[];
}

/** What was measured in one run, and how. */
export interface Measurement {
  readonly about: string;
  readonly rows: readonly Row[];
}

const [begin, end] = ["<!-- node bench/run.js busy --write -->", "<!-- end -->"];
export const head = [
  "| change | form | transactions/s | p50 | p99 | longest | failed | change took |",
  "| --- | --- | --- | --- | --- | --- | --- | --- |",
];

/** What the load does while nothing changes: it belongs to its measurement. */
export const isIdle = ({ name }: Row) => name === "none" || name.startsWith("none,");

/**
 * The page with what a run has measured so far. Of former runs stays what this one has not measured, under their own
 * headings.
 */
export function written(page: string, run: Measurement): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/online.md has no place for the tables: ${begin}`);
  const names = new Set(run.rows.filter((row) => !isIdle(row)).map(({ name }) => name));
  const former = measurementsIn(page.slice(from + begin.length, to))
    .filter(({ about }) => about !== run.about)
    .map(({ about, rows }) => ({ about, rows: rows.filter(({ name }) => !names.has(name)) }))
    .filter(({ rows }) => !rows.every(isIdle));
  const text = [run, ...former].map(({ about, rows }) =>
    [about, "", ...head, ...rows.flatMap(({ lines }) => lines)].join("\n"),
  );
  return `${page.slice(0, from)}${begin}\n${text.join("\n\n")}\n${page.slice(to)}`;
}

function measurementsIn(text: string): Measurement[] {
  const found: { about: string; rows: { name: string; lines: string[] }[] }[] = [];
  for (const line of text.split("\n").filter((one) => one !== "" && !head.includes(one))) {
    const rows = found.at(-1)?.rows;
    if (!line.startsWith("|")) found.push({ about: line, rows: [] });
    else {
      const name = line.split("|")[1]?.trim() ?? "";
      if (name === "") rows?.at(-1)?.lines.push(line);
      else rows?.push({ name, lines: [line] });
    }
  }
  return found;
}
