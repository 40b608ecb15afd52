import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DmError } from "../../src/error.js";
import { between } from "../../src/revision/between.js";
import { buildGraph, type GraphRevision } from "../../src/revision/graph.js";
import { headsAfter } from "../../src/revision/heads.js";
import { resolve } from "../../src/revision/identifier.js";
import { downgradePath, upgradePath } from "../../src/revision/path.js";

/**
 * A second opinion that shares nothing with the graph: the relation "needs" as a table of booleans, closed by
 * Warshall's algorithm, and sets of revisions that are applied.
 */
class Model {
  readonly ids: readonly string[];
  readonly #revisions: readonly GraphRevision[];
  readonly #needs: boolean[][];
  readonly #parents: boolean[][];

  constructor(revisions: readonly GraphRevision[]) {
    this.#revisions = revisions;
    this.ids = revisions.map(({ id }) => id);
    this.#needs = this.#closed((one) => [...one.parents, ...(one.dependsOn ?? [])]);
    this.#parents = this.#closed((one) => one.parents);
  }

  #closed(links: (one: GraphRevision) => readonly string[]): boolean[][] {
    const table = this.#revisions.map((one) =>
      this.ids.map((id) => one.id === id || links(one).includes(id)),
    );
    for (const via of this.ids.keys())
      for (const from of this.ids.keys())
        for (const to of this.ids.keys())
          if (table[from]?.[via] && table[via]?.[to] && table[from]) table[from][to] = true;
    return table;
  }

  #at = (id: string) => this.ids.indexOf(id);
  needs = (one: string, other: string) => this.#needs[this.#at(one)]?.[this.#at(other)] === true;
  #isAbove = (one: string, other: string) => this.#parents[this.#at(one)]?.[this.#at(other)] === true;

  /** All that must be applied for these. */
  closure = (ids: readonly string[]) => this.ids.filter((id) => ids.some((one) => this.needs(one, id)));

  heads = () => this.ids.filter((id) => !this.#revisions.some(({ parents }) => parents.includes(id)));

  tops = (applied: readonly string[]) =>
    applied.filter((id) => !applied.some((other) => other !== id && this.needs(other, id)));

  /** What must go so that nothing is applied that stands above a revision by its parents. */
  above(applied: readonly string[], id: string): string[] {
    const children = this.ids.filter((one) =>
      this.#revisions.some((revision) => revision.id === one && revision.parents.includes(id)),
    );
    return applied.filter((one) => children.some((child) => this.needs(one, child)));
  }

  between = (lower: string, upper: string) =>
    this.ids.filter((id) => this.needs(upper, id) && this.needs(id, lower));

  isAncestor = (id: string, of: string) => this.#isAbove(of, id);
}

/** Ids that begin alike, so that prefixes are ambiguous now and then. */
const name = (at: number) => `${"abca"[at % 4]}${"xyx"[at % 3]}${at.toString(36)}`;

const graphs = fc
  .array(fc.tuple(fc.array(fc.nat(30), { maxLength: 3 }), fc.array(fc.nat(30), { maxLength: 1 })), {
    minLength: 1,
    maxLength: 14,
  })
  .map((rows) =>
    rows.map(([parents, dependsOn], at) => {
      const below = (ids: number[]) => (at === 0 ? [] : [...new Set(ids.map((id) => name(id % at)))]);
      return { id: name(at), parents: below(parents), dependsOn: below(dependsOn) };
    }),
  );

const sorted = (ids: readonly string[]) => [...ids].sort();
const some = fc.array(fc.nat(30), { maxLength: 3 });

describe("in any graph, a model that shares nothing with it", () => {
  test("finds the same heads, and the same paths up and the same heads after them", () => {
    fc.assert(
      fc.property(graphs, some, fc.nat(30), (revisions, from, to) => {
        const [graph, model] = [buildGraph(revisions), new Model(revisions)];
        expect(sorted(graph.heads)).toEqual(sorted(model.heads()));
        const ids = model.ids;
        const present = model.closure(from.map((at) => ids[at % ids.length] ?? ""));
        const start = model.tops(present);
        const goal = ids[to % ids.length] ?? "";
        const path = upgradePath(graph, start, goal);
        expect(sorted(path)).toEqual(sorted(model.closure([goal]).filter((id) => !present.includes(id))));
        const applied = [...present];
        for (const id of path) {
          expect(model.closure([id]).filter((one) => one !== id && !applied.includes(one))).toEqual([]);
          applied.push(id);
        }
        expect(sorted(headsAfter(graph, start, path, "up"))).toEqual(sorted(model.tops(applied)));
      }),
      { numRuns: 300 },
    );
  });

  test("finds the same paths down, in an order in which nothing loses what it needs", () => {
    fc.assert(
      fc.property(graphs, some, fc.nat(30), (revisions, from, to) => {
        const [graph, model] = [buildGraph(revisions), new Model(revisions)];
        const ids = model.ids;
        const applied = model.closure(from.map((at) => ids[at % ids.length] ?? ""));
        const start = model.tops(applied);
        const goal = ids[to % ids.length] ?? "";
        const gone = model.above(applied, goal);
        if (gone.length === 0 && !start.includes(goal)) {
          expect(() => downgradePath(graph, start, goal)).toThrow(DmError);
          return;
        }
        const path = downgradePath(graph, start, goal);
        expect(sorted(path)).toEqual(sorted(gone));
        let left = [...applied];
        for (const id of path) {
          left = left.filter((one) => one !== id);
          expect(left.filter((one) => model.needs(one, id))).toEqual([]);
        }
        expect(sorted(headsAfter(graph, start, path, "down"))).toEqual(sorted(model.tops(left)));
      }),
      { numRuns: 300 },
    );
  });

  test("finds the same revision for a beginning of its id, or the same several", () => {
    fc.assert(
      fc.property(graphs, fc.nat(30), fc.nat(3), (revisions, which, length) => {
        const graph = buildGraph(revisions);
        const ids = revisions.map(({ id }) => id);
        const prefix = (ids[which % ids.length] ?? "").slice(0, length + 1);
        const found = ids.includes(prefix) ? [prefix] : ids.filter((id) => id.startsWith(prefix));
        if (found.length > 1) {
          expect(() => resolve(graph, prefix)).toThrow(expect.objectContaining({ code: "DM4041" }));
        } else expect(resolve(graph, prefix)).toEqual(found);
      }),
      { numRuns: 300 },
    );
  });

  test("finds the same between two revisions", () => {
    fc.assert(
      fc.property(graphs, fc.nat(30), fc.nat(30), (revisions, one, other) => {
        const [graph, model] = [buildGraph(revisions), new Model(revisions)];
        const [lower, upper] = [one, other].map((at) => model.ids[at % model.ids.length] ?? "");
        if (lower === undefined || upper === undefined) return;
        if (model.needs(upper, lower)) {
          expect(between(graph, `${lower}..${upper}`)).toEqual(model.between(lower, upper));
        } else expect(() => between(graph, `${lower}..${upper}`)).toThrow(DmError);
        expect(between(graph, `..${upper}`)).toEqual(model.closure([upper]));
      }),
      { numRuns: 300 },
    );
  });

  test("replaced ids mean what replaced them, as parents and when typed", () => {
    const revisions = [
      { id: "aa", parents: [] },
      { id: "ss", parents: ["aa"], replaces: ["b1", "b2"] },
      { id: "cc", parents: ["b2"], dependsOn: ["b1"] },
    ];
    const graph = buildGraph(revisions);
    expect(graph.nodes.get("cc")).toMatchObject({ parents: ["ss"], dependencies: [] });
    expect([resolve(graph, "b1"), resolve(graph, "b"), resolve(graph, "b2-1")]).toEqual([
      ["ss"],
      ["ss"],
      ["aa"],
    ]);
    expect(upgradePath(graph, ["ss"], "head")).toEqual(["cc"]);
    expect(() => buildGraph([...revisions, { id: "b1", parents: [] }])).toThrow(
      expect.objectContaining({ code: "DM4035" }),
    );
  });
});
