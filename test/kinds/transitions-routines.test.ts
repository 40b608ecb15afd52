import { testTransitions } from "./test-cases.js";

/** What can stand on `f(integer)`, whatever it returns that an integer can be made of. */
const users = (signature: string) => `
  CREATE TABLE t (id integer PRIMARY KEY, a integer DEFAULT f(1)::integer, b integer GENERATED ALWAYS AS (f(id)::integer) STORED,
    CONSTRAINT k CHECK (f(id)::integer >= 0), EXCLUDE USING btree ((f(id)::integer) WITH =));
  CREATE INDEX i ON t ((f(a)::integer)) WHERE f(id)::integer > 0;
  CREATE STATISTICS s ON id, (f(a)::integer) FROM t;
  CREATE VIEW v AS SELECT id, f(a)::integer AS f FROM t;
  CREATE VIEW vv AS SELECT f FROM v;
  CREATE MATERIALIZED VIEW m AS SELECT f(id)::integer AS f FROM t; CREATE INDEX mi ON m (f);
  CREATE FUNCTION other(x integer) RETURNS integer LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT f(x)::integer; END;
  CREATE VIEW of_other AS SELECT other(id) FROM t;
  CREATE DOMAIN d AS integer CONSTRAINT dk CHECK (f(VALUE)::integer >= 0); CREATE TABLE with_d (d d, ds d[]);
  CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW WHEN (f(NEW.id)::integer > 0) EXECUTE FUNCTION tf();
  CREATE RULE r AS ON INSERT TO vv WHERE f(NEW.f)::integer > 0 DO ALSO INSERT INTO t (id) VALUES (NEW.f);
  CREATE POLICY p ON t USING (f(id)::integer > 0);
  GRANT SELECT ON v TO one; COMMENT ON INDEX i IS 'i'; COMMENT ON CONSTRAINT k ON t IS 'k'; GRANT EXECUTE ON FUNCTION f(${signature}) TO two; COMMENT ON FUNCTION f(${signature}) IS 'f'`;
const f = (rest: string) => `CREATE FUNCTION f(${rest}`;
const rows =
  "INSERT INTO t (id, a) VALUES (1, 4), (2, 5); INSERT INTO with_d VALUES (1, '{2}'); REFRESH MATERIALIZED VIEW m";
const keeps = "SELECT id, a, b, with_d.d::integer FROM t, with_d ORDER BY 1";
const change = (
  title: string,
  before: string,
  after: string,
  uses: RegExp[] = [],
  signature = "integer",
) => ({
  title,
  before: `${f(before)}; ${users("integer")}`,
  after: `${f(after)}; ${users(signature)}`,
  rows,
  keeps,
  uses,
  never: /DROP TABLE|DROP COLUMN (?!b)/,
});
const returns = (type: string) => `RETURNS ${type} LANGUAGE sql IMMUTABLE AS 'SELECT $1'`;

const small = (title: string, before: string, after: string) => ({ title, before, after });

testTransitions([
  change(
    "a function's result type changes under everything",
    `integer) ${returns("integer")}`,
    `integer) ${returns("bigint")}`,
  ),
  change(
    "a parameter is renamed under everything",
    `a integer) ${returns("integer")}`,
    `b integer) ${returns("integer")}`,
    [/DROP FUNCTION/],
  ),
  change(
    "a parameter gets a name in place",
    `integer) ${returns("integer")}`,
    `b integer) ${returns("integer")}`,
  ),
  change(
    "a default appears and goes under everything",
    `a integer) ${returns("integer")}`,
    `a integer DEFAULT 1) ${returns("integer")}`,
    [/CREATE OR REPLACE FUNCTION/],
  ),
  change(
    "an argument's type changes under everything",
    `integer) ${returns("integer")}`,
    `integer, b integer DEFAULT 2) ${returns("integer")}`,
    [],
    "integer, integer",
  ),
  change(
    "a body and its language change in place",
    `integer) ${returns("integer")}`,
    `integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END'`,
    [/CREATE OR REPLACE FUNCTION/],
  ),
  change(
    "a body becomes BEGIN ATOMIC",
    `integer) ${returns("integer")}`,
    `integer) RETURNS integer LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT $1; END`,
    [/CREATE OR REPLACE FUNCTION/],
  ),
  small(
    "a function becomes a procedure",
    "CREATE FUNCTION f(integer) RETURNS void LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION f(integer) TO one; COMMENT ON FUNCTION f(integer) IS 'f'",
    "CREATE PROCEDURE f(integer) LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON PROCEDURE f(integer) TO one; COMMENT ON PROCEDURE f(integer) IS 'f'",
  ),
  small(
    "a function becomes an aggregate under a view",
    "CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f(x) FROM generate_series(1, 2) x",
    "CREATE AGGREGATE f(integer) (SFUNC = int4pl, STYPE = integer); CREATE VIEW v AS SELECT f(x) FROM generate_series(1, 2) x",
  ),
  small(
    "a function becomes an aggregate under a view that changes too",
    "CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f(x) FROM generate_series(1, 2) x",
    "CREATE AGGREGATE f(integer) (SFUNC = int4pl, STYPE = integer); CREATE VIEW v AS SELECT f(x) FROM generate_series(1, 3) x",
  ),
  small(
    "a function returns one row, then many, then a table",
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f()",
    "CREATE FUNCTION f() RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f()",
  ),
  small(
    "a table function gets a column",
    "CREATE FUNCTION f() RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT * FROM f()",
    "CREATE FUNCTION f() RETURNS TABLE (a integer, b text) LANGUAGE sql AS 'SELECT 1, ''x''::text'; CREATE VIEW v AS SELECT * FROM f()",
  ),
  small(
    "the type of an OUT parameter changes",
    "CREATE FUNCTION f(x integer, OUT y integer, OUT z text) LANGUAGE sql AS 'SELECT 1, ''a''::text'; CREATE VIEW v AS SELECT * FROM f(1)",
    "CREATE FUNCTION f(x integer, OUT y bigint, OUT z text) LANGUAGE sql AS 'SELECT 1::bigint, ''a''::text'; CREATE VIEW v AS SELECT * FROM f(1)",
  ),
  small(
    "a VARIADIC parameter comes and goes",
    "CREATE FUNCTION f(integer[]) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f('{1}')",
    "CREATE FUNCTION f(VARIADIC integer[]) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f(VARIADIC '{1}')",
  ),
  small(
    "a trigger function changes its language under triggers",
    "CREATE TABLE t (id integer); CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf(); ALTER TABLE t DISABLE TRIGGER tr",
    "CREATE TABLE t (id integer); CREATE FUNCTION tf2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf2(); ALTER TABLE t DISABLE TRIGGER tr",
  ),
  small(
    "what an aggregate is made of changes its result",
    "CREATE FUNCTION add(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION fin(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE AGGREGATE a(integer) (SFUNC = add, STYPE = integer, FINALFUNC = fin); CREATE VIEW v AS SELECT a(x) FROM generate_series(1, 2) x",
    "CREATE FUNCTION add(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION fin(integer) RETURNS text LANGUAGE sql AS 'SELECT 1::text'; CREATE AGGREGATE a(integer) (SFUNC = add, STYPE = integer, FINALFUNC = fin); CREATE VIEW v AS SELECT a(x) FROM generate_series(1, 2) x",
  ),
  small(
    "an operator's function changes its result under an index and a view",
    "CREATE FUNCTION op(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE OPERATOR ### (LEFTARG = integer, RIGHTARG = integer, FUNCTION = op); CREATE TABLE t (a integer); CREATE INDEX i ON t ((a ### 1)); CREATE VIEW v AS SELECT a ### 2 AS x FROM t",
    "CREATE FUNCTION op(integer, integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT 1::text'; CREATE OPERATOR ### (LEFTARG = integer, RIGHTARG = integer, FUNCTION = op); CREATE TABLE t (a integer); CREATE INDEX i ON t ((a ### 1)); CREATE VIEW v AS SELECT a ### 2 AS x FROM t",
  ),
  small(
    "a cast's function changes its parameter's name",
    "CREATE TYPE c AS (a integer); CREATE FUNCTION num(x c) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE CAST (c AS integer) WITH FUNCTION num(c); CREATE VIEW v AS SELECT ROW(1)::c::integer AS n",
    "CREATE TYPE c AS (a integer); CREATE FUNCTION num(y c) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE CAST (c AS integer) WITH FUNCTION num(c); CREATE VIEW v AS SELECT ROW(1)::c::integer AS n",
  ),
  small(
    "functions with BEGIN ATOMIC bodies that call each other change together",
    "CREATE FUNCTION a(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT x; END; CREATE FUNCTION b(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a(x); END; CREATE FUNCTION c(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT b(x) + a(x); END",
    "CREATE FUNCTION a(x integer) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT x; END; CREATE FUNCTION b(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a(x)::integer; END; CREATE FUNCTION c(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT b(x) + a(x)::integer; END",
  ),
  small(
    "BEGIN ATOMIC bodies turn their calls around",
    "CREATE FUNCTION a() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; END; CREATE FUNCTION b() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a(); END",
    "CREATE FUNCTION b() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; END; CREATE FUNCTION a() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT b(); END",
  ),
  small(
    "views turn their references around",
    "CREATE VIEW a AS SELECT 1 AS x; CREATE VIEW b AS SELECT x FROM a; COMMENT ON VIEW a IS 'a'; GRANT SELECT ON b TO one",
    "CREATE VIEW b AS SELECT 1 AS x; CREATE VIEW a AS SELECT x FROM b; COMMENT ON VIEW a IS 'a'; GRANT SELECT ON b TO one",
  ),
]);
