import type { ChangeCase } from "./change.js";

const fn = (attributes: string, body = "SELECT 1") =>
  `CREATE FUNCTION f(a integer) RETURNS integer ${attributes} AS '${body}'`;

const inPlace = (
  title: string,
  before: string,
  after: string,
  extra: Partial<ChangeCase> = {},
): ChangeCase => ({
  title,
  before: fn(`LANGUAGE sql ${before}`),
  after: fn(`LANGUAGE sql ${after}`),
  sees: ["function public.f(integer)", "definition"],
  way: "in place",
  ...extra,
});

const procedure = (attributes: string) =>
  `CREATE PROCEDURE p(INOUT a integer) LANGUAGE plpgsql ${attributes} AS 'BEGIN END'`;

export const routineCases: readonly ChangeCase[] = [
  inPlace("a function's volatility is seen", "VOLATILE", "IMMUTABLE"),
  inPlace("a function's COST is seen", "", "COST 7"),
  inPlace("STRICT is seen", "", "STRICT"),
  inPlace("LEAKPROOF is seen", "", "LEAKPROOF"),
  inPlace("PARALLEL is seen", "", "PARALLEL SAFE"),
  inPlace("SECURITY DEFINER is seen", "", "SECURITY DEFINER"),
  inPlace(
    "a function's SET is seen",
    "SET work_mem = '8MB'",
    "SET work_mem = '9MB' SET search_path = public, pg_temp",
  ),
  {
    title: "ROWS is seen",
    before: "CREATE FUNCTION f(a integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1'",
    after: "CREATE FUNCTION f(a integer) RETURNS SETOF integer LANGUAGE sql ROWS 7 AS 'SELECT 1'",
    sees: ["function public.f(integer)", "definition"],
    way: "in place",
  },
  {
    title: "SUPPORT is seen",
    before: "CREATE FUNCTION f(a integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1'",
    after:
      "CREATE FUNCTION f(a integer) RETURNS SETOF integer LANGUAGE sql SUPPORT generate_series_int4_support AS 'SELECT 1'",
    sees: ["function public.f(integer)", "definition"],
    way: "in place",
  },
  {
    title: "WINDOW is seen",
    before: "CREATE FUNCTION f() RETURNS bigint LANGUAGE internal AS 'window_row_number'",
    after: "CREATE FUNCTION f() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number'",
    sees: ["function public.f()", "definition", "window"],
    way: "replaced",
  },
  {
    title: "a body's white space is printed as PostgreSQL stores it",
    before: fn("LANGUAGE sql", "SELECT 1"),
    after: fn("LANGUAGE sql", "\n\n  SELECT\t1 -- one\n"),
    sees: ["function public.f(integer)", "definition"],
    way: "in place",
  },
  {
    title: "a function changes its language in place",
    before: fn("LANGUAGE sql", "SELECT 1"),
    after: fn("LANGUAGE plpgsql", "BEGIN RETURN 1; END"),
    sees: ["function public.f(integer)", "definition", "language"],
    way: "in place",
  },
  {
    title: "a function that returns something else is a new one, with the view on it",
    given: "CREATE TABLE t (id integer)",
    before:
      "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f()::text AS x",
    after:
      "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'; CREATE VIEW v AS SELECT f()::text AS x",
    sees: ["function public.f()", "definition", "result"],
    way: "replaced",
  },
  {
    title: "an argument gets a name in place and another one by a new function",
    before: "CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    after: "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    sees: ["function public.f(integer)", "definition", "parameters"],
    way: "in place",
    back: "replaced",
  },
  {
    title: "an argument gets a default in place and loses it by a new function",
    before: "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    after: "CREATE FUNCTION f(a integer DEFAULT 3) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    sees: ["function public.f(integer)", "definition", "defaults"],
    way: "in place",
    back: "replaced",
  },
  {
    title:
      "what calls a function outlives its replacement: check, default, index, policy, generated column, trigger",
    before: `CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
      CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TABLE t (id integer DEFAULT f(1) CHECK (f(id) > 0), d integer GENERATED ALWAYS AS (f(id)) STORED);
      CREATE INDEX i ON t (f(id)); CREATE POLICY p ON t USING (f(id) > 0);
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (f(new.id) > 0) EXECUTE FUNCTION g();
      CREATE DOMAIN dom AS integer CHECK (f(VALUE) > 0)`,
    after: `CREATE FUNCTION f(renamed integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
      CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TABLE t (id integer DEFAULT f(1) CHECK (f(id) > 0), d integer GENERATED ALWAYS AS (f(id)) STORED);
      CREATE INDEX i ON t (f(id)); CREATE POLICY p ON t USING (f(id) > 0);
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (f(new.id) > 0) EXECUTE FUNCTION g();
      CREATE DOMAIN dom AS integer CHECK (f(VALUE) > 0)`,
    rows: "INSERT INTO t (id) VALUES (1), (2)",
    sees: ["function public.f(integer)", "definition", "parameters"],
    way: "replaced",
    keeps: "SELECT * FROM t ORDER BY 1",
  },
  {
    title: "a function over a table's row comes after the table, whose default calls another",
    before: "",
    after: `CREATE FUNCTION h() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (id integer DEFAULT h());
      CREATE FUNCTION f(r t) RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER TABLE t ADD CONSTRAINT k CHECK (f(t.*) > 0)`,
    sees: ["table public.t"],
    way: "comes and goes",
  },
  {
    title: "a procedure's SECURITY DEFINER and SET are seen",
    before: procedure(""),
    after: procedure("SECURITY DEFINER SET work_mem = '8MB'"),
    sees: ["procedure public.p(integer)", "definition"],
    way: "in place",
  },
  {
    title: "a procedure's language is seen",
    before: "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN END'",
    after: "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
    sees: ["procedure public.p()", "definition", "language"],
    way: "in place",
  },
  {
    title: "a procedure's argument gets a default",
    before: "CREATE PROCEDURE p(a integer) LANGUAGE sql AS 'SELECT 1'",
    after: "CREATE PROCEDURE p(a integer DEFAULT 1) LANGUAGE sql AS 'SELECT 1'",
    sees: ["procedure public.p(integer)", "definition", "defaults"],
    way: "in place",
    back: "replaced",
  },
  {
    title: "a procedure's argument gets another name by a new procedure",
    before: "CREATE PROCEDURE p(a integer) LANGUAGE sql AS 'SELECT 1'",
    after: "CREATE PROCEDURE p(b integer) LANGUAGE sql AS 'SELECT 1'",
    sees: ["procedure public.p(integer)", "definition", "parameters"],
    way: "replaced",
  },
  {
    title: "a procedure's argument becomes INOUT by a new procedure",
    before: "CREATE PROCEDURE p(a integer) LANGUAGE sql AS 'SELECT 1'",
    after: "CREATE PROCEDURE p(INOUT a integer) LANGUAGE sql AS 'SELECT 1'",
    sees: ["procedure public.p(integer)", "definition", "parameters"],
    way: "replaced",
  },
  {
    title: "a function becomes a procedure of the same name",
    before: "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT 1'",
    after: "CREATE PROCEDURE f() LANGUAGE sql AS 'SELECT 1'",
    sees: ["function public.f()"],
    way: "comes and goes",
  },
];
