import { expect, it } from "vitest";
import { passwordFrom } from "../../src/database/password-file.js";

const question = { host: "db.example", port: 5432, database: "clinic", user: "ada" };

const cases: [file: string, password: string | undefined][] = [
  ["db.example:5432:clinic:ada:secret", "secret"],
  ["*:*:*:*:secret", "secret"],
  ["other:5432:clinic:ada:no\n*:*:clinic:ada:yes\n*:*:*:*:late", "yes"],
  ["db.example:5433:clinic:ada:no", undefined],
  ["db.example:5432:other:ada:no", undefined],
  ["db.example:5432:clinic:eve:no", undefined],
  ["# db.example:5432:clinic:ada:no\n#*:*:*:*:no", undefined],
  ["*:*:*:*:with\\:colon\\\\and backslash", "with:colon\\and backslash"],
  ["*:*:*:*:a:b", "a:b"],
  ["*:*:*:*:secret\r\n", "secret"],
  ["*:*:*:*:", undefined],
  ["nonsense", undefined],
  ["", undefined],
];

it.each(cases)("%j", (file, password) => {
  expect(passwordFrom(file, question)).toBe(password);
});

it("escaped colons are part of a name", () => {
  expect(passwordFrom("*:*:a\\:b:*:secret", { ...question, database: "a:b" })).toBe("secret");
});

it("a server without a host is localhost", () => {
  expect(passwordFrom("localhost:*:*:*:secret", { ...question, host: undefined })).toBe("secret");
});
