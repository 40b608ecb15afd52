import { describe, expect, test } from "vitest";
import { Catalog } from "../../src/catalog/catalog.js";
import type { Fact } from "../../src/catalog/fact.js";
import { factId, type Identity } from "../../src/catalog/identity.js";
import { diff, subject } from "../../src/diff/diff.js";

function comment(on: string, text: string): Fact {
  const identity: Identity<"comment"> = { kind: "comment", of: { kind: "table", schema: "app", name: on } };
  return { identity, id: factId(identity), attributes: { text } };
}

function schema(name: string): Fact {
  const identity: Identity<"schema"> = { kind: "schema", name };
  return { identity, id: factId(identity), attributes: {} };
}

const catalog = (...facts: Fact[]) => new Catalog({ major: 17, self: "me", facts, edges: [] });

describe("the difference", () => {
  test("between equal states is nothing", () => {
    expect(diff(catalog(schema("a")), catalog(schema("a")))).toEqual([]);
  });

  test("names what comes, what goes and what changes, in the order of their text", () => {
    const changes = diff(
      catalog(schema("gone"), comment("t", "old"), schema("same")),
      catalog(comment("t", "new"), schema("made"), schema("same")),
    );
    expect(changes.map((change) => [change.type, subject(change).id])).toEqual([
      ["alter", "comment on table app.t"],
      ["drop", "schema gone"],
      ["create", "schema made"],
    ]);
    expect(changes[0]).toMatchObject({ attributes: ["text"] });
  });

  test("does not see the order of columns", () => {
    const column = (position: number): Fact => {
      const identity: Identity<"column"> = { kind: "column", schema: "app", on: "t", name: "c" };
      const attributes = {
        type: "integer",
        collation: null,
        identity: null,
        generated: null,
        storage: null,
        compression: null,
        statistics: null,
        options: [],
      };
      return { identity, id: factId(identity), attributes, position };
    };
    expect(diff(catalog(column(1)), catalog(column(2)))).toEqual([]);
    expect(catalog(column(1)).fingerprint).toBe(catalog(column(2)).fingerprint);
  });

  test("does not see an attribute that only one side recorded", () => {
    const identity: Identity<"comment"> = { kind: "comment", of: { kind: "schema", name: "s" } };
    const older = { identity, id: factId(identity), attributes: {} } as unknown as Fact;
    const newer = { ...older, attributes: { text: "x" } } as Fact;
    expect(diff(catalog(older), catalog(newer))).toEqual([]);
    expect(diff(catalog(newer), catalog(older))).toEqual([]);
  });
});
