import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DmError } from "../../src/error.js";
import { buildGraph, type GraphRevision } from "../../src/revision/graph.js";
import { headsAfter, headsAfterEach, stamp } from "../../src/revision/heads.js";
import { resolve } from "../../src/revision/identifier.js";
import { ancestors, tips } from "../../src/revision/lineage.js";
import { downgradePath, upgradePath } from "../../src/revision/path.js";

/** `c:a,b` stands on a and b; `c:a+x` also depends on x; `c:a=billing` is labelled. */
function drawn(text: string): GraphRevision[] {
  return text.split(" ").map((word) => {
    const [, id = "", parents = "", depends = "", label] =
      /^(\w+):?([\w,]*)(?:\+([\w,]+))?(?:=(\w+))?$/.exec(word) ?? [];
    const names = (list: string) => list.split(",").filter((name) => name !== "");
    return { id, parents: names(parents), dependsOn: names(depends), labels: label ? [label] : [] };
  });
}

const graphOf = (text: string) => buildGraph(drawn(text));

function refused(run: () => unknown): DmError {
  try {
    run();
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error("it was expected to be refused");
}

const clinic = graphOf("root patient:root=clinic visit:patient invoice:root=billing payment:invoice");

describe("a graph is refused, naming the revisions and where they stand,", () => {
  test.each([
    ["a a", "DM4012", /two revisions have the id a/],
    ["a b:x", "DM4031", /revision b names x as its parent/],
    ["a b:a+x", "DM4031", /revision b names x as its dependency/],
    ["a:a", "DM4032", /revision a is its own parent/],
    ["a:c b:a c:b d:c", "DM4032", /a, c, b/],
    ["a+b b:a", "DM4033", /circle/],
    ["a=x b:a=x", "DM4034", /label x of revision b is taken by revision a/],
    ["a b:a=a", "DM4034", /label a of revision b is taken by revision a/],
  ])("when it is %s", (text, code, message) => {
    const place = { file: "r.sql", line: 3, column: 1 };
    const error = refused(() => buildGraph(drawn(text), () => place));
    expect(error).toMatchObject({ code, at: place });
    expect(error.message).toMatch(message);
  });
});

describe("an identifier", () => {
  test("that several revisions begin with names them", () => {
    const error = refused(() => resolve(graphOf("abc1 abc2:abc1"), "abc"));
    expect(error).toMatchObject({ code: "DM4041", message: expect.stringContaining("abc1, abc2") });
  });

  test("of a label is never a part of it", () => {
    expect(refused(() => resolve(clinic, "bill")).code).toBe("DM4040");
    expect(resolve(clinic, "billing")).toEqual(["invoice"]);
    expect(resolve(clinic, "pat")).toEqual(["patient"]);
  });

  test("counted from several heads names what to type instead", () => {
    const error = refused(() => downgradePath(clinic, ["visit", "payment"], "-1"));
    expect(error).toMatchObject({ code: "DM4045", next: ["visit-1", "payment-1"] });
    expect(error.message).toContain("visit, payment");
    expect(downgradePath(clinic, ["visit", "payment"], "visit-1")).toEqual(["visit"]);
    expect(refused(() => upgradePath(clinic, ["patient", "invoice"], "+1")).next).toEqual([
      "patient+1",
      "invoice+1",
    ]);
  });

  test("that is malformed says what can be typed", () => {
    for (const text of ["", "@", "a@", "a@b@c", "+", "a-b", "a+1+1", "-"]) {
      expect(refused(() => resolve(clinic, text)).code, text).toBe("DM4048");
    }
  });

  test("counts along its branch", () => {
    expect(resolve(clinic, "billing@root+1")).toEqual(["invoice"]);
    expect(resolve(clinic, "billing@head-1")).toEqual(["invoice"]);
    expect(resolve(clinic, "clinic@+1", ["payment", "patient"])).toEqual(["visit"]);
    expect(refused(() => resolve(clinic, "root+1")).message).toContain("patient, invoice");
  });
});

describe("paths", () => {
  test("run in the order of creation where the graph leaves a choice, and come back in reverse", () => {
    const graph = graphOf("a b:a c:a d:b e:c f:d,e");
    expect(upgradePath(graph, [], "head")).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(downgradePath(graph, ["f"], "base")).toEqual(["f", "e", "d", "c", "b", "a"]);
  });

  test("-1 of a merge takes back the merge alone", () => {
    const graph = graphOf("a b:a c:a d:b,c");
    expect(downgradePath(graph, ["d"], "-1")).toEqual(["d"]);
    expect(headsAfter(graph, ["d"], ["d"], "down")).toEqual(["b", "c"]);
  });

  test("lead to a target whose branch is named by an ancestor's label", () => {
    const graph = graphOf("a=main b:a c:b d:b");
    expect(downgradePath(graph, ["c", "d"], "main@b")).toEqual(["d", "c"]);
  });

  test("say why there is none", () => {
    const graph = graphOf("a b:a c d:c+a");
    expect(refused(() => downgradePath(graph, ["a"], "b")).message).toMatch(/b is not applied/);
    expect(refused(() => downgradePath(graph, ["d"], "a")).message).toMatch(/depend on a/);
    expect(refused(() => downgradePath(graph, ["a"], "+1")).next).toEqual(["dm apply +1"]);
    expect(refused(() => upgradePath(graph, ["a"], "-1")).next).toEqual(["dm rollback -1"]);
  });

  test("pass through thousands of revisions", () => {
    const graph = buildGraph(
      Array.from({ length: 5000 }, (_, n) => ({ id: `r${n}`, parents: n === 0 ? [] : [`r${n - 1}`] })),
    );
    expect(upgradePath(graph, ["r10"], "heads")).toHaveLength(4989);
    expect(downgradePath(graph, ["r4999"], "base")).toHaveLength(5000);
  });
});

describe("stamp", () => {
  test.each([
    [["visit"], "heads", ["visit", "payment"]],
    [["visit", "payment"], "clinic@base", ["payment"]],
    [["visit", "payment"], "root", ["root"]],
    [["visit"], "invoice", ["visit", "invoice"]],
    [["visit", "payment"], "base", []],
  ])("from %j to %s leaves %j", (from, to, expected) => expect(stamp(clinic, from, to)).toEqual(expected));
});

const graphs = fc
  .array(fc.tuple(fc.array(fc.nat(20), { maxLength: 3 }), fc.array(fc.nat(20), { maxLength: 2 })), {
    minLength: 1,
    maxLength: 15,
  })
  .map((rows) =>
    rows.map(([parents, dependsOn], index) => {
      const below = (ids: number[]) => (index === 0 ? [] : [...new Set(ids.map((id) => `r${id % index}`))]);
      return { id: `r${index}`, parents: below(parents), dependsOn: below(dependsOn) };
    }),
  );

describe("in any graph", () => {
  test("the whole way up and the whole way down are each other's reverse", () => {
    fc.assert(
      fc.property(graphs, (revisions) => {
        const graph = buildGraph(revisions);
        const up = upgradePath(graph, [], "heads");
        expect(up).toHaveLength(revisions.length);
        expect(downgradePath(graph, [...graph.realHeads], "base")).toEqual(up.toReversed());
        const rows = headsAfterEach(graph, [], up, "up");
        for (const [index, heads] of rows.entries()) {
          expect(heads).toEqual(tips(graph, new Set(up.slice(0, index + 1))));
        }
      }),
    );
  });

  test("an upgrade leads to its target, and a downgrade takes back nothing that stays needed", () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (revisions, choice) => {
        const graph = buildGraph(revisions);
        const target = `r${choice % revisions.length}`;
        const heads = headsAfter(graph, [], upgradePath(graph, [], target), "up");
        expect(heads).toEqual([target]);
        const all = [...graph.realHeads];
        if (ancestors(graph, all).size === 1 || graph.nodes.get(target)?.children.length === 0) return;
        const down = downgradePath(graph, all, target);
        const left = new Set([...graph.nodes.keys()].filter((id) => !down.includes(id)));
        expect(left.has(target)).toBe(true);
        for (const id of left)
          for (const needed of ancestors(graph, [id])) expect(left.has(needed)).toBe(true);
      }),
    );
  });
});
