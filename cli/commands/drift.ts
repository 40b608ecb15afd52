import { Option } from "commander";
import { exitCode } from "../../src/error.js";
import { helpEnd, sources } from "../help.js";
import type { Declare } from "./index.js";

interface DriftOptions {
  readonly against?: string;
  readonly format: "text" | "json" | "markdown" | "html";
}

export const drift: Declare = (command, run) => {
  command
    .option("--against <source>", "compare with this instead of what the last apply recorded")
    .addOption(
      new Option("--format <format>", "how to print it")
        .choices(["text", "json", "markdown", "html"])
        .default("text"),
    )
    .description("Compare the live database with what the last apply recorded.")
    .addHelpText("after", sources)
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm drift --env production --quiet", "for cron: prints only when there are differences"],
          ["dm drift --format html > drift.html", "a page to send around"],
          ["dm drift --against schema", "the database against the files"],
        ],
        { 0: "no differences", 1: "failed", 2: "there are differences" },
      ),
    )
    .action(({ against, format }: DriftOptions) =>
      run(async (session) => {
        const project = await session.project();
        const { drift: readDrift } = await import("../../src/project/drift.js");
        const { driftJson } = await import("../../src/report/json.js");
        const { driftReport } = await import("../../src/report/difference.js");
        const result = await readDrift(project, {
          progress: session.progress,
          ...(against === undefined ? {} : { against }),
        });
        const isDifferent = result.changes.length > 0;
        return {
          json: () => driftJson(result),
          text: (paint) => driftReport(result, { format, paint }),
          isReport: !isDifferent && format === "text",
          exit: isDifferent ? exitCode.different : exitCode.done,
        };
      }),
    );
};
