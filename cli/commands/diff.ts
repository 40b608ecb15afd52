import { Option } from "commander";
import { exitCode } from "../../src/error.js";
import { helpEnd, sources } from "../help.js";
import { masked } from "../mask.js";
import type { Declare } from "./index.js";

interface DiffOptions {
  readonly format: "text" | "sql" | "json" | "markdown" | "html";
  readonly exitCode?: boolean;
}

export const diff: Declare = (command, run) => {
  command
    .argument("<from>", "a source")
    .argument("<to>", "another source")
    .addOption(
      new Option("--format <format>", "how to print it")
        .choices(["text", "sql", "json", "markdown", "html"])
        .default("text"),
    )
    .option("--exit-code", "exit 2 when there are differences")
    .description("Tell what differs between two sources; as sql, the script that turns FROM into TO.")
    .addHelpText("after", sources)
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm diff env:staging env:production", "what differs between two databases"],
          ["dm diff rev:head schema --format sql", "what is not planned yet, as SQL"],
          ["dm diff empty schema --format sql > all.sql", "the whole schema as a script"],
        ],
        { 0: "printed", 1: "failed", 2: "with --exit-code: there are differences" },
      ),
    )
    .action((from: string, to: string, { format, exitCode: tells }: DiffOptions) =>
      run(async (session) => {
        const project = await session.project();
        const { diffSources } = await import("../../src/project/diff.js");
        const { diffJson } = await import("../../src/report/json.js");
        const { diffReport } = await import("../../src/report/difference.js");
        const result = await diffSources(project, from, to, session.progress);
        return {
          json: () => diffJson(result),
          text: (paint) => diffReport(result, { from: masked(from), to: masked(to), format, paint }),
          exit: tells === true && result.changes.length > 0 ? exitCode.different : exitCode.done,
        };
      }),
    );
};
