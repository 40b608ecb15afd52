import { Option } from "commander";
import { helpEnd, sources, usualExits } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

interface PullOptions {
  readonly format: "sql" | "yaml";
  readonly directory?: string;
}

export const pull: Declare = (command, run) => {
  command
    .argument("[source]", "what to write; the environment's database unless given")
    .addOption(new Option("--format <format>", "how to write it").choices(["sql", "yaml"]).default("sql"))
    .option("--directory <directory>", "where to write it; the project's schema directory unless given")
    .description("Write a database as a schema directory, one file per object family.")
    .addHelpText("after", sources)
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm pull", "the environment's database into schema/"],
          ["dm pull env:production --format yaml --directory wanted", "another one, as YAML, elsewhere"],
        ],
        usualExits,
      ),
    )
    .action((source: string | undefined, { format, directory }: PullOptions) =>
      run(async (session) => {
        const project = await session.project();
        const { pull: pullSchema } = await import("../../src/project/pull.js");
        const { leftOutJson, unmodelledJson } = await import("../../src/report/json.js");
        const { leftAloneText } = await import("../../src/report/left-alone.js");
        const { files, ...left } = await pullSchema(project, {
          format,
          progress: session.progress,
          ...(source === undefined ? {} : { source }),
          ...(directory === undefined ? {} : { directory }),
        });
        return {
          json: () => ({
            files,
            unmodelled: unmodelledJson(left.unmodelled),
            leftOut: leftOutJson(left.leftOut),
          }),
          text: (paint) =>
            [...files.map((file) => `written  ${shownPath(file)}`), leftAloneText(left, paint)]
              .filter((line) => line !== "")
              .join("\n"),
          isReport: true,
        };
      }),
    );
};
