import { testTransitions } from "./test-cases.js";

const pair = (attributes: string) => `CREATE TYPE pair AS (${attributes})`;
/** What can stand on a composite type with attributes `a` and `b`. */
const pairUsers = `
  CREATE TYPE outer_pair AS (inside pair, many pair[]);
  CREATE DOMAIN pair_domain AS pair CONSTRAINT a_given CHECK ((VALUE).a IS NOT NULL);
  CREATE TABLE t (id integer PRIMARY KEY, p pair DEFAULT NULL, ps pair[], o outer_pair, CONSTRAINT k CHECK ((p).a > 0));
  CREATE TABLE with_domain (d pair_domain);
  CREATE INDEX i ON t (((p).a));
  CREATE FUNCTION f(pair) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT $1';
  CREATE FUNCTION g() RETURNS SETOF pair LANGUAGE sql AS 'SELECT p FROM t';
  CREATE FUNCTION atomic() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT (p).b FROM t; END;
  CREATE VIEW v AS SELECT id, (p).a, f(p) AS p FROM t;
  CREATE VIEW vv AS SELECT (p).b FROM v;
  CREATE MATERIALIZED VIEW m AS SELECT p FROM t;
  GRANT USAGE ON TYPE pair TO one; COMMENT ON TYPE pair IS 'two'; COMMENT ON COLUMN pair.a IS 'first'; GRANT SELECT ON vv TO two`;
const value = (a: number, b: string) => `jsonb_populate_record(NULL::pair, '{"a": ${a}, "b": "${b}"}')`;
const pairRows = `INSERT INTO t (id, p, ps, o) VALUES
    (1, ${value(5, "x")}, ARRAY[${value(6, "y")}, NULL], ROW(${value(7, "z")}, ARRAY[${value(8, "w")}])), (2, NULL, NULL, NULL);
  INSERT INTO with_domain VALUES (${value(9, "v")})`;
const pairKeeps =
  "SELECT id, (p).a::text, (p).b, (ps[1]).a::text, ps[2] IS NULL, ((o).inside).b, ((o).many)[1].a::text, (d).b FROM t, with_domain ORDER BY 1";
const pairChange = (title: string, before: string, after: string) => ({
  title,
  before: `${pair(before)}; ${pairUsers}`,
  after: `${pair(after)}; ${pairUsers}`,
  rows: pairRows,
  keeps: pairKeeps,
  never: /DROP TABLE|DROP COLUMN/,
});

const domainUsers = `
  CREATE TYPE c AS (d d);
  CREATE DOMAIN over AS d CONSTRAINT short CHECK (length(VALUE::text) < 10);
  CREATE TABLE t (id integer PRIMARY KEY, a d, l d[], c c, o over, CONSTRAINT k CHECK (a IS DISTINCT FROM '7'));
  CREATE INDEX i ON t (a);
  CREATE FUNCTION f(d, over) RETURNS d LANGUAGE sql IMMUTABLE AS 'SELECT $1';
  CREATE FUNCTION atomic() RETURNS d LANGUAGE sql BEGIN ATOMIC SELECT a FROM t; END;
  CREATE VIEW v AS SELECT a, f(a, o), (c).d FROM t;
  CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
  GRANT USAGE ON TYPE d TO one; COMMENT ON DOMAIN d IS 'd'`;
const domainRows = `INSERT INTO t VALUES (1, '5', '{5,6}', '(7)', '8')`;
const domainKeeps = "SELECT id, a::text, l::text, ((c).d)::text, o::text FROM t";
const domainChange = (title: string, before: string, after: string) => ({
  title,
  before: `CREATE DOMAIN d AS ${before}; ${domainUsers}`,
  after: `CREATE DOMAIN d AS ${after}; ${domainUsers}`,
  rows: domainRows,
  keeps: domainKeeps,
  never: /DROP TABLE|DROP COLUMN/,
});

testTransitions([
  pairChange("an attribute is added at the end", "a integer, b text", "a integer, b text, c date"),
  pairChange("an attribute is added in the middle", "a integer, b text", "a integer, c date, b text"),
  pairChange("an attribute's type changes", "a integer, b text", "a bigint, b text"),
  pairChange("an attribute's type changes by its text", "a integer, b text", "a integer, b varchar(10)"),
  pairChange("an attribute's collation changes", "a integer, b text", 'a integer, b text COLLATE "C"'),
  pairChange("attributes change places", "a integer, b text", "b text, a integer"),
  pairChange(
    "attributes come, go, move and change at once",
    "a integer, b text, gone integer",
    "new date, b varchar(30), a bigint",
  ),
  {
    title: "a composite type becomes another of another name",
    before: "CREATE TYPE c AS (a integer); CREATE TABLE t (id integer, c c)",
    after: "CREATE TYPE o AS (a bigint); CREATE TABLE t (id integer, c o)",
    rows: "INSERT INTO t VALUES (1, '(5)')",
    keeps: "SELECT id, (c).a FROM t",
  },
  {
    title: "a composite type changes that a range's bounds are made of",
    before: `${pair("a integer, b text")}; CREATE TYPE r AS RANGE (SUBTYPE = pair); CREATE TABLE t (id integer, r r)`,
    after: `${pair("a bigint, b text")}; CREATE TYPE r AS RANGE (SUBTYPE = pair); CREATE TABLE t (id integer, r r)`,
    rows: `INSERT INTO t VALUES (1, r('(1,a)'::pair, '(2,b)'::pair))`,
    keeps: "SELECT id, (lower(r)).b FROM t",
  },
  domainChange("a domain's base type changes", "text", "varchar(20)"),
  domainChange("a domain's base type changes between families", "text", "integer"),
  domainChange("a domain gets NOT NULL", "text", "text NOT NULL"),
  domainChange("a domain gets a check", "integer", "integer CONSTRAINT positive CHECK (VALUE > 0)"),
  domainChange(
    "a domain's base type, checks and default change at once",
    "text DEFAULT 'x' CONSTRAINT a CHECK (VALUE <> 'y')",
    "integer DEFAULT 3 CONSTRAINT a CHECK (VALUE <> 4) CONSTRAINT b CHECK (VALUE > 0)",
  ),
  {
    title: "a domain gives way to its base type, and back",
    before:
      "CREATE DOMAIN d AS text CHECK (VALUE <> ''); CREATE TABLE t (id integer, a d NOT NULL DEFAULT 'x', l d[]); CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a FROM t",
    after:
      "CREATE TABLE t (id integer, a text NOT NULL DEFAULT 'x', l text[]); CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a FROM t",
    rows: "INSERT INTO t VALUES (1, 'b', '{c}')",
    keeps: "SELECT id, a::text, l::text FROM t",
    never: /DROP COLUMN/,
  },
  {
    title: "a domain's check calls a function that changes its result",
    before:
      "CREATE FUNCTION ok(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE DOMAIN d AS text CONSTRAINT k CHECK (ok(VALUE)); CREATE TABLE t (a d, l d[])",
    after:
      "CREATE FUNCTION ok(text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE DOMAIN d AS text CONSTRAINT k CHECK (ok(VALUE) = 1); CREATE TABLE t (a d, l d[])",
    rows: "INSERT INTO t VALUES ('x', '{y}')",
    keeps: "SELECT a::text, l::text FROM t",
    never: /DROP COLUMN/,
  },
]);
