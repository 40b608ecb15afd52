import { expect, it } from "vitest";
import { DatabaseError } from "../../src/database/error.js";
import { openPglite } from "../../src/database/pglite.js";
import { castBetween, unlimited } from "../../src/kinds/cast.js";
import { comesBack } from "../../src/kinds/lossless.js";
import { catalog, column, patient } from "../report/samples.js";

/** Types, and values of them at the ends of what they hold. */
const types: Readonly<Record<string, readonly string[]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "16777217"],
  bigint: ["9223372036854775807", "9007199254740993"],
  numeric: ["1.50", "NaN", "12345678901234567890.123456789"],
  "numeric(10,2)": ["12345678.91", "0.10"],
  "numeric(12,4)": ["12345678.9123"],
  "numeric(10,0)": ["9999999999"],
  "numeric(5,0)": ["99999"],
  real: ["1.1", "16777217", "3.4028235e38", "-0"],
  "double precision": ["0.1", "9007199254740993", "1.7976931348623157e308"],
  boolean: ["true", "false"],
  text: ["007", " a ", "true", "2020-02-02", ""],
  "character varying": ["x ", "1"],
  "character varying(3)": ["abc", "a  "],
  "character varying(5)": ["abcde", "  a"],
  "character(3)": ["a", "abc"],
  "character(5)": ["a", "abcde"],
  name: ["a", "1"],
  uuid: ["00000000-0000-4000-8000-000000000001"],
  json: ['{"a": 1, "a":  2}', "[1.0]"],
  jsonb: ['{"b": 1, "a": [1.0, null]}'],
  date: ["2020-02-02", "infinity", "0001-01-01 BC"],
  "timestamp without time zone": ["2020-02-02 03:04:05.123456", "infinity"],
  "timestamp(3) without time zone": ["2020-02-02 03:04:05.123"],
  "timestamp with time zone": ["2020-07-02 03:04:05.123456+09"],
  "time without time zone": ["23:59:59.999999", "24:00"],
  interval: ["1 mon 40 days 25:00:00.000001"],
  inet: ["10.0.0.1/8", "::1"],
  cidr: ["10.0.0.0/8"],
  "bit(3)": ["101"],
  "bit varying": ["10101", ""],
  "bit varying(3)": ["101", "1"],
  bytea: ["\\x00ff"],
  "integer[]": ["{1,NULL,3}"],
  "bigint[]": ["{{1,2},{3,4}}"],
  "text[]": ['{a,NULL,"{}"}'],
};
const names = Object.keys(types);
const state = catalog(patient);
const comes = (from: string, to: string) =>
  comesBack(column(patient, "a", { type: from }), column(patient, "a", { type: to }), {
    current: state,
    wanted: state,
  });
const cast = (value: string, from: string, to: string) =>
  castBetween(from, to) === "by text" ? `(${value})::text::${to}` : `(${value})::${to}`;

it("what is said to come back from another type does, in PostgreSQL", { timeout: 60_000 }, async () => {
  const database = await openPglite();
  const lost: string[] = [];
  let count = 0;
  try {
    for (const from of names) {
      for (const to of names.filter((one) => one !== from && comes(from, one))) {
        for (const value of types[from] ?? []) {
          const there = `'${value}'::${from}`;
          // An assignment refuses what a cast would cut: then nothing is lost.
          await database.script(`DROP TABLE IF EXISTS t; CREATE TABLE t (a ${to})`);
          const isRefused = await database
            .script(`INSERT INTO t SELECT ${cast(there, from, unlimited(to))}`)
            .then(() => false)
            .catch((error: unknown) => error instanceof DatabaseError);
          if (isRefused) continue;
          const [row] = await database.query<{ before: string; after: string }>(
            `SELECT ${there}::text AS before, ${cast("a", to, from)}::text AS after FROM t`,
          );
          count++;
          if (row?.before !== row?.after) lost.push(`${from} ${row?.before} by ${to}: ${row?.after}`);
        }
      }
    }
  } finally {
    await database.close();
  }
  expect(lost).toEqual([]);
  expect(count).toBeGreaterThan(100);
});

it.each([
  ["timestamp without time zone", "date", false],
  ["timestamp with time zone", "timestamp without time zone", false],
  ["numeric", "integer", false],
  ["text", "character varying(10)", false],
  ["character varying(20)", "character varying(10)", false],
  ["text", "integer", false],
  ["numeric(10,2)", "numeric(10,1)", false],
  ["integer", "bigint", true],
  ["integer", "numeric", true],
  ["character varying(10)", "character varying(20)", true],
  ["character varying(10)", "text", true],
  ["date", "timestamp without time zone", true],
])("%s to %s: comes back, %s", (from, to, expected) => {
  expect(comes(from, to)).toBe(expected);
});
