import { describe, expect, test } from "vitest";
import { changeSequence, type SequenceOptions, sequenceClauses } from "../../src/kinds/sequence-options.js";
import { join, name, sql } from "../../src/sql/sql.js";

const plain: SequenceOptions = {
  type: "bigint",
  start: "1",
  increment: "1",
  minimum: "1",
  maximum: "9223372036854775807",
  cache: "1",
  cycle: false,
};

const clauses = (after: Partial<SequenceOptions>, type = "bigint", before?: SequenceOptions) =>
  join(sequenceClauses({ ...plain, ...after }, type, before), " ").text;

describe("a new sequence says only what PostgreSQL would not choose", () => {
  test.each<[options: Partial<SequenceOptions>, type: string, text: string]>([
    [{}, "bigint", ""],
    [{ type: "integer", maximum: "2147483647" }, "bigint", "AS integer"],
    [{ type: "integer", maximum: "2147483647" }, "integer", ""],
    [{ start: "5" }, "bigint", "START WITH 5"],
    [{ increment: "10", cache: "3", cycle: true }, "bigint", "INCREMENT BY 10 CACHE 3 CYCLE"],
    [
      { increment: "-1", start: "-1", minimum: "-9223372036854775808", maximum: "-1" },
      "bigint",
      "INCREMENT BY -1",
    ],
    [{ minimum: "0", start: "0" }, "bigint", "MINVALUE 0 START WITH 0"],
    [{ type: "smallint", maximum: "32767" }, "bigint", "AS smallint"],
  ])("%j of %s: %s", (options, type, text) => {
    expect(clauses(options, type)).toBe(text);
  });
});

test("a change says what changes, and bounds with a type", () => {
  expect(clauses({ cache: "9" }, "bigint", plain)).toBe("CACHE 9");
  expect(clauses({ cycle: false }, "bigint", { ...plain, cycle: true })).toBe("NO CYCLE");
  expect(clauses({ type: "integer", maximum: "2147483647" }, "bigint", plain)).toBe(
    "AS integer MINVALUE 1 MAXVALUE 2147483647",
  );
});

const change = (before: Partial<SequenceOptions>, after: Partial<SequenceOptions>) =>
  changeSequence(
    { ...plain, ...before },
    { ...plain, ...after },
    "bigint",
    name("app", "s"),
    (list) => sql`ALTER SEQUENCE app.s ${join(list, " ")}`,
  ).map(({ text }) => text);

test("bounds that open change in one statement", () => {
  expect(
    change({ minimum: "5", maximum: "10", start: "5" }, { minimum: "1", maximum: "20", start: "5" }),
  ).toEqual(["ALTER SEQUENCE app.s MINVALUE 1 MAXVALUE 20"]);
});

test("bounds that close in let a counter that nobody has used jump, in between", () => {
  const statements = change({ maximum: "10" }, { minimum: "50", maximum: "90", start: "50" });
  expect(statements).toHaveLength(3);
  expect(statements[0]).toBe("ALTER SEQUENCE app.s MINVALUE 1 MAXVALUE 90 START WITH 50");
  expect(statements[1]).toContain("WHERE NOT is_called AND last_value NOT BETWEEN 50 AND 90");
  expect(statements[2]).toBe("ALTER SEQUENCE app.s MINVALUE 50 MAXVALUE 90");
});

test("what is the same needs no statement", () => {
  expect(change({}, {})).toEqual([]);
});
