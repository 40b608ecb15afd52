import { Option } from "commander";
import type { CiSystem } from "../../src/project/workflow.js";
import { helpEnd, usualExits } from "../help.js";
import { shownPath } from "../paths.js";
import { ciQuestion } from "../questions.js";
import type { Declare } from "./index.js";

export const init: Declare = (command, run) => {
  command
    .argument("[directory]", "where the project begins", ".")
    .addOption(
      new Option("--ci <system>", "also write what runs dm check there").choices(["github", "gitlab"]),
    )
    .description(
      "Scaffold dm.yaml, schema/ and revisions/. With --database, write that database's schema\n" +
        "as files and make a baseline revision of it. Files that exist are kept.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm init", "begin a project here"],
          ["dm init --ci github", "with a workflow that runs dm check"],
          ["dm init --database postgres://localhost/clinic", "begin with what a database holds"],
        ],
        usualExits,
      ),
    )
    .action((directory: string, options: { readonly ci?: CiSystem }) =>
      run(async (session) => {
        const ci = options.ci ?? (await ciQuestion(session));
        const { initProject } = await import("../../src/project/init.js");
        const { leftOutJson } = await import("../../src/report/json.js");
        const { leftAloneText } = await import("../../src/report/left-alone.js");
        const { database } = session.options;
        const { files, leftOut } = await initProject({
          directory,
          ...(ci === undefined ? {} : { ci }),
          progress: session.progress,
          ...(database === undefined ? {} : { database }),
        });
        return {
          json: () => ({
            files: files.map(({ path, state }) => ({ path, state })),
            leftOut: leftOutJson(leftOut),
          }),
          text: (paint) =>
            [
              ...files.map(({ path, state }) => `${state.padEnd(7)}  ${shownPath(path)}`),
              leftAloneText({ unmodelled: [], leftOut }, paint),
            ]
              .filter((line) => line !== "")
              .join("\n"),
          isReport: true,
        };
      }),
    );
};
