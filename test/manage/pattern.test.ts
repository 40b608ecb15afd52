import { expect, test } from "vitest";
import { covers, exactPattern, readPattern } from "../../src/manage/pattern.js";

const covered = (text: string, path: readonly string[]) => {
  const pattern = readPattern(text);
  return pattern === undefined ? undefined : covers(pattern, path);
};

test.each([
  ["auth", ["auth"], true],
  ["auth", ["auth", "users", "id"], true],
  ["auth", ["author"], false],
  ["auth", ["app", "auth"], false],
  ["auth.*", ["auth"], false],
  ["auth.*", ["auth", "users"], true],
  ["auth.*", ["auth", "users", "id"], true],
  ["*.pg_partman_*", ["app", "pg_partman_p1"], true],
  ["*.pg_partman_*", ["app", "t"], false],
  ["app.t?", ["app", "t1"], true],
  ["app.t?", ["app", "t12"], false],
  ["App", ["app"], false],
  ['"a.b".c', ["a.b", "c"], true],
  ['"a*"', ["ab"], false],
  ['"a""b"', ['a"b'], true],
  ["a+b", ["a+b"], true],
  ["a+b", ["aab"], false],
  ["", ["a"], undefined],
  ["a.", ["a"], undefined],
  [".a", ["a"], undefined],
  ["a b", ["a b"], undefined],
  ['"a', ["a"], undefined],
] as const)("%s and %j: %s", (text, path, answer) => {
  expect(covered(text, path)).toBe(answer);
});

test("the pattern of names stands for these alone", () => {
  const odd = ['a."b', "*"];
  expect(covered(exactPattern(...odd), odd)).toBe(true);
  expect(covered(exactPattern(...odd), ['a."b', "c"])).toBe(false);
  expect([readPattern(exactPattern("*"))?.isExact, readPattern("a*")?.isExact]).toEqual([true, false]);
});
