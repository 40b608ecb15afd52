import { helpEnd, usualExits } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

export const init: Declare = (command, run) => {
  command
    .argument("[directory]", "where the project begins", ".")
    .description(
      "Scaffold dm.yaml, schema/ and revisions/. With --database, write that database's schema\n" +
        "as files and make a baseline revision of it. Files that exist are kept.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm init", "begin a project here"],
          ["dm init --database postgres://localhost/clinic", "begin with what a database holds"],
        ],
        usualExits,
      ),
    )
    .action((directory: string) =>
      run(async (session) => {
        const { initProject } = await import("../../src/project/init.js");
        const { leftOutJson } = await import("../../src/report/json.js");
        const { leftAloneText } = await import("../../src/report/tree.js");
        const { database } = session.options;
        const { files, leftOut } = await initProject({
          directory,
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
