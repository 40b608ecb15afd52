import { describe, expect, test } from "vitest";
import type { CheckResult } from "../../src/project/check/check.js";
import { checkReport } from "../../src/report/check.js";
import { column, patient } from "./samples.js";

const result: CheckResult = {
  outcomes: [
    { check: "files", state: "failed", what: "3 files and dm.sum", milliseconds: 12 },
    { check: "history", state: "skipped", what: "no base", milliseconds: 0 },
    { check: "chain", state: "passed", what: "3 revisions", milliseconds: 1234 },
  ],
  findings: [
    {
      check: "files",
      code: "DM7001",
      level: "error",
      message: 'a.sql: edited, 100 % \u001b[31m<&"|',
      at: { file: "/clinic/revisions/a b.sql", line: 3, column: 7 },
      details: ["one\nline"],
      next: ["git checkout HEAD -- /clinic/revisions/a b.sql"],
    },
    {
      check: "files",
      code: "odd-name",
      level: "warning",
      message: "a name",
      at: "/clinic/schema",
      details: [],
      next: [],
    },
  ],
  base: { name: "origin/main", commit: "0123456789abcdef" },
  news: [
    {
      file: "/clinic/revisions/a.sql",
      changes: [{ type: "create", wanted: column(patient, "email", { type: "text" }) }],
      revision: {
        id: "4f2a9c1b7e03",
        parents: [],
        message: "Add *email*",
        created: "2025-03-04T09:12:45Z",
        kind: "planned",
        phase: "additive",
        hazards: ["DATA_LOSS", "FULL_SCAN"],
        up: [
          {
            mode: "transaction",
            comments: ["hazard FULL_SCAN: it reads app.patient", "locks app.patient ACCESS EXCLUSIVE"],
            sql: "ALTER TABLE app.patient ADD email text;",
          },
        ],
        down: [{ mode: "transaction", comments: [], sql: "ALTER TABLE app.patient DROP email;" }],
      },
    },
  ],
};

const report = (format: Parameters<typeof checkReport>[1]["format"], of: CheckResult = result) =>
  checkReport(of, { format, root: "/clinic/", version: "1.2.3" });

describe("what a check found", () => {
  test("as text tells checks, findings, places below the root and what to do", () => {
    const text = report("text");
    expect(text).toContain("✗ files    3 files and dm.sum");
    expect(text).toContain("- history  no base\n");
    expect(text).toContain('error DM7001: a.sql: edited, 100 % \\x1b[31m<&"|\n  at revisions/a b.sql:3:7');
    expect(text).toContain("next:\n    git checkout HEAD -- revisions/a b.sql");
    expect(text).toMatch(/1 finding$/);
  });

  test("as JSON", () => {
    expect(JSON.parse(report("json"))).toMatchObject({
      version: 1,
      command: "check",
      base: { name: "origin/main" },
      checks: [{ check: "files", state: "failed" }, { state: "skipped" }, { state: "passed" }],
      findings: [{ code: "DM7001", at: { file: "revisions/a b.sql", line: 3 } }, { at: "schema" }],
      revisions: [{ id: "4f2a9c1b7e03", changes: [{ type: "create" }] }],
    });
  });

  test("as JUnit has a case for each check, and is XML whatever messages hold", () => {
    const xml = report("junit");
    expect(xml).toContain(
      '<testsuite name="dm check" tests="3" failures="1" errors="0" skipped="1" time="1.246">',
    );
    expect(xml).toContain('<testcase name="chain: 3 revisions" classname="dm.check" time="1.234"/>');
    expect(xml).toContain('<skipped message="no base"/>');
    expect(xml).toContain('message="a.sql: edited, 100 % \\x1b[31m&lt;&amp;&quot;|"');
    // Every tag is closed, and nothing else looks like one.
    const open: string[] = [];
    for (const [, end, name, own] of xml.matchAll(/<(\/?)([\w-]+)(?: [\w-]+="[^"<]*")*(\/?)>/g)) {
      if (end === "/") expect(open.pop()).toBe(name);
      else if (own !== "/") open.push(name ?? "");
    }
    expect(open).toEqual([]);
    expect(xml.replaceAll(/<\/?[\w-]+(?: [\w-]+="[^"<]*")*\/?>|<\?xml [^>]*\?>/g, "")).not.toMatch(/[<>]/);
  });

  test("as SARIF points to lines of files", () => {
    const { version, runs } = JSON.parse(report("sarif"));
    expect(version).toBe("2.1.0");
    expect(runs[0].tool.driver).toMatchObject({ name: "dm", rules: [{ id: "DM7001" }, { id: "odd-name" }] });
    expect(runs[0].results[0]).toMatchObject({
      ruleId: "DM7001",
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "revisions/a%20b.sql" },
            region: { startLine: 3, startColumn: 7 },
          },
        },
      ],
    });
  });

  test("as GitHub's commands has one line each", () => {
    const [first, second, ...rest] = report("github").split("\n");
    expect(first).toBe(
      '::error file=revisions/a b.sql,line=3,col=7,title=dm DM7001::a.sql: edited, 100 %25 \\x1b[31m<&"|' +
        "%0Aone%0Aline%0Agit checkout HEAD -- revisions/a b.sql",
    );
    expect(second).toBe("::warning file=schema,title=dm odd-name::a name");
    expect(rest).toEqual([""]);
  });

  test("as Markdown tells changes, hazards, locks and phase, with the SQL folded", () => {
    const text = report("markdown");
    expect(text).toContain("## dm check: 1 finding");
    expect(text).toContain("| ❌ | files | 3 files and dm.sum |");
    expect(text).toContain("### 1 new revision since origin/main");
    expect(text).toContain("#### Add \\*email\\*");
    expect(text).toContain("phase additive");
    expect(text).toMatch(/```diff\n[\s\S]*\+.*email/);
    expect(text).toContain("- **FULL_SCAN**: it reads app.patient");
    expect(text).toContain("- ⚠️ **DATA\\_LOSS**");
    expect(text).toContain("- locks app.patient ACCESS EXCLUSIVE");
    expect(text).toMatch(/<details>\n<summary>Up<\/summary>\n\n```sql\n[\s\S]*ADD email text;/);
  });

  test("a comment is never longer than GitHub takes", () => {
    const [one] = result.news;
    if (one === undefined) throw new Error("no revision");
    const long = { ...result, news: Array.from({ length: 500 }, () => one) };
    expect(report("markdown", long).length).toBeLessThan(65_536);
    expect(report("markdown", long)).toMatch(/… and \d+ revisions more/);
  });

  test("says so when nothing is wrong", () => {
    const fine = { ...result, findings: [], news: [] };
    expect(report("text", fine)).toMatch(/nothing is wrong$/);
    expect(report("github", fine)).toBe("");
    expect(report("markdown", fine)).toContain("nothing is wrong");
  });
});
