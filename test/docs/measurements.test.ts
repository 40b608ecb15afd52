import { expect, test } from "vitest";
import { head, type Measurement, written } from "../../bench/busy-page.js";

const page = "Before.\n<!-- node bench/run.js busy --write -->\n<!-- end -->\nAfter.\n";
const row = (name: string, took: string) => ({
  name,
  lines: [`| ${name} | direct | 1 | ${took} |`, `|  | phased | 2 | ${took} |`],
});
const idle = { name: "none, visits", lines: ["| none, visits |  | 3 |  |"] };
const text = ({ about, rows }: Measurement) =>
  [about, "", ...head, ...rows.flatMap(({ lines }) => lines)].join("\n");

const monday: Measurement = {
  about: "Measured on Monday.",
  rows: [idle, row("check", "1 s"), row("`NOT NULL`", "1 s")],
};
const tuesday: Measurement = { about: "Measured on Tuesday.", rows: [idle, row("check", "2 s")] };

test("what is measured again takes the place of what was, the rest stays below its own heading", () => {
  const both = written(written(page, monday), tuesday);
  const left = { ...monday, rows: monday.rows.filter(({ name }) => name !== "check") };
  expect(both).toBe(page.replace("<!-- end", () => `${text(tuesday)}\n\n${text(left)}\n<!-- end`));
});

test("a run adds to its own measurement, and a former one goes with its last change", () => {
  const more = { ...tuesday, rows: [...tuesday.rows, row("`NOT NULL`", "2 s")] };
  const all = written(written(written(page, monday), tuesday), more);
  expect(all).toBe(page.replace("<!-- end", () => `${text(more)}\n<!-- end`));
});

test("a page without a place for the tables is not written", () => {
  expect(() => written("Nothing.", monday)).toThrow("no place");
});
