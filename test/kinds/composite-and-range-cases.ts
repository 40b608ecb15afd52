import type { ChangeCase } from "./change.js";

const type = "composite type public.place";
const [street, city] = ["attribute public.place.street", "attribute public.place.city"];
const place = (attributes: string) => `CREATE TYPE place AS (${attributes})`;
const table = "CREATE TABLE t (id integer, p place, many place[])";
const rows = `INSERT INTO t VALUES (1, ROW('a"b, (c)', 7), ARRAY[ROW('x', 1)::place]), (2, NULL, '{}'),
  (3, ROW(NULL, NULL), NULL)`;
const span = (options: string) => `CREATE TYPE span AS RANGE (${options})`;

export const compositeAndRangeCases: readonly ChangeCase[] = [
  {
    title: "a composite type comes with comments, an owner, privileges, and goes",
    before: "",
    after: `${place(`street text COLLATE "C", "No" numeric(5, 2), tags varchar(10)[]`)};
      COMMENT ON TYPE place IS 'where'; COMMENT ON COLUMN place."No" IS 'number';
      REVOKE USAGE ON TYPE place FROM PUBLIC; GRANT USAGE ON TYPE place TO one; ALTER TYPE place OWNER TO two;
      CREATE TYPE empty AS (); CREATE TYPE deep AS (p place, many place[]); CREATE TABLE t (d deep)`,
    sees: [type],
    way: "comes and goes",
  },
  {
    title: "an attribute is added at the end and dropped where the type is stored",
    before: `${place("street text, number integer")}; ${table}`,
    after: `${place("street text, number integer, city text")}; ${table}`,
    rows,
    sees: [city],
    way: "comes and goes",
    keeps:
      "SELECT id, (p).street, (p).number, p IS NOT DISTINCT FROM NULL, (many[1]).street FROM t ORDER BY id",
  },
  {
    title: "an attribute's type changes in place where no row has the type",
    before: `${place("street text, number integer")}; CREATE FUNCTION f(p place) RETURNS integer LANGUAGE sql AS 'SELECT 1';
      CREATE VIEW v AS SELECT (NULL::place).street; COMMENT ON VIEW v IS 'v'`,
    after: `${place("street varchar(20), number integer")}; CREATE FUNCTION f(p place) RETURNS integer LANGUAGE sql AS 'SELECT 1';
      CREATE VIEW v AS SELECT (NULL::place).street; COMMENT ON VIEW v IS 'v'`,
    sees: [street, "type"],
    way: "in place",
  },
  {
    title: "an attribute's collation changes in place where no row has the type",
    before: place("street text"),
    after: place('street text COLLATE "C"'),
    sees: [street, "collation"],
    way: "in place",
  },
  {
    title: "an attribute's type changes around the rows that have it",
    before: `${place("street text, number integer")}; ${table}; COMMENT ON TYPE place IS 'c'; COMMENT ON COLUMN t.p IS 'p';
      CREATE FUNCTION f(p place) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE INDEX i ON t (p)`,
    after: `${place("street varchar(20), number bigint")}; ${table}; COMMENT ON TYPE place IS 'c'; COMMENT ON COLUMN t.p IS 'p';
      CREATE FUNCTION f(p place) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE INDEX i ON t (p)`,
    rows,
    sees: [street, "type"],
    way: "replaced",
    keeps: "SELECT id, p::text, many::text FROM t ORDER BY id",
  },
  {
    title: "attributes in another order keep their values",
    before: `${place("street text, city text, number integer")}; CREATE TYPE house AS (name text, place place);
      CREATE TABLE t (id integer, p place, many place[], h house, hs house[])`,
    after: `${place("number bigint, city text, street text")}; CREATE TYPE house AS (name text, place place);
      CREATE TABLE t (id integer, p place, many place[], h house, hs house[])`,
    rows: `INSERT INTO t VALUES (1, ROW('a"b, (c)', 'd', 7), ARRAY[ROW('x', 'y', 1), NULL, ROW('z', NULL, NULL)]::place[],
        ROW('n', ROW('q', 'r', 5)), ARRAY[ROW('n', ROW('q', 'r', 5))]::house[]),
      (2, NULL, NULL, NULL, NULL), (3, ROW(NULL, NULL, NULL), '{}', ROW(NULL, NULL), '{}')`,
    sees: [type, "order"],
    way: "replaced",
    keeps: `SELECT id, (p).street, (p).city, (p).number, p IS NOT DISTINCT FROM NULL, cardinality(many), (many[1]).street,
      many[2] IS NOT DISTINCT FROM NULL, (many[3]).street, ((h).place).city, h IS NOT DISTINCT FROM NULL,
      (h).place IS NOT DISTINCT FROM NULL, ((hs[1]).place).number, hs IS NULL FROM t ORDER BY id`,
  },
  {
    title: "a composite inside of another, in a domain and a range, changes around the rows",
    before: `${place("street text, number integer")}; CREATE TYPE outer_type AS (n integer, p place);
      CREATE TABLE t (id integer, o outer_type)`,
    after: `${place("street text, number bigint")}; CREATE TYPE outer_type AS (n integer, p place);
      CREATE TABLE t (id integer, o outer_type)`,
    rows: "INSERT INTO t VALUES (1, ROW(4, ROW('a\"b, (c)', 7)))",
    sees: ["attribute public.place.number", "type"],
    way: "replaced",
    keeps: "SELECT id, o::text FROM t ORDER BY id",
  },
  {
    title: "a composite type becomes an enum of the same name",
    before: place("street text"),
    after: "CREATE TYPE place AS ENUM ('a')",
    sees: [type],
    way: "comes and goes",
  },
  {
    title: "a table type depends on the composite, and a function on the table's rows",
    before: "",
    after: `${place("street text")}; CREATE TABLE t (p place); CREATE TYPE of_rows AS (t t, ts t[]);
      CREATE FUNCTION f(of_rows) RETURNS t LANGUAGE sql AS 'SELECT NULL::t'`,
    sees: [type],
    way: "comes and goes",
  },
  {
    title: "a range type comes with its multirange and goes",
    before: "",
    after: `CREATE SCHEMA app; CREATE FUNCTION app.gap(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT a - b';
      CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = app.gap, multirange_type_name = app.spans);
      CREATE TYPE app.words AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, collation = "C");
      COMMENT ON TYPE app.span IS 's'; ALTER TYPE app.span OWNER TO one; GRANT USAGE ON TYPE app.span TO two;
      CREATE TABLE t (a app.span, b app.spans, c app.span[], d app.words_multirange DEFAULT app.words_multirange(app.words('a', 'b')));
      CREATE VIEW v AS SELECT app.span(1, 2) AS s, app.words_multirange() AS w;
      CREATE FUNCTION f(app.spans) RETURNS app.span LANGUAGE sql AS 'SELECT NULL::app.span'`,
    sees: ["range app.span"],
    way: "comes and goes",
  },
  {
    title: "another subtype leaves the values of columns",
    before: `${span("subtype = integer")}; CREATE TABLE t (id integer, s span, m span_multirange, a span[])`,
    after: `${span("subtype = bigint")}; CREATE TABLE t (id integer, s span, m span_multirange, a span[])`,
    rows: `INSERT INTO t VALUES (1, '[1,5)', '{[1,2),[4,6)}', '{"[1,2)"}')`,
    sees: ["range public.span", "constructors", "subtype"],
    way: "replaced",
    keeps: "SELECT id, s::text, m::text, a::text FROM t",
  },
  {
    title: "another difference function, operator class or collation of a range",
    before: `CREATE FUNCTION gap(a text, b text) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 1.0::float8';
      ${span("subtype = text")}; CREATE TABLE t (id integer, s span); CREATE VIEW v AS SELECT span('a', 'b') AS s`,
    after: `CREATE FUNCTION gap(a text, b text) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 1.0::float8';
      ${span('subtype = text, subtype_diff = gap, subtype_opclass = text_pattern_ops, collation = "C"')};
      CREATE TABLE t (id integer, s span); CREATE VIEW v AS SELECT span('a', 'b') AS s`,
    rows: "INSERT INTO t VALUES (1, '[a,c)')",
    sees: ["range public.span", "collation", "opclass", "subtypeDiff"],
    way: "replaced",
    keeps: "SELECT id, s::text FROM t",
  },
];
