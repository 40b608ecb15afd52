import { Option } from "commander";
import { DmError, exitCode } from "../../src/error.js";
import type { CheckResult } from "../../src/project/check/check.js";
import type { Project } from "../../src/project/config.js";
import type { CheckFormat } from "../../src/report/check.js";
import { helpEnd } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

interface CheckOptions {
  readonly base?: string | boolean;
  readonly all?: boolean;
  readonly update?: boolean;
  readonly staged?: boolean;
  readonly lint: boolean;
  readonly format: CheckFormat;
  readonly output?: string;
}

export const check: Declare = (command, run) => {
  command
    .option("--base <ref>", "compare with where this branch left that one; in CI its target is known")
    .option("--no-base", "compare with nothing")
    .option("--all", "run every revision one by one, whatever passed before")
    .option("--no-lint", "leave out what dm lint tells")
    .option("--update", "first prove revisions that were edited or added by hand and are not applied")
    .option("--staged", "only what a hook can check of the next commit, without PostgreSQL")
    .addOption(
      new Option("--format <format>", "how to print it")
        .choices(["text", "json", "junit", "sarif", "github", "markdown"])
        .default("text"),
    )
    .option("--output <file>", "write it there instead of to stdout")
    .description(
      "Check the project as CI does: revision files against dm.sum and the base branch, the graph,\n" +
        "the whole chain up, down and up again in a shadow, and that it builds what the schema files say.\n" +
        "Changes no database.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm check", "everything, on the environment's kind of PostgreSQL"],
          ["dm check --database pglite:.dm/none", "without any server"],
          ["dm check --base origin/main --format github", "in CI"],
          ["dm check --format markdown --output comment.md", "for a comment on a pull request"],
          ["dm check --staged", "what dm hooks install runs before a commit"],
          ["dm check --update", "take a revision as it was edited by hand"],
        ],
        {
          0: "nothing is wrong",
          1: "failed: no connection, bad input, no such base",
          2: "there are findings",
          3: "with --update: the revision was applied",
        },
      ),
    )
    .action((options: CheckOptions) =>
      run(async (session) => {
        const project = await session.project();
        const { progress } = session;
        const { acceptEdits, check: runCheck } = await import("../../src/project/check/check.js");
        const { checkJson, checkReport } = await import("../../src/report/check.js");
        const { version } = await import("../../src/version.js");
        const accepted = options.update === true ? await acceptEdits(project, progress) : [];
        const format = session.options.json === true ? "json" : options.format;
        const full = () =>
          runCheck(project, {
            ...(options.base === undefined || options.base === true ? {} : { base: options.base || false }),
            ...(options.all === true ? { all: true } : {}),
            lint: options.lint,
            tells: format === "markdown" || format === "json",
            env: session.terminal.env,
            progress,
          });
        const result = options.staged === true ? await stagedCheck(project) : await full();
        const isWrong = result.findings.some(({ level }) => level === "error");
        const { sep } = await import("node:path");
        const layout = { format, version, root: `${project.root}${sep}` };
        const text = (paint: Parameters<typeof checkReport>[1]["paint"]) =>
          [
            ...(format === "text" ? accepted.map((name) => `proven as it is: ${name}\n`) : []),
            checkReport(result, { ...layout, ...(paint === undefined ? {} : { paint }) }),
          ].join("");
        const exit = isWrong ? exitCode.different : exitCode.done;
        if (options.output !== undefined) {
          await writeReport(options.output, text(undefined));
          return {
            json: () => ({ file: options.output ?? null }),
            text: () => `written  ${shownPath(options.output ?? "")}`,
            isReport: true,
            exit,
          };
        }
        return {
          json: () => ({ ...checkJson(result), accepted }),
          text,
          isReport: result.findings.length === 0 && format === "text",
          exit,
        };
      }),
    );
};

async function stagedCheck(project: Project): Promise<CheckResult> {
  const { checkStaged } = await import("../../src/project/check/staged.js");
  return checkStaged(project);
}

async function writeReport(file: string, text: string): Promise<void> {
  const { writeFile } = await import("node:fs/promises");
  try {
    await writeFile(file, text.endsWith("\n") || text === "" ? text : `${text}\n`);
  } catch (cause) {
    throw new DmError("DM6007", `the report cannot be written: ${String(cause)}`, {
      at: file,
      next: ["name another file: --output FILE"],
      cause,
    });
  }
}
