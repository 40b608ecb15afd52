import { expect, test } from "vitest";
import { writtenHazards } from "../../src/hazards/written.js";
import { openParser } from "../../src/parse/parser.js";

const codes = async (sql: string) =>
  writtenHazards([{ sql, comments: [], mode: "transaction" }], await openParser(17));

test.each([
  ["DROP TABLE app.patient;", ["DATA_LOSS"]],
  ["DROP VIEW app.patient;", []],
  ["DROP SCHEMA app CASCADE;", ["DATA_LOSS"]],
  ["DROP SCHEMA app;", []],
  ["ALTER TABLE app.patient DROP COLUMN name;", ["DATA_LOSS"]],
  ["ALTER TABLE app.patient DROP CONSTRAINT name;", []],
  ["TRUNCATE app.patient;", ["DATA_LOSS"]],
  ["DELETE FROM app.patient;", ["DATA_LOSS"]],
  ["DELETE FROM app.patient WHERE id = 1;", []],
  ["CREATE TEMP TABLE old AS SELECT 1 AS id; UPDATE app.patient SET id = 2; DROP TABLE old;", []],
  ["ALTER EXTENSION postgis UPDATE;", ["EXTENSION_UPGRADE"]],
  ["CREATE EXTENSION postgis;", []],
  ["ALTER EXTENSION postgis SET SCHEMA app;", []],
])("%s", async (sql, expected) => {
  expect(await codes(sql)).toEqual(expected);
});
