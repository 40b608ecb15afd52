import { describe, expect, test } from "vitest";
import { DmError } from "../../src/error.js";
import { buildGraph, type RevisionGraph } from "../../src/revision/graph.js";
import { headsAfter, headsAfterEach, inLineage, stamp } from "../../src/revision/heads.js";
import { resolve, resolveOne } from "../../src/revision/identifier.js";
import { ancestors, labelsOfEach } from "../../src/revision/lineage.js";
import { downgradePath, rangeDown, rangeUp, upgradePath } from "../../src/revision/path.js";
import { areRecorded, type RecordedCase, recordedCases, revisionsOf } from "./recorded-cases.js";

const loopCodes: Record<string, string> = {
  LoopDetected: "DM4032",
  CycleDetected: "DM4032",
  DependencyLoopDetected: "DM4033",
  DependencyCycleDetected: "DM4033",
};

describe.skipIf(!areRecorded)("the recorded questions on graphs", () => {
  test.each(recordedCases("graph_cases.json").map((item) => [item.name, item] as const))("%s", (_, item) =>
    answer(item),
  );
});

describe.skipIf(!areRecorded)("the recorded paths through random graphs", () => {
  test.each(recordedCases("graph_fuzz.json").map((item) => [item.name, item] as const))("%s", (_, item) =>
    answer(item),
  );
});

function answer(item: RecordedCase): void {
  if (item.op === "load" && item.error !== undefined) {
    expect(refused(() => buildGraph(revisionsOf(item))).code).toBe(loopCodes[item.error.type]);
    return;
  }
  const graph = buildGraph(revisionsOf(item));
  if (item.error !== undefined || item.warning !== undefined) {
    const error = refused(() => ask(graph, item));
    expect(error.code).toMatch(/^DM404\d$/);
    expect(error.next).not.toEqual([]);
    return;
  }
  ask(graph, item);
}

function refused(run: () => unknown): DmError {
  try {
    run();
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error("it was expected to be refused");
}

function ask(graph: RevisionGraph, item: RecordedCase): void {
  const set = (ids: readonly string[] = []) => [...ids].sort();
  switch (item.op) {
    case "upgrade":
    case "downgrade": {
      const isUp = item.op === "upgrade";
      const path = isUp
        ? upgradePath(graph, item.from, item.to ?? undefined)
        : downgradePath(graph, item.from, item.to === null ? undefined : String(item.to));
      expectOrder(graph, isUp ? path : path.toReversed(), set(item.expect));
      if (item.order === "forced") expect(path).toEqual(item.expect);
      expect(set(headsAfter(graph, item.from, path, isUp ? "up" : "down"))).toEqual(set(item.heads_after));
      return;
    }
    case "range": {
      const { inclusive: isInclusive, implicit_base: isFromBase } = item;
      const upper = item.upper ?? undefined;
      const ids = item.downgrade
        ? rangeDown(graph, {
            lower: item.lower === null ? undefined : String(item.lower),
            upper,
            isInclusive,
            isFromBase,
          })
        : rangeUp(graph, { lower: item.lower ?? undefined, upper, isInclusive, isFromBase });
      expectOrder(graph, ids.toReversed(), set(item.expect));
      if (item.order === "forced") expect(ids).toEqual(item.expect);
      return;
    }
    case "stamp":
      expect(set(stamp(graph, item.from, item.to))).toEqual(set(item.heads_after));
      return;
    case "steps": {
      const [first] = item.steps;
      const rows = headsAfterEach(
        graph,
        item.from,
        item.steps.map(({ id }) => id),
        first?.dir ?? "up",
      );
      expect(rows.map(set)).toEqual(item.steps.map(({ heads_after }) => set(heads_after)));
      return;
    }
    case "resolve": {
      const [ident = ""] = typeof item.ident === "string" ? [item.ident] : item.ident;
      const ids = item.many ? resolve(graph, ident) : [resolveOne(graph, ident) ?? []].flat();
      expect(ids).toEqual(item.expect);
      return;
    }
    case "lineage":
      expect(inLineage(graph, item.targets, item.against)).toEqual(item.expect);
      return;
    case "load":
      expect(set(graph.heads)).toEqual(set(item.heads));
      expect(set(graph.realHeads)).toEqual(set(item.real_heads));
      expect(set(graph.bases)).toEqual(set(item.bases));
      expect(set(graph.realBases)).toEqual(set(item.real_bases));
      expect(set(graph.branchPoints)).toEqual(set(item.branch_points));
      expect(set(graph.mergePoints)).toEqual(set(item.merge_points));
      expect(Object.fromEntries(labelsOfEach(graph))).toEqual(item.labels);
  }
}

/** The wanted set, each revision after all of the set that it needs. */
function expectOrder(graph: RevisionGraph, path: readonly string[], wanted: readonly string[]): void {
  expect([...path].sort()).toEqual(wanted);
  for (const [index, id] of path.entries()) {
    const needed = ancestors(graph, [id]);
    expect(
      path.slice(index + 1).filter((later) => needed.has(later)),
      id,
    ).toEqual([]);
  }
}
