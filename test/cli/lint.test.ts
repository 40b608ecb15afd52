import { expect, test, vi } from "vitest";
import type { Finding } from "../../src/lint/rule.js";
import { dm } from "./terminal.js";

const workflows = vi.hoisted(() => ({ project: vi.fn(), lint: vi.fn() }));
vi.mock("../../src/project/config.js", () => ({ openProject: workflows.project }));
vi.mock("../../src/project/lint.js", () => ({ lintProject: workflows.lint }));

const finding = (severity: Finding["severity"]): Finding => ({
  code: "char-type",
  severity,
  message: "country.code: character(2) is padded",
  at: { file: "/clinic/schema/country.sql", line: 2, column: 3, text: "  code char(2)" },
  next: ["text"],
});

test.each([
  [[], [], 0],
  [[], ["--strict"], 0],
  [["info"], ["--strict"], 0],
  [["warning"], [], 0],
  [["warning"], ["--strict"], 2],
  [["warning", "error"], [], 2],
] as const)("with %j and %j it exits with the code that says so", async (severities, flags, code) => {
  workflows.lint.mockResolvedValue(severities.map(finding));
  expect((await dm(["lint", ...flags])).code).toBe(code);
});

test("tells what, where and what to do, and how many", async () => {
  workflows.lint.mockResolvedValue([finding("warning"), finding("error")]);
  const { stdout } = await dm(["lint", "schema/country.sql"]);
  expect(workflows.lint.mock.lastCall?.[1]).toMatchObject({ files: ["schema/country.sql"] });
  expect(stdout).toContain("warning char-type: country.code: character(2) is padded");
  expect(stdout).toContain("at /clinic/schema/country.sql:2:3\n     2 |   code char(2)\n           ^");
  expect(stdout).toContain("→ text");
  expect(stdout).toContain("1 error, 1 warning");
});

test("--json has the findings; --quiet says nothing where there are none", async () => {
  workflows.lint.mockResolvedValue([finding("error")]);
  const { stdout } = await dm(["lint", "--json"]);
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    command: "lint",
    findings: [{ ...finding("error") }],
  });
  workflows.lint.mockResolvedValue([]);
  expect((await dm(["lint", "--quiet"])).stdout).toBe("");
  expect((await dm(["lint"])).stdout).toBe("no findings\n");
});
