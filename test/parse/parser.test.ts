import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DmError } from "../../src/error.js";
import { openParser, type Parser } from "../../src/parse/parser.js";
import { shared, skipAloud } from "../support/databases.js";

const parsers = await Promise.all(
  [15, 16, 17, 18].map(async (major) => ({ major, parser: await openParser(major) })),
);

function failure(parser: Parser, text: string): DmError {
  try {
    parser.statements(text, "s.sql");
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error("no error");
}

const place = ({ at }: DmError) => (typeof at === "object" ? [at.line, at.column, at.text] : at);

describe.each(parsers)("the grammar for version $major", ({ major, parser }) => {
  test("splits a text into statements as they were written", () => {
    const statements = parser.statements(
      "create  table a (b int) ;; /* x */ Select ';' ; drop view v",
      "s.sql",
    );
    expect(statements.map(({ type, text }) => [type, text])).toEqual([
      ["CreateStmt", "create  table a (b int)"],
      ["SelectStmt", "Select ';'"],
      ["DropStmt", "drop view v"],
    ]);
  });

  test("knows where each statement begins, in characters, after a BOM, CRLF and letters of many bytes", () => {
    const text = "\uFEFF-- Zähne 🦷\r\nSELECT '🦷é';  SELECT 2;\r\n\r\n  SELECT 'ü' AS ö";
    const places = parser.statements(text, "s.sql").map(({ at }) => [at.line, at.column, at.text]);
    expect(places).toEqual([
      [2, 1, "SELECT '🦷é';  SELECT 2;"],
      [2, 15, "SELECT '🦷é';  SELECT 2;"],
      [4, 3, "  SELECT 'ü' AS ö"],
    ]);
  });

  test("turns a node's location into an offset of the text", () => {
    const text = "SELECT 'é🦷';\nCREATE TABLE t (a int, /* ü */ bb text)";
    const [, create] = parser.statements(text, "s.sql");
    if (create === undefined || !("CreateStmt" in create.tree)) throw new Error("no table");
    const [, second] = create.tree.CreateStmt.tableElts ?? [];
    if (second === undefined || !("ColumnDef" in second)) throw new Error("no column");
    expect(text.slice(create.offset(second.ColumnDef.location ?? 0)).slice(0, 2)).toBe("bb");
  });

  test("gives a comment to the statement that it is above, in or beside", () => {
    const { statements, loose } = parser.parse({
      file: "s.sql",
      locate: () => ({ file: "s.sql", line: 1, column: 1 }),
      text: `-- loose

-- above
/* and this */
CREATE TABLE t ( -- in
  a int /* in, too */
)
-- still in
; -- beside
-- above the view
CREATE VIEW v AS SELECT 1; /* beside the view */
-- loose at the end`,
    });
    expect(statements.map(({ comments }) => comments.map(({ place, text }) => `${place}: ${text}`))).toEqual([
      [
        "above: -- above",
        "above: /* and this */",
        "inside: -- in",
        "inside: /* in, too */",
        "inside: -- still in",
        "beside: -- beside",
      ],
      ["above: -- above the view", "beside: /* beside the view */"],
    ]);
    expect(loose.map(({ text }) => text)).toEqual(["-- loose", "-- loose at the end"]);
  });

  test("is silent about a text without statements", () => {
    expect(
      ["", " \n", ";;", "-- nothing", "/* */"].flatMap((text) => parser.statements(text, "s.sql")),
    ).toEqual([]);
  });

  test.each([
    ["SELECT 1;\r\n-- é\r\nSELECT 'ä' FRO t", 'syntax error at or near "t"', [3, 16, "SELECT 'ä' FRO t"]],
    ["CREATE TABLE t (\n  a int,\n)", 'syntax error at or near ")"', [3, 1, ")"]],
    ["CREATE TABLE t (\n  a int\n\n", "syntax error at end of input", [2, 7, "  a int"]],
    ["SELECT '🦷', 'open", `unterminated quoted string at or near "'open"`, [1, 13, "SELECT '🦷', 'open"]],
    ["/* open", 'unterminated /* comment at or near "/* open"', [1, 1, "/* open"]],
    ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;", "syntax error at end of input", undefined],
  ])("points into %j", (text, message, at) => {
    const error = failure(parser, text);
    expect([error.code, error.message]).toEqual(["DM2102", message]);
    if (at !== undefined) expect(place(error)).toEqual(at);
  });

  test("blanks the psql lines that pg_dump writes, whatever their key looks like", () => {
    const text = "\\restrict 5ab'$1\nSELECT 'a\n\\restrict x', $$\n\\connect y\n$$;\n\n\\unrestrict 5ab'$1\n";
    const [statement, ...others] = parser.statements(text, "s.sql");
    expect(others).toEqual([]);
    expect(statement?.at.line).toBe(2);
    expect(statement?.text).toBe("SELECT 'a\n\\restrict x', $$\n\\connect y\n$$");
  });

  test.each([
    ["SELECT 1;\n\\connect other\n", "\\connect", 2],
    ["\\i it's.sql", "\\i", 1],
    ["\\c x\nSELECT 1;", "\\c", 1],
    ["SELECT 1\n\\g out", "\\g", 2],
    ["\\copy t from 'x.csv'", "\\copy", 1],
    ["\\restrictx", "\\restrictx", 1],
  ])("refuses the psql command in %j", (text, command, line) => {
    const error = failure(parser, text);
    expect([error.code, error.message]).toEqual(["DM2103", `${command} is a command of psql, not SQL`]);
    expect(place(error)?.[0]).toBe(line);
    expect(error.next).toHaveLength(1);
  });

  test("blames the COPY, not the rows under it", () => {
    const error = failure(parser, "CREATE TABLE é (b text);\nCOPY é (b) FROM stdin;\nit's\t\\N\n\\.\n");
    expect([error.code, place(error)]).toEqual(["DM2105", [2, 1, "COPY é (b) FROM stdin;"]]);
  });

  test("reads VIRTUAL columns only where the server knows them", () => {
    const text = "CREATE TABLE t (\n  a int,\n  b int GENERATED ALWAYS AS (a) VIRTUAL\n)";
    if (major >= 17) expect(parser.statements(text, "s.sql")).toHaveLength(1);
    else expect(failure(parser, text).message).toBe('syntax error at or near "VIRTUAL"');
  });

  test("reads the same statements again and again", () => {
    const text = "CREATE TABLE patient (id bigint PRIMARY KEY, name text NOT NULL);\n".repeat(200);
    for (let round = 0; round < 50; round++) expect(parser.statements(text, "s.sql")).toHaveLength(200);
  });

  test("reads long statements, and says when one is nested too deeply", () => {
    const body = `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT '${"x".repeat(3_000_000)}'$$`;
    expect(parser.statements(body, "s.sql")[0]?.text).toHaveLength(body.length);
    const list = `SELECT a IN (${Array.from({ length: 30_000 }, (_, index) => index).join(", ")})`;
    expect(parser.statements(list, "s.sql")).toHaveLength(1);
    expect(parser.statements(`SELECT ${Array(2_000).fill("1").join(" + ")}`, "s.sql")).toHaveLength(1);
    expect(failure(parser, `SELECT ${Array(50_000).fill("1").join(" + ")}`).code).toBe("DM2102");
    expect(failure(parser, `SELECT ${"(".repeat(30_000)}`).code).toBe("DM2102");
    expect(parser.statements("SELECT 1", "s.sql")).toHaveLength(1);
  });

  const large = shared("schemas/postgres-regression-17.sql");
  test.skipIf(skipAloud(large === undefined, "no shared/schemas"))("reads 400 kB in a second or two", () => {
    const text = readFileSync(large ?? "", "utf8");
    const start = performance.now();
    const statements = parser.statements(text, "large.sql");
    expect(statements).toHaveLength(1887);
    expect(performance.now() - start).toBeLessThan(10_000);
    for (const { start, end, text: own } of statements) expect(text.slice(start, end)).toBe(own);
  });
});
