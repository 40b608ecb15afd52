import { expect, test } from "vitest";
import { Graph } from "../../src/plan/graph.js";
import { Heap } from "../../src/plan/heap.js";
import { order, type Place } from "../../src/plan/order.js";
import { Random } from "../property/random.js";

function places(list: Readonly<Record<string, [group: string, groupRank: number, rank: number]>>) {
  return (key: string): Place => {
    const [group, groupRank, rank] = list[key] ?? ["", 0, 0];
    return { group, groupRank: [groupRank, group], rank: [rank, key] };
  };
}

test("what is free runs group by group, in the order of ranks", () => {
  const graph = new Graph();
  const place = places({
    b2: ["b", 2, 2],
    b1: ["b", 2, 1],
    a1: ["a", 1, 1],
    a2: ["a", 1, 2],
    c: ["c", 0, 1],
  });
  for (const key of ["b2", "b1", "a1", "a2", "c"]) graph.addNode(key);
  expect(order(graph, place)).toEqual(["c", "a1", "a2", "b1", "b2"]);
});

test("a group is left only when nothing of it may run, and gone back to afterwards", () => {
  const graph = new Graph();
  graph.addEdge("a1", "a3");
  graph.addEdge("b", "a3");
  graph.addNode("a2");
  graph.addNode("c");
  const place = places({ a1: ["a", 1, 1], a2: ["a", 1, 2], a3: ["a", 1, 3], b: ["b", 2, 1], c: ["c", 3, 1] });
  expect(order(graph, place)).toEqual(["a1", "a2", "b", "a3", "c"]);
});

test("a group moves up when something of a lower rank becomes free in it", () => {
  const graph = new Graph();
  graph.addEdge("first", "early");
  graph.addNode("late");
  graph.addNode("middle");
  const place = (key: string): Place => {
    const rank = { first: 0, early: 1, middle: 2, late: 3 }[key] ?? 0;
    return { group: key === "early" || key === "late" ? "x" : key, groupRank: [rank], rank: [rank] };
  };
  expect(order(graph, place)).toEqual(["first", "early", "late", "middle"]);
});

test("any order respects every edge, holds every node, and does not depend on how the graph was built", () => {
  const random = new Random(7);
  for (let round = 0; round < 50; round++) {
    const nodes = Array.from({ length: 40 }, (_, at) => `n${at}`);
    const edges = Array.from({ length: 60 }, () => {
      const [a, b] = [random.below(40), random.below(40)];
      return [`n${Math.min(a, b)}`, `n${Math.max(a, b)}`] as const;
    });
    const place = (key: string): Place => {
      const n = Number(key.slice(1));
      return { group: `g${n % 7}`, groupRank: [n % 3, `g${n % 7}`], rank: [(n * 13) % 11, key] };
    };
    const build = () => {
      const graph = new Graph();
      for (const node of random.shuffled(nodes)) graph.addNode(node);
      for (const [before, after] of random.shuffled(edges)) graph.addEdge(before, after);
      return order(graph, place);
    };
    const result = build();
    expect(result.toSorted()).toEqual(nodes.toSorted());
    for (const [before, after] of edges) {
      if (before !== after) expect(result.indexOf(before)).toBeLessThan(result.indexOf(after));
    }
    expect(build()).toEqual(result);
  }
});

test("50,000 independent actions are ordered at once, not in a minute", () => {
  const graph = new Graph();
  for (let at = 0; at < 50_000; at++) graph.addNode(`n${at}`);
  const started = performance.now();
  expect(order(graph, (key) => ({ group: key, groupRank: [key], rank: [] }))).toHaveLength(50_000);
  expect(order(graph, (key) => ({ group: "one", groupRank: [], rank: [key] }))).toHaveLength(50_000);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("a heap gives its items back sorted, equal ones in the order they came", () => {
  const random = new Random(3);
  const items = Array.from({ length: 500 }, (_, at) => ({ rank: random.below(20), at }));
  const heap = new Heap<(typeof items)[number]>((a, b) => a.rank - b.rank);
  for (const item of items) heap.push(item);
  const taken = items.map(() => heap.pop());
  expect(taken).toEqual(items.toSorted((a, b) => a.rank - b.rank || a.at - b.at));
  expect(heap.pop()).toBeUndefined();
});
