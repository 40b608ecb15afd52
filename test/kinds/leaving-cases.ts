import type { ChangeCase } from "./change.js";

const mood = "CREATE TYPE mood AS ENUM ('a', 'b')";
const rows = "INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'b')";
const keeps = "SELECT * FROM t ORDER BY id";

/** Something goes, and what used it changes in the same plan so that it needs it no longer: it stays where it is. */
export const leavingCases: readonly ChangeCase[] = [
  {
    title: "a column leaves an enum that goes, with its values, its default, index and view",
    before: `${mood}; CREATE TABLE t (id integer, m mood DEFAULT 'a'); CREATE INDEX i ON t (m); CREATE VIEW v AS SELECT m FROM t`,
    after: `CREATE TABLE t (id integer, m text DEFAULT 'a'); CREATE INDEX i ON t (m); CREATE VIEW v AS SELECT m FROM t`,
    rows,
    keeps,
    sees: ["column public.t.m", "type"],
    way: "in place",
  },
  {
    title: "a column goes from one enum to another",
    before: `${mood}; CREATE TABLE t (id integer, m mood DEFAULT 'a')`,
    after: `CREATE TYPE other AS ENUM ('b', 'a'); CREATE TABLE t (id integer, m other DEFAULT 'a')`,
    rows,
    keeps,
    sees: ["column public.t.m", "type"],
    way: "in place",
  },
  {
    title: "a column leaves an array of a domain that goes",
    before: "CREATE DOMAIN word AS text CHECK (VALUE <> ''); CREATE TABLE t (id integer, m word[])",
    after: "CREATE TABLE t (id integer, m text[])",
    rows: "INSERT INTO t VALUES (1, '{a,b}'), (2, NULL)",
    keeps: "SELECT id, m::text FROM t ORDER BY id",
    sees: ["column public.t.m", "type"],
    way: "in place",
  },
  {
    title: "an enum becomes a domain of the same name under its columns",
    before: `${mood}; CREATE TABLE t (id integer, m mood DEFAULT 'a')`,
    after:
      "CREATE DOMAIN mood AS text CHECK (VALUE IN ('a', 'b')); CREATE TABLE t (id integer, m mood DEFAULT 'a')",
    rows,
    keeps,
    sees: ["enum public.mood"],
    way: "comes and goes",
  },
  {
    title: "a column leaves a collation that goes",
    before: `CREATE COLLATION mine (lc_collate = 'C', lc_ctype = 'C'); CREATE TABLE t (id integer, m text COLLATE mine)`,
    after: `CREATE TABLE t (id integer, m text COLLATE "C")`,
    rows,
    keeps,
    sees: ["column public.t.m", "collation"],
    way: "in place",
  },
  {
    title: "a view is replaced where it stands when its function goes",
    before:
      "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f() AS x",
    after: "CREATE VIEW v AS SELECT 1 AS x",
    sees: ["view public.v", "definition"],
    way: "in place",
  },
  {
    title: "a policy changes where it stands when its function goes",
    before: `CREATE FUNCTION f() RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE TABLE t (a integer);
      CREATE POLICY p ON t USING (f())`,
    after: "CREATE TABLE t (a integer); CREATE POLICY p ON t USING (true)",
    sees: ["policy public.t.p", "using"],
    way: "in place",
  },
  {
    title: "a domain keeps its columns when the function of its default goes",
    before: `CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE DOMAIN d AS integer DEFAULT f();
      CREATE TABLE t (id integer, a d)`,
    after: "CREATE DOMAIN d AS integer DEFAULT 2; CREATE TABLE t (id integer, a d)",
    rows: "INSERT INTO t VALUES (1, 5)",
    keeps,
    sees: ["domain public.d", "default"],
    way: "in place",
  },
];
