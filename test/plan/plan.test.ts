import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { openShadow } from "../corpus/open-shadow.js";
import { newestServer } from "../support/databases.js";

describe("a plan", () => {
  const open = openShadow(newestServer()?.major ?? "pglite");

  function state(text: string): Promise<Catalog> {
    const { database } = open().shadow;
    return database.trial(async () => {
      await database.script(text);
      return introspectHere(database);
    });
  }

  async function statements(before: string, after: string): Promise<string[]> {
    return plan(await state(before), await state(after)).map(({ sql }) => sql.text);
  }

  test("between equal states is empty", async () => {
    const text =
      "CREATE TABLE t (id serial PRIMARY KEY, x text CHECK (x <> '')); CREATE VIEW v AS SELECT * FROM t";
    expect(await statements(text, text)).toEqual([]);
  });

  test("depends on nothing but its input", async () => {
    const text =
      "CREATE TABLE b (id integer); CREATE TABLE a (id integer); CREATE TYPE e AS ENUM ('x'); CREATE SCHEMA s";
    expect(await statements("", text)).toEqual(await statements("", text));
  });

  test("makes a table in one statement, with its columns, defaults and constraints", async () => {
    expect(
      await statements(
        "",
        "CREATE TABLE t (id integer DEFAULT 1, x text, CONSTRAINT k CHECK (id > 0), PRIMARY KEY (id))",
      ),
    ).toEqual([
      [
        "CREATE TABLE public.t (",
        "  id integer NOT NULL DEFAULT 1,",
        "  x text,",
        "  CONSTRAINT k CHECK ((id > 0)),",
        "  CONSTRAINT t_pkey PRIMARY KEY (id)",
        ")",
      ].join("\n"),
    ]);
  });

  test("drops a table in one statement, with what is part of it", async () => {
    const text = `CREATE TABLE t (id serial PRIMARY KEY, x text); CREATE INDEX i ON t (x); COMMENT ON TABLE t IS 'c';
      CREATE POLICY p ON t; GRANT SELECT ON t TO PUBLIC`;
    expect(await statements(text, "")).toEqual(["DROP TABLE public.t"]);
  });

  test("takes out of CREATE TABLE what waits for something that waits for the table", async () => {
    const list = await statements(
      "",
      `CREATE TABLE t (id integer, x integer);
       CREATE FUNCTION f(r t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
       ALTER TABLE t ADD CONSTRAINT k CHECK (f(t.*) > 0)`,
    );
    const kinds = list.map((text) => text.split(" ").slice(0, 2).join(" "));
    expect(kinds).toEqual(["CREATE TABLE", "CREATE FUNCTION", "ALTER TABLE"]);
    expect(list[0]).not.toContain("CONSTRAINT k");
  });

  test("puts another object between two columns of one table", async () => {
    const list = await statements(
      "CREATE TABLE t (id integer)",
      `CREATE TABLE t (id integer); CREATE FUNCTION f(r t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
       ALTER TABLE t ADD COLUMN x integer; CREATE FUNCTION g(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
       ALTER TABLE t ADD COLUMN y integer GENERATED ALWAYS AS (g(id)) STORED`,
    );
    const at = (text: string) => list.findIndex((statement) => statement.includes(text));
    expect(at("FUNCTION public.g")).toBeLessThan(at("ADD COLUMN y"));
    expect(list).toHaveLength(4);
  });

  test("adds mutual foreign keys after both tables", async () => {
    const list = await statements(
      "",
      `CREATE TABLE a (id integer PRIMARY KEY, b integer); CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a);
       ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b`,
    );
    expect(list.filter((text) => text.startsWith("CREATE TABLE"))).toHaveLength(2);
    expect(list.filter((text) => text.includes("ADD CONSTRAINT")).length).toBeGreaterThan(0);
  });

  test("enables row security after its policies exist, and disables it before they go", async () => {
    const table = "CREATE TABLE t (id integer)";
    const secured = `${table}; ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY a ON t; CREATE POLICY z ON t`;
    const of = (list: readonly string[]) =>
      list.map((text) => text.match(/CREATE TABLE|(CREATE|DROP) POLICY|(NO )?FORCE|ENABLE|DISABLE/)?.[0]);
    const [enable, create] = ["ENABLE", ["CREATE POLICY", "CREATE POLICY"]];
    expect(of(await statements(table, secured))).toEqual([...create, enable, "FORCE"]);
    expect(of(await statements("", secured))).toEqual(["CREATE TABLE", ...create, enable, "FORCE"]);
    expect(of(await statements(secured, table))).toEqual([
      "DISABLE",
      "NO FORCE",
      "DROP POLICY",
      "DROP POLICY",
    ]);
  });

  test("analyses a column whose type changed, and no other", async () => {
    const list = await statements(
      "CREATE TABLE t (id integer, a integer, b varchar(10), c text)",
      'CREATE TABLE t (id integer, a bigint, b varchar(20), c text COLLATE "C")',
    );
    expect(list.map((text) => /ANALYZE .*|COLUMN \w+ TYPE/.exec(text)?.[0])).toEqual(
      ["a", "b", "c"].flatMap((column) => [`COLUMN ${column} TYPE`, `ANALYZE public.t (${column})`]),
    );
  });

  test("revokes nothing to grant something", async () => {
    const table = "CREATE TABLE t (id integer); CREATE VIEW v AS SELECT id FROM t";
    const list = await statements(
      `${table}; GRANT SELECT ON t TO PUBLIC`,
      `${table}; GRANT SELECT, INSERT ON t TO PUBLIC; GRANT SELECT ON v TO PUBLIC; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC`,
    );
    expect(list.filter((text) => text.startsWith("GRANT"))).toHaveLength(2);
    expect(list.filter((text) => text.includes("REVOKE"))).toEqual([]);
  });

  test("frees a name before another takes it", async () => {
    const list = await statements(
      "CREATE TABLE a (id integer); CREATE INDEX i ON a (id); CREATE VIEW x AS SELECT 1 AS one",
      "CREATE TABLE a (id integer, y integer); CREATE INDEX x ON a (id); CREATE SEQUENCE i",
    );
    const at = (text: string) => list.findIndex((statement) => statement.startsWith(text));
    expect(at("DROP VIEW public.x")).toBeLessThan(at("CREATE INDEX x"));
    expect(at("DROP INDEX public.i")).toBeLessThan(at("CREATE SEQUENCE public.i"));
  });

  test("says of each statement which facts it makes and what it is about", async () => {
    const [table, index] = plan(
      await state(""),
      await state("CREATE TABLE t (id integer); CREATE INDEX i ON t (id)"),
    );
    expect(table?.facts).toEqual(["table public.t", "column public.t.id"]);
    expect([table?.about, index?.about]).toEqual(["table public.t", "table public.t"]);
  });

  test("asks for a commit behind a new enum value", async () => {
    const changed = plan(
      await state("CREATE TYPE e AS ENUM ('a')"),
      await state("CREATE TYPE e AS ENUM ('b', 'a')"),
    );
    expect(changed.map(({ sql, commit }) => [sql.text, commit])).toEqual([
      ["ALTER TYPE public.e ADD VALUE 'b' BEFORE 'a'", "after"],
    ]);
  });

  test("drops in the order that dependencies allow, without CASCADE", async () => {
    const list = await statements(
      `CREATE TABLE t (id integer); CREATE VIEW a AS SELECT id FROM t; CREATE VIEW b AS SELECT id FROM a;
       CREATE FUNCTION f() RETURNS SETOF b LANGUAGE sql AS 'SELECT * FROM b'`,
      "",
    );
    expect(list).toEqual([
      "DROP FUNCTION public.f()",
      "DROP VIEW public.b",
      "DROP VIEW public.a",
      "DROP TABLE public.t",
    ]);
  });
});
