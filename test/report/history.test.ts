import { describe, expect, test } from "vitest";
import { historyGraph, historyMermaid } from "../../src/report/graph.js";
import { headsText } from "../../src/report/history.js";
import type { RevisionHeader } from "../../src/revision/revision.js";

const entry = (id: string, parents: readonly string[], more: Partial<RevisionHeader> = {}) =>
  ({
    revision: {
      id,
      parents,
      message: id.toUpperCase(),
      created: "2025-03-04T09:12:45Z",
      kind: "planned",
      ...more,
    },
    isHead: false,
  }) as const;

const drawn = (...entries: readonly ReturnType<typeof entry>[]) =>
  historyGraph(entries)
    .split("\n")
    .map((row) => row.replace(/ {2}2025-03-04.*$/, ""));

describe("the history as a graph", () => {
  test("of one line is one column", () => {
    expect(drawn(entry("b", ["a"]), entry("a", []))).toEqual(["*  b", "*  a"]);
  });

  test("opens a column for each parent of a merge and closes it where the branch began", () => {
    expect(drawn(entry("m", ["b", "c"]), entry("c", ["a"]), entry("b", ["a"]), entry("a", []))).toEqual([
      "*  m",
      "|\\",
      "| *  c",
      "* |  b",
      "|/",
      "*  a",
    ]);
  });

  test("brings a far column over those between", () => {
    expect(
      drawn(entry("d", ["a"]), entry("c", ["x"]), entry("b", ["a"]), entry("a", []), entry("x", [])),
    ).toEqual(["*  d", "| *  c", "| | *  b", "|_|/", "* |  a", " /", "*  x"]);
  });

  test("leaves out lines to what is not shown", () => {
    expect(drawn(entry("c", ["b"]), entry("d", []))).toEqual(["*  c", "*  d"]);
  });
});

test("the flowchart has an edge for each parent, dotted ones for what is depended on, and no text that ends it", () => {
  const text = historyMermaid([
    entry("bb", ["aa"], { message: 'say "hi" <b>', dependsOn: ["billing"] }),
    entry("cc", [], { labels: ["billing"] }),
    entry("aa", []),
  ]);
  expect(text.split("\n")).toEqual([
    "flowchart TD",
    '  aa["aa<br/>AA"]',
    '  cc["cc<br/>CC<br/>billing"]',
    '  bb["bb<br/>say #34;hi#34; #60;b#62;"]',
    "  aa --> bb",
    "  cc -.-> bb",
  ]);
});

test("several heads say how to come to one", () => {
  expect(headsText([entry("b", [])])).toBe("b  2025-03-04  B");
  expect(headsText([entry("b", []), entry("c", [])])).toContain("2 heads: dm merge");
});
