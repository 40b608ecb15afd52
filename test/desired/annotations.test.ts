import { describe, expect, test } from "vitest";
import { factId } from "../../src/catalog/identity.js";
import { desired, failureOf, placeOf } from "./files.js";

async function annotations(sql: string): Promise<string[]> {
  const state = await desired(sql);
  return state.annotations.map(({ name, argument, target, from }) => {
    const former = from && [from.schema, from.name].filter((part) => part !== undefined).join(" . ");
    return [`${factId(target)}: ${name}`, former ?? argument].filter((part) => part !== undefined).join(" ");
  });
}

describe("an annotation belongs to the definition it stands at", () => {
  test.each<[what: string, sql: string, ...expected: string[]]>([
    [
      "above a table",
      "-- @renamed from=person\nCREATE TABLE patient (a int)",
      "table public.patient: renamed person",
    ],
    [
      "above a table that columns go from",
      '-- @discard size, "Old one"\nCREATE TABLE t (a int)',
      'column public.t.size: discard size, "Old one"',
      'column public.t."Old one": discard size, "Old one"',
    ],
    [
      "in a table that a column goes from",
      "CREATE TABLE t (\n a int,\n -- @discard size\n b int)",
      "column public.t.size: discard size",
    ],
    [
      "beside a column whose values go",
      "CREATE TABLE t (\n a int -- @discard\n)",
      "column public.t.a: discard",
    ],
    [
      "anywhere, about a table that goes",
      "CREATE TABLE t (a int);\n\n\n-- @discard table app.letter",
      "table app.letter: discard table app.letter",
    ],
    ["above, among other lines", "-- People.\n-- @new\n/* x */\nCREATE TABLE t ()", "table public.t: new"],
    [
      "in a block of lines",
      "/*\n * People\n * @renamed from=u\n */\nCREATE TABLE t ()",
      "table public.t: renamed u",
    ],
    ["behind the parenthesis", "CREATE TABLE t ( -- @renamed from=u\n a int)", "table public.t: renamed u"],
    ["before the parenthesis", "CREATE TABLE t /* @renamed from=u */ (a int)", "table public.t: renamed u"],
    ["before the name", "CREATE TABLE /* @renamed from=u */ t (a int)", "table public.t: renamed u"],
    ["behind the table", "CREATE TABLE t (\n a int\n) -- @renamed from=u\n;", "table public.t: renamed u"],
    ["behind the semicolon", "CREATE TABLE t (\n a int\n); -- @renamed from=u", "table public.t: renamed u"],
    [
      "beside a column",
      "CREATE TABLE t (\n a int, -- @renamed from=x\n b int)",
      "column public.t.a: renamed x",
    ],
    [
      "beside the last column",
      "CREATE TABLE t (\n a int,\n b int -- @renamed from=x\n)",
      "column public.t.b: renamed x",
    ],
    [
      "above a column",
      "CREATE TABLE t (\n -- @renamed from=x\n a int,\n b int)",
      "column public.t.a: renamed x",
    ],
    [
      "above a later column",
      "CREATE TABLE t (\n a int,\n -- @renamed from=x\n b int)",
      "column public.t.b: renamed x",
    ],
    ["before a comma", "CREATE TABLE t (a int /* @renamed from=x */, b int)", "column public.t.a: renamed x"],
    [
      "before a column on its line",
      "CREATE TABLE t (a int, /* @renamed from=x */ b int)",
      "column public.t.b: renamed x",
    ],
    [
      "with commas in front",
      "CREATE TABLE t (\n  a int -- @renamed from=x\n, b int -- @new\n)",
      "column public.t.a: renamed x",
      "column public.t.b: new",
    ],
    [
      "above, with commas in front",
      "CREATE TABLE t (\n  a int\n-- @renamed from=x\n, b int\n)",
      "column public.t.b: renamed x",
    ],
    [
      "in a column of several lines",
      "CREATE TABLE t (\n a numeric(4, -- @renamed from=x\n 2)\n NOT NULL, b int)",
      "column public.t.a: renamed x",
    ],
    [
      "beside a constraint",
      "CREATE TABLE t (\n a int,\n CONSTRAINT c CHECK (a > (1)) -- @renamed from=d\n)",
      "constraint public.t.c: renamed d",
    ],
    [
      "above a constraint",
      "CREATE TABLE t (a int,\n -- @renamed from=d\n CONSTRAINT c UNIQUE (a)\n)",
      "constraint public.t.c: renamed d",
    ],
    [
      "beside a column's key",
      "CREATE TABLE t (\n a int PRIMARY KEY, -- @renamed from=x\n b int)",
      "column public.t.a: renamed x",
    ],
    [
      "beside a column's named key",
      "CREATE TABLE t (\n a int CONSTRAINT k UNIQUE, -- @renamed from=x\n b int)",
      "column public.t.a: renamed x",
    ],
    [
      "on a line of the column's constraint",
      "CREATE TABLE t (\n a int\n  CONSTRAINT k UNIQUE, -- @renamed from=x\n b int)",
      "constraint public.t.k: renamed x",
    ],
    [
      "beside an enum's value",
      "CREATE TYPE e AS ENUM (\n 'a', -- @renamed from='It''s'\n 'b' /* @renamed from=c */)",
      "enum value public.e.a: renamed It's",
      "enum value public.e.b: renamed c",
    ],
    [
      "above an enum's value",
      "CREATE TYPE e AS ENUM ('a',\n -- @renamed from=c\n 'B')",
      'enum value public.e."B": renamed c',
    ],
    [
      "above an enum's first value",
      "CREATE TYPE e AS ENUM (\n -- @renamed from=f\n 'a')",
      "enum public.e: renamed f",
    ],
    ["at an enum", "CREATE TYPE s.e -- @renamed from=f\nAS ENUM ('a')", "enum s.e: renamed f"],
    ["at an index", "CREATE INDEX i /* @renamed from=j */ ON s.t (a)", "index s.i: renamed j"],
    [
      "above an index",
      "-- @renamed from=j\nCREATE INDEX CONCURRENTLY i ON t (a)",
      "index public.i: renamed j",
    ],
    ["at a view", "CREATE VIEW v AS -- @renamed from=w\nSELECT 1", "view public.v: renamed w"],
    [
      "at a materialized view",
      "-- @renamed from=w\nCREATE MATERIALIZED VIEW v AS SELECT 1",
      "materialized view public.v: renamed w",
    ],
    ["at a sequence", "CREATE SEQUENCE s; -- @renamed from=r", "sequence public.s: renamed r"],
    ["at a domain", "-- @renamed from=r\nCREATE DOMAIN d AS text", "domain public.d: renamed r"],
    [
      "at a composite type",
      "-- @renamed from=r\nCREATE TYPE c AS (\n a int, -- @renamed from=x\n b int)",
      "composite type public.c: renamed r",
      "attribute public.c.a: renamed x",
    ],
    [
      "at a function",
      "-- @renamed from=g\nCREATE FUNCTION f(a int, OUT b int) LANGUAGE sql AS ''",
      "function public.f: renamed g",
    ],
    [
      "at a procedure",
      "-- @renamed from=q\nCREATE PROCEDURE p() LANGUAGE sql AS ''",
      "procedure public.p: renamed q",
    ],
    [
      "at a trigger",
      "-- @renamed from=u\nCREATE TRIGGER g AFTER INSERT ON s.t EXECUTE FUNCTION f()",
      "trigger s.t.g: renamed u",
    ],
    ["at a policy", "-- @renamed from=q\nCREATE POLICY p ON t", "policy public.t.p: renamed q"],
    ["at a schema", "-- @renamed from=r\nCREATE SCHEMA s", "schema s: renamed r"],
    [
      "at an added column",
      "ALTER TABLE t ADD COLUMN a int; -- @renamed from=b",
      "column public.t.a: renamed b",
    ],
    [
      "at an added constraint",
      "-- @renamed from=d\nALTER TABLE ONLY s.t\n  ADD CONSTRAINT c UNIQUE (a)",
      "constraint s.t.c: renamed d",
    ],
    [
      "at one of several additions",
      "ALTER TABLE t\n ADD COLUMN a int, -- @new\n ADD COLUMN b int -- @renamed from=c\n",
      "column public.t.a: new",
      "column public.t.b: renamed c",
    ],
    [
      "twice",
      "CREATE TABLE t /* @renamed from=b */ ( -- @renamed from=c\n a int)",
      "table public.t: renamed b",
      "table public.t: renamed c",
    ],
    [
      "with more words",
      "CREATE TABLE t (\n a int -- @backfill lower(x) || 'y'\n, b int -- @using b::int\n, c int -- @new @online\n)",
      "column public.t.a: backfill lower(x) || 'y'",
      "column public.t.b: using b::int",
      "column public.t.c: new",
      "column public.t.c: online",
    ],
    [
      "in a sentence",
      "CREATE TABLE t (\n a int -- the key @renamed from=x\n)",
      "column public.t.a: renamed x",
    ],
    [
      "with the search path set",
      "SET search_path = app, public;\n-- @renamed from=u\nCREATE TABLE t ()",
      "table app.t: renamed u",
    ],
    [
      "with the search path emptied",
      "SELECT pg_catalog.set_config('search_path', '', false);\n-- @new\nCREATE TABLE x.t ()",
      "table x.t: new",
    ],
  ])("%s", async (_, sql, ...expected) => {
    expect(await annotations(sql)).toEqual(expected);
  });

  test.each([
    ["from=Old_Name", "old_name"],
    ['from="Old Name"', "Old Name"],
    ['from="a "" b"', 'a " b'],
    ["from = old", "old"],
    ["from=s.old", "s . old"],
    ['from="s.x"."t.y"', "s.x . t.y"],
    ["from=größe", "größe"],
  ])("@renamed %s", async (written, former) => {
    expect(await annotations(`-- @renamed ${written}\nCREATE TABLE t ()`)).toEqual([
      `table public.t: renamed ${former}`,
    ]);
  });

  test("a routine's overloads are told apart by the number of its input arguments", async () => {
    const state = await desired(`
      CREATE FUNCTION f(a int, OUT b int, VARIADIC c int[]) LANGUAGE sql AS ''; -- @new
      CREATE PROCEDURE p(a int, OUT b int) LANGUAGE sql AS ''; -- @new
    `);
    expect(state.annotations.map(({ argumentCount }) => argumentCount)).toEqual([2, 2]);
  });

  test("what only looks like one is an ordinary comment", async () => {
    expect(
      await annotations(`
        -- write to jane@renamed.example, or @param x, or see what is @new
        /* @deprecated @renamedfrom=x @news */
        CREATE TABLE t (a text DEFAULT '-- @renamed from=x'); -- @todo
      `),
    ).toEqual([]);
  });

  test.each([
    ["-- @renamed\nCREATE TABLE t ()", "schema.sql:1:4"],
    ["-- @renamed from=\nCREATE TABLE t ()", "schema.sql:1:4"],
    ["-- @renamed old\nCREATE TABLE t ()", "schema.sql:1:4"],
    ["-- @renamed from=a b\nCREATE TABLE t ()", "schema.sql:1:4"],
    ['-- @renamed from="a\nCREATE TABLE t ()', "schema.sql:1:4"],
    ["CREATE TABLE t (\n  a int, -- é @renamed from=a.b.c\n b int)", "schema.sql:2:15"],
    ["CREATE TABLE t (\n a int -- @backfill\n)", "schema.sql:2:11"],
    ["-- @renamed from=a\n\nCREATE TABLE t ()", "schema.sql:1:4"],
    ["CREATE TABLE t ();\n\n-- @renamed from=a\n", "schema.sql:3:4"],
    ["CREATE TABLE t (\n a int\n -- @renamed from=a\n)", "schema.sql:3:5"],
    ["CREATE TABLE t (\n a int,\n PRIMARY KEY (a) -- @renamed from=k\n)", "schema.sql:3:18"],
    ["-- @renamed from=a\nCREATE INDEX ON t (a)", "schema.sql:1:4"],
    ["-- @renamed from=a\nGRANT SELECT ON t TO r", "schema.sql:1:4"],
    ["-- @renamed from=a\nSET search_path = x", "schema.sql:1:4"],
    ["CREATE TABLE t (\n a int -- @renamed from=s.b\n)", "schema.sql:2:11"],
    ["-- @renamed from=c\nALTER TABLE t ADD a int, ADD b int", "schema.sql:1:4"],
  ])("%j is an error at its line", async (sql, place) => {
    const error = await failureOf(desired(sql));
    expect([error.code, placeOf(error)]).toEqual(["DM2107", place]);
  });
});
