import { describe, expect, test } from "vitest";
import { canonicalJson, sameValue } from "../../src/catalog/canonical.js";
import { Catalog } from "../../src/catalog/catalog.js";
import type { Fact } from "../../src/catalog/fact.js";
import { factId, type Identity } from "../../src/catalog/identity.js";
import { readSnapshot, writeSnapshot } from "../../src/catalog/snapshot.js";
import { introspect } from "../../src/introspect/introspect.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";

describe("an identity as text", () => {
  test.each<[identity: Identity, text: string]>([
    [{ kind: "table", schema: "app", name: "patient" }, "table app.patient"],
    [{ kind: "column", schema: "app", on: "patient", name: "name" }, "column app.patient.name"],
    [
      { kind: "function", schema: "app", name: "age", args: ["date", "integer"] },
      "function app.age(date, integer)",
    ],
    [{ kind: "function", schema: "app", name: "now", args: [] }, "function app.now()"],
    [
      { kind: "comment", of: { kind: "table", schema: "app", name: "patient" } },
      "comment on table app.patient",
    ],
    [{ kind: "table", schema: "my.app", name: 'o"dd' }, 'table "my.app"."o""dd"'],
    [{ kind: "table", schema: "my", name: "app.patient" }, 'table my."app.patient"'],
  ])("%j is %s", (identity, text) => {
    expect(factId(identity)).toBe(text);
  });

  test("tells apart what only quoting tells apart", () => {
    const a = factId({ kind: "column", schema: "a", on: "b.c", name: "d" });
    const b = factId({ kind: "column", schema: "a.b", on: "c", name: "d" });
    expect(a).not.toBe(b);
  });
});

describe("canonical JSON", () => {
  test("does not depend on the order of keys, at any depth, and does on that of elements", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
    expect(sameValue({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(sameValue([1, 2], [2, 1])).toBe(false);
    expect(sameValue(null, undefined)).toBe(false);
  });
});

const text = `CREATE SCHEMA app; CREATE TYPE app.e AS ENUM ('a', 'b'); CREATE TABLE app.t (id serial PRIMARY KEY, c app.e DEFAULT 'a');
  CREATE VIEW app.v AS SELECT c FROM app.t; COMMENT ON TABLE app.t IS 'it''s 🦷'; CREATE INDEX i ON app.t (c)`;

describe.each(eachPostgres)("a catalog of PostgreSQL %s", (postgres) => {
  test("has the same fingerprint whatever the order of creation", async () => {
    const read = (...statements: string[]) =>
      withTemporaryDatabase(postgres, async (database) => {
        for (const statement of statements) await database.script(statement);
        return introspect(database);
      });
    const [one, other] = await Promise.all([
      read("CREATE TABLE a (id integer, x text)", "CREATE TABLE b (id integer)", "CREATE INDEX i ON a (x)"),
      read(
        "CREATE TABLE b (id integer)",
        "CREATE TABLE a (x text)",
        "CREATE INDEX i ON a (x)",
        "ALTER TABLE a ADD id integer",
      ),
    ]);
    expect(one.fingerprint).toBe(other.fingerprint);
    expect(one.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  test("comes back from its snapshot as it was, with its edges", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      await database.script(text);
      const catalog = await introspect(database);
      const written = writeSnapshot(catalog);
      const read = readSnapshot(written, "a.snapshot");
      expect(read.fingerprint).toBe(catalog.fingerprint);
      expect([...read.facts.keys()].sort()).toEqual([...catalog.facts.keys()].sort());
      expect(writeSnapshot(read)).toBe(written);
      const view = factId({ kind: "view", schema: "app", name: "v" });
      expect(
        read
          .dependencies(view)
          .map(({ to }) => to)
          .sort(),
      ).toEqual(
        catalog
          .dependencies(view)
          .map(({ to }) => to)
          .sort(),
      );
    });
  });
});

describe("a snapshot", () => {
  const identity: Identity<"schema"> = { kind: "schema", name: "app" };
  const fact: Fact = { identity, id: factId(identity), attributes: {} };
  const written = writeSnapshot(new Catalog({ major: 17, self: "me", facts: [fact], edges: [] }));

  test("that was changed by hand is refused", () => {
    const changed = written.replace('"name":"app"', '"name":"other"');
    expect(changed).not.toBe(written);
    expect(() => readSnapshot(changed, "x")).toThrow(expect.objectContaining({ code: "DM1302" }));
  });

  test.each(["", "no json", "{}", '{"format": 99}', written.replace('"format": 1', '"format": 2')])(
    "is not %j",
    (other) => {
      expect(() => readSnapshot(other, "x")).toThrow(expect.objectContaining({ code: "DM1301" }));
    },
  );
});
