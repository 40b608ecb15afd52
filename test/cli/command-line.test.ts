import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../cli/commands/index.js";
import { version } from "../../src/version.js";
import { dm } from "./terminal.js";

describe("help", () => {
  test.each(commands.map(({ name }) => name))("of %s has examples and exit codes", async (name) => {
    const { code, stdout, stderr } = await dm([name, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`Examples:\n  \\$ dm ${name}\\b`));
    expect(stdout).toMatch(/Exit codes:\n {2}0 /);
    expect(stdout).toContain("Global Options:");
    expect(stdout.split("\n").filter((line) => line.length > 120)).toEqual([]);
  });

  test("of dm names every command", async () => {
    const { code, stdout } = await dm(["--help"]);
    expect(code).toBe(0);
    for (const { name, summary } of commands)
      expect(stdout).toMatch(new RegExp(`${name} +${summary.slice(0, 20)}`));
  });

  test("is what a command line without a command gets, as a mistake", async () => {
    const { code, stdout, stderr } = await dm([]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Usage: dm [options] [command]");
  });
});

test("--version prints the version", async () => {
  expect(await dm(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

describe("a mistake", () => {
  test.each([
    { argv: ["plna"], message: "unknown command 'plna'", detail: "(Did you mean plan?)" },
    { argv: ["upgrade"], message: "unknown command 'upgrade'" },
    { argv: ["dance"], message: "unknown command 'dance'" },
    {
      argv: ["diff", "empty", "schema", "--fromat", "sql"],
      message: "unknown option '--fromat'",
      detail: "--format",
    },
    { argv: ["apply", "--clean"], message: "unknown option '--clean'", detail: "--cleanup" },
    { argv: ["status", "--databse", "x"], message: "unknown option '--databse'", detail: "--database" },
    { argv: ["diff", "empty"], message: "missing required argument 'to'" },
    { argv: ["show"], message: "missing required argument 'id'" },
    { argv: ["show", "a", "b"], message: "too many arguments for 'show'" },
    { argv: ["show", "a", "--sql", "sideways"], message: "Allowed choices are up, down" },
    { argv: ["drift", "--format", "sql"], message: "Allowed choices are text, json, markdown, html" },
    { argv: ["snapshot", "empty"], message: "missing option --output" },
    { argv: ["status", "--env"], message: "option '--env <name>' argument missing" },
    { argv: ["plan"], message: "a revision needs a message" },
    { argv: ["new"], message: "a revision needs a message" },
  ])("like dm $argv is told, with exit 1", async ({ argv, message, detail }) => {
    const { code, stdout, stderr } = await dm(argv);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error DM600[15]: /);
    expect(stderr).toContain(message);
    if (detail !== undefined) expect(stderr).toContain(detail);
    expect(stderr).toMatch(/next:\n {4}\S/);
  });

  test("prints no password that stands on the command line", async () => {
    const { stderr } = await dm(["postgres://ana:s3cr3t@db/clinic"]);
    expect(stderr).toContain("postgres://ana:***@db/clinic");
  });
});

describe("with --json an error is one document on stdout", () => {
  test.each([
    { argv: ["plan", "--json", "--chek"], command: "plan" },
    { argv: ["--json", "show"], command: "show" },
    { argv: ["plna", "--json"], command: null },
    { argv: ["--json"], command: null },
    { argv: ["plan", "--json"], command: "plan" },
  ])("dm $argv", async ({ argv, command }) => {
    const { code, stdout, stderr } = await dm(argv);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const document: unknown = JSON.parse(stdout);
    expect(document).toEqual({
      version: 1,
      command,
      error: {
        code: expect.stringMatching(/^DM\d{4}$/),
        message: expect.any(String),
        at: null,
        details: expect.any(Array),
        hint: null,
        next: expect.any(Array),
        exit: 1,
      },
    });
  });
});

describe("options of every command", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "dm-cli-"));
  const config = path.join(directory, "dm.yaml");
  beforeAll(() => writeFileSync(config, "environments:\n  staging:\n    database: pglite:data\n"));
  afterAll(() => rmSync(directory, { recursive: true }));

  test.each([
    { argv: ["--config", config, "--env", "nowhere", "history"] },
    { argv: ["history", "--config", config, "--env", "nowhere"] },
    { argv: ["--config", config, "history", "--env=nowhere"] },
  ])("stand before and after its name: dm $argv", async ({ argv }) => {
    const { code, stderr } = await dm(argv);
    expect(code).toBe(1);
    expect(stderr).toContain("there is no environment nowhere");
    expect(stderr).toContain("staging");
  });
});

describe("colours", () => {
  const colour = "\u001b[";
  test.each([
    { argv: ["plna"], isTerminal: true, env: {}, coloured: true },
    { argv: ["plna"], isTerminal: false, env: {}, coloured: false },
    { argv: ["plna"], isTerminal: true, env: { NO_COLOR: "1" }, coloured: false },
    { argv: ["plna"], isTerminal: true, env: { TERM: "dumb" }, coloured: false },
    { argv: ["--no-color", "plna"], isTerminal: true, env: {}, coloured: false },
  ])(
    "$argv on a terminal: $isTerminal, with $env: $coloured",
    async ({ argv, isTerminal, env, coloured }) => {
      const { stderr } = await dm(argv, { isTerminal, env });
      expect(stderr.includes(colour)).toBe(coloured);
    },
  );
});
