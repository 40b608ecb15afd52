import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { factId } from "../../src/catalog/identity.js";
import { allLintCodes, codeOf, type LintCode } from "../../src/lint/codes.js";
import type { Finding } from "../../src/lint/rule.js";
import { type Linter, openLinter } from "./linter.js";

const page = await readFile(join(import.meta.dirname, "../../docs/lint.md"), "utf8");

/** The text of each rule's section under its code. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((part) => [
      part.slice(0, part.indexOf("\n")),
      part.slice(part.indexOf("\n")).split(/^# /m)[0] ?? "",
    ]),
);

const sqlOf = (section: string | undefined) => /```sql\n(.*?)```/s.exec(section ?? "")?.[1] ?? "";

test("every rule has a section, and every section of a rule's name is a rule's", () => {
  const titles = [...sections.keys()].filter((title) => /^[a-z-]+$/.test(title));
  expect(titles.sort()).toEqual([...allLintCodes].sort());
});

test.each(allLintCodes)("the section of %s says its severity", (code) => {
  const line = sections.get(code)?.trim().split("\n")[0] ?? "";
  expect(line.split(" · ")[0]).toBe(codeOf(code).severity);
  for (const hazard of line.matchAll(/`([A-Z_]+)`/g)) expect(codeOf(code).hazards).toContain(hazard[1]);
});

/** The two examples of a rule. */
function examplesOf(code: LintCode): { bad: string; good: string } {
  const [, bad = "", good = ""] = /-- bad\n(.*)-- good\n(.*)/s.exec(sqlOf(sections.get(code))) ?? [];
  return { bad, good };
}

describe("the examples", () => {
  let linter: Linter;
  beforeAll(async () => {
    linter = await openLinter(sqlOf(sections.get("The examples")));
  });
  afterAll(() => linter.close());

  const isOfRevisions = (code: LintCode) => ["form", "change"].includes(codeOf(code).judges);
  const settings = {
    rules: { "unqualified-name": "warning", "varchar-type": "warning" } as const,
    names: { table: /^(?:[a-z_]+)$/u },
  };

  function compare(code: LintCode, bad: readonly Finding[], good: readonly Finding[]): void {
    expect(bad.map((one) => one.code)).toContain(code);
    expect(bad.find((one) => one.code === code)?.next).not.toEqual([]);
    expect(good.map((one) => `${one.code}: ${one.message}`)).toEqual([]);
  }

  test.each(allLintCodes.filter(isOfRevisions))("of %s: only the bad one is found", async (code) => {
    const { bad, good } = examplesOf(code);
    const own = code === "unqualified-name" ? settings : {};
    const lint = (sql: string) => linter.revision(sql, { settings: own });
    compare(code, await lint(bad), await lint(good));
  });

  test.each(["UNIQUE (a, b WITHOUT OVERLAPS)", "EXCLUDE USING gist (a WITH &&)"])(
    "of key-builds-index: nobody is told to build the index of %s first",
    async (constraint) => {
      const { bad } = examplesOf("key-builds-index");
      const table = /ALTER TABLE (\S+)/.exec(bad)?.[1] ?? "";
      const found = await linter.revision(
        `ALTER TABLE ${table} ADD COLUMN a int4range, ADD COLUMN b int4range;
         ALTER TABLE ${table} ADD CONSTRAINT apart ${constraint};`,
      );
      const next = found.flatMap((one) => (one.code === "key-builds-index" ? one.next : []));
      expect(next).toEqual([expect.stringContaining("takes no ready index")]);
    },
  );

  const ofSchemas = allLintCodes.filter((code) => !isOfRevisions(code) && codeOf(code).judges !== "live");
  test("of schema files: only the bad ones are found", async () => {
    const inSchema = (schema: string, sql: string) =>
      `CREATE SCHEMA "${schema}"; SET search_path = "${schema}";\n${sql}`;
    const files = ofSchemas.flatMap((code) =>
      Object.entries(examplesOf(code)).map(([name, sql]) => [
        `${code}/${name}.sql`,
        inSchema(`${code} ${name}`, sql),
      ]),
    );
    const found = await linter.schema(Object.fromEntries(files), { settings });
    for (const code of ofSchemas) {
      const inFile = (name: string) => found.filter(({ at }) => at.file === `${code}/${name}.sql`);
      compare(code, inFile("bad"), inFile("good"));
    }
  });

  test("of indexes, only those of which the statistics tell long enough that nobody uses them are unused", async () => {
    const of = (name: string) => factId({ kind: "index", schema: "live", name });
    const use = (name: string, scans: number, days: number) => ({
      index: of(name),
      scans,
      bytes: 8192,
      days,
    });
    const found = await linter.schema(
      {
        "live.sql": `CREATE SCHEMA live; CREATE TABLE live.t (id bigint PRIMARY KEY, a int, b int, c int, d int);
          CREATE INDEX used ON live.t (a); CREATE INDEX unused ON live.t (b);
          CREATE INDEX young ON live.t (c); CREATE UNIQUE INDEX keeps ON live.t (d);`,
      },
      { uses: [use("used", 1, 30), use("unused", 0, 30), use("young", 0, 3), use("keeps", 0, 30)] },
    );
    expect(found.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "unused-index: no query has used index live.unused in 30 days, and it takes 8 kB",
    ]);
  });
});
