import { describe, expect, test } from "vitest";
import { Graph } from "../../src/plan/graph.js";

function graph(...edges: string[]): Graph {
  const result = new Graph();
  for (const edge of edges) {
    const [before = "", after = ""] = edge.split(">");
    result.addEdge(before, after);
  }
  return result;
}

const cyclesOf = (one: Graph) =>
  one
    .cycles()
    .map((cycle) => cycle.toSorted().join(""))
    .toSorted();

describe("cycles", () => {
  test.each<[what: string, edges: string[], cycles: string[]]>([
    ["none in nothing", [], []],
    ["none in a diamond", ["a>b", "a>c", "b>d", "c>d"], []],
    ["two nodes that need each other", ["a>b", "b>a"], ["ab"]],
    ["a long one, with a tail on both ends", ["x>a", "a>b", "b>c", "c>d", "d>a", "d>y"], ["abcd"]],
    ["two that share a node are one", ["a>b", "b>a", "b>c", "c>b"], ["abc"]],
    ["two apart, joined by a one-way edge", ["a>b", "b>a", "b>c", "c>d", "d>c"], ["ab", "cd"]],
    ["a shortcut into a component that is finished", ["a>b", "b>c", "c>b", "a>c", "c>d"], ["bc"]],
    [
      "one that only a back edge over several nodes closes",
      ["a>b", "b>c", "c>d", "d>b", "c>e", "e>a"],
      ["abcde"],
    ],
  ])("%s", (_, edges, cycles) => {
    expect(cyclesOf(graph(...edges))).toEqual(cycles);
  });

  test("a path of 100,000 nodes needs no stack", () => {
    const edges = Array.from({ length: 100_000 }, (_, at) => `${at}>${at + 1}`);
    expect(graph(...edges).cycles()).toEqual([]);
    expect(graph(...edges, "100000>0").cycles()).toHaveLength(1);
  });
});

test("a node is never before itself", () => {
  expect(cyclesOf(graph("a>a", "a>b"))).toEqual([]);
});

test("merged nodes keep the edges of their members, and lose those among them", () => {
  const merged = graph("a>b", "b>c", "d>a").merged((key) => (key === "b" ? "a" : key));
  expect(merged.nodes().toSorted()).toEqual(["a", "c", "d"]);
  expect([...merged.after("a")]).toEqual(["c"]);
  expect([...merged.after("d")]).toEqual(["a"]);
  expect(merged.cycles()).toEqual([]);
});

test("merging can close a circle", () => {
  const merged = graph("column>function", "function>default").merged((key) =>
    key === "function" ? key : "table",
  );
  expect(cyclesOf(merged)).toEqual(["functiontable"]);
});
