import { describe, expect, test } from "vitest";
import { introspectHere } from "../../src/introspect/introspect.js";
import { openShadow } from "../corpus/open-shadow.js";
import { eachPostgres, newestServer } from "../support/databases.js";

const f = "function public.f(integer)";

/** What stands on what, whatever the texts say: every name is also the text of something that has nothing to do with it. */
const edges: readonly (readonly [what: string, sql: string, dependent: string, needed: string])[] = [
  ["a view on a view", "CREATE VIEW w AS SELECT a FROM v", "view public.w", "view column public.v.a"],
  ["a check on a function", "ALTER TABLE t ADD CONSTRAINT k CHECK (f(a) > 0)", "constraint public.t.k", f],
  ["a default on a function", "ALTER TABLE t ALTER b SET DEFAULT f(1)", "default public.t.b", f],
  ["an index on a function", "CREATE INDEX i ON t (f(a))", "index public.i", f],
  ["an index's predicate on a function", "CREATE INDEX i ON t (a) WHERE f(a) > 0", "index public.i", f],
  ["a policy on a function", "CREATE POLICY p ON t USING (f(a) > 0)", "policy public.t.p", f],
  [
    "a generated column on a function",
    "ALTER TABLE t ADD g integer GENERATED ALWAYS AS (f(a)) STORED",
    "column public.t.g",
    f,
  ],
  [
    "a view on a primary key, by GROUP BY",
    "CREATE VIEW w AS SELECT id, a FROM t GROUP BY id",
    "view public.w",
    "constraint public.t.t_pkey",
  ],
  [
    "a trigger on a function",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf()",
    "trigger public.t.g",
    "function public.tf()",
  ],
  [
    "a trigger's condition on a function",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (f(NEW.a) > 0) EXECUTE FUNCTION tf()",
    "trigger public.t.g",
    f,
  ],
  [
    "an aggregate on a function",
    "CREATE FUNCTION step(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT $1'; CREATE AGGREGATE agg(integer) (SFUNC = step, STYPE = integer)",
    "aggregate public.agg(integer)",
    "function public.step(integer, integer)",
  ],
  [
    "a domain's check on a function",
    "CREATE DOMAIN d AS integer CONSTRAINT k CHECK (f(VALUE) > 0)",
    "domain constraint public.d.k",
    f,
  ],
  ["a domain's default on a function", "CREATE DOMAIN d AS integer DEFAULT f(1)", "domain public.d", f],
  [
    "a function on a table's type",
    "CREATE FUNCTION of_row(t) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "function public.of_row(public.t)",
    "table public.t",
  ],
  [
    "a function on the rows of a view",
    "CREATE FUNCTION rows_of() RETURNS SETOF v LANGUAGE sql AS 'SELECT * FROM v'",
    "function public.rows_of()",
    "view public.v",
  ],
  [
    "a parsed body on what it reads",
    "CREATE FUNCTION atomic() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a FROM v; END",
    "function public.atomic()",
    "view column public.v.a",
  ],
  [
    "a rule on what it writes",
    "CREATE TABLE u (x integer); CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO u VALUES (NEW.a)",
    "rule public.t.r",
    "column public.u.x",
  ],
  [
    "a function with a default on another function",
    "CREATE FUNCTION h(x integer DEFAULT f(1)) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "function public.h(integer)",
    f,
  ],
  [
    "an operator on its function",
    "CREATE FUNCTION f(t, t) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR ~~~ (LEFTARG = t, RIGHTARG = t, FUNCTION = f)",
    'operator public."~~~"(public.t, public.t)',
    "function public.f(public.t, public.t)",
  ],
];

/** In another schema, of other arguments, in a string, in a comment, in a body that is text. */
const misleading = `CREATE SCHEMA other; CREATE TABLE other.t (id integer, a integer); CREATE VIEW other.v AS SELECT 'public.t v f(1)' AS a;
  CREATE FUNCTION other.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1 /* public.f(1) */';
  CREATE FUNCTION f(text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT length(''f(1)'')'`;
const given = `${misleading}; CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);
  CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 -- w';
  CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE VIEW v AS SELECT a FROM t`;

const some = eachPostgres.filter((one) => one === "pglite" || one === newestServer()?.major);

describe.each(some)("an edge on PostgreSQL %s", (postgres) => {
  const open = openShadow(postgres);

  test.each(edges)("goes from %s", async (_, sql, dependent, needed) => {
    const { database } = open().shadow;
    const catalog = await database.trial(async () => {
      await database.script(`${given}; ${sql}`);
      return introspectHere(database);
    });
    const fact = [...catalog.facts.values()].find(({ id }) => id === dependent);
    expect(fact?.id, [...catalog.facts.keys()].join("\n")).toBe(dependent);
    const needs = fact === undefined ? [] : catalog.dependencies(fact.id).map(({ to }) => String(to));
    expect(needs).toContain(needed);
    expect(needs.filter((id) => id.includes("other") || id === "function public.f(text)")).toEqual([]);
  });
});
