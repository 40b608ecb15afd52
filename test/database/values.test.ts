import { describe, expect, it } from "vitest";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";

const values: [expression: string, value: unknown][] = [
  ["true", true],
  ["false", false],
  ["1::int2", 1],
  ["'-2147483648'::int4", -2147483648],
  ["4294967295::oid", 4294967295],
  ["1.5::float4", 1.5],
  ["1e300::float8", 1e300],
  ["'NaN'::float8", Number.NaN],
  ["'-Infinity'::float8", Number.NEGATIVE_INFINITY],
  [`'{"a": [1, null, "x"]}'::json`, { a: [1, null, "x"] }],
  [`'{"a": {"b": true}}'::jsonb`, { a: { b: true } }],
  ["'null'::jsonb", null],
  [`'"text"'::json`, "text"],
  [
    "ARRAY['a', 'b,c', 'd \"e\"', '\\f', NULL, 'NULL', '', '{']",
    ["a", "b,c", 'd "e"', "\\f", null, "NULL", "", "{"],
  ],
  ["'{}'::text[]", []],
  [
    "'{{a,b},{c,d}}'::text[]",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ["'[0:1]={a,b}'::text[]", ["a", "b"]],
  ["E'{\"line\\nbreak\"}'::text[]", ["line\nbreak"]],
  ["ARRAY['é', '漢', '🦷']", ["é", "漢", "🦷"]],
  ["'{pg_class,\"A b\"}'::name[]", ["pg_class", "A b"]],
  ["'{1,-2,NULL}'::int4[]", [1, -2, null]],
  ["'{1259,4294967295}'::oid[]", [1259, 4294967295]],
  ["NULL::text", null],
  ["NULL::int4", null],
  ["NULL::text[]", null],
  ["9223372036854775807::int8", "9223372036854775807"],
  ["1.10::numeric", "1.10"],
  ["'a'::text", "a"],
  ["''::text", ""],
  ["'a'::varchar(3)", "a"],
  ["'a'::char(3)", "a  "],
  ["'r'::\"char\"", "r"],
  ["'pg_class'::name", "pg_class"],
  ["'pg_catalog.pg_class'::regclass", "pg_class"],
  ["date '2024-02-29'", "2024-02-29"],
  ["timestamp '2024-02-29 12:34:56.789012'", "2024-02-29 12:34:56.789012"],
  ["interval '1 day 2 hours'", "1 day 02:00:00"],
  ["'\\xdeadbeef'::bytea", "\\xdeadbeef"],
  ["'{1,2}'::int2[]", "{1,2}"],
  ["'1 2'::int2vector", "1 2"],
  ["'{t,f}'::bool[]", "{t,f}"],
  ["'(1,2)'::point", "(1,2)"],
  ["'[1,5)'::int4range", "[1,5)"],
  ["B'101'", "101"],
  ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
  ["ROW(1, 'a')", "(1,a)"],
];

const parameters: [type: string, parameter: unknown, text: string | null][] = [
  ["text", "it's", "it's"],
  ["int4", 5, "5"],
  ["int8", 9223372036854775807n, "9223372036854775807"],
  ["bool", true, "true"],
  ["text", null, null],
  ["text", undefined, null],
  ["text[]", ["a", 'b"c\\', null, "d,e"], '{a,"b\\"c\\\\",NULL,"d,e"}'],
  ["text[]", [], "{}"],
  [
    "int4[]",
    [
      [1, 2],
      [3, 4],
    ],
    "{{1,2},{3,4}}",
  ],
  ["jsonb", { a: [1] }, '{"a": [1]}'],
  ["bytea", new Uint8Array([0, 255]), "\\x00ff"],
  ["timestamptz", new Date("2024-02-29T12:00:00Z"), "2024-02-29 12:00:00+00"],
];

describe.each(eachPostgres)("on %s", (postgres) => {
  it("values arrive as the interface says", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      for (const [expression, value] of values) {
        const [row] = await database.query(`SELECT ${expression} AS value`);
        expect(row, expression).toEqual({ value });
        const [[scripted] = []] = await database.script(`SELECT ${expression} AS value`);
        expect(scripted, `${expression} in a script`).toEqual({ value });
      }
    });
  });

  it("parameters reach PostgreSQL as what they are", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      await database.query("SET TimeZone = 'UTC'");
      for (const [type, parameter, text] of parameters) {
        const rows = await database.query(`SELECT ($1::${type})::text AS text`, [parameter]);
        expect(rows, `${type} ${String(parameter)}`).toEqual([{ text }]);
      }
    });
  });

  it("a script gives the rows of each statement, also of those without any", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const results = await database.script(
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); SELECT a FROM t ORDER BY a; -- end\n",
      );
      expect(results).toEqual([[], [], [{ a: 1 }, { a: 2 }]]);
      expect(await database.script("")).toEqual([]);
      expect(await database.script("-- nothing\n")).toEqual([]);
      expect(await database.script("SELECT 1 AS a WHERE false")).toEqual([[]]);
    });
  });

  it("a statement without rows, and none at all, give no rows", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      expect(await database.query("CREATE TABLE t (a int)")).toEqual([]);
      expect(await database.query("")).toEqual([]);
      expect(await database.query("INSERT INTO t VALUES (1), (2) RETURNING a")).toEqual([{ a: 1 }, { a: 2 }]);
    });
  });

  it("a megabyte of text arrives whole", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const [row] = await database.query<{ text: string }>("SELECT repeat('ä', 2000000) AS text");
      expect(row?.text).toHaveLength(2_000_000);
      const sent = "ö".repeat(2_000_000);
      expect(await database.query("SELECT length($1) AS length", [sent])).toEqual([{ length: 2_000_000 }]);
    });
  });

  it("queries that are not awaited one by one answer in order", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const numbers = Array.from({ length: 20 }, (_, index) => index);
      const rows = await Promise.all(numbers.map((n) => database.query("SELECT $1::int AS n", [n])));
      expect(rows.flat()).toEqual(numbers.map((n) => ({ n })));
    });
  });

  it("tells its version and its name", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const [row] = await database.query<{ number: number; name: string }>(
        `SELECT current_setting('server_version_num')::int AS number,
                current_setting('application_name') AS name`,
      );
      expect(database.version.number).toBe(row?.number);
      expect(database.version.major).toBe(postgres === "pglite" ? 18 : postgres);
      expect(database.engine).toBe(postgres === "pglite" ? "pglite" : "server");
      if (postgres !== "pglite") expect(row?.name).toBe("dm");
      expect(await database.query("SHOW search_path")).toEqual([{ search_path: '"$user", public' }]);
    });
  });
});
