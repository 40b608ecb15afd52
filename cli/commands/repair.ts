import { helpEnd } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

export const repair: Declare = (command, run) => {
  command
    .description(
      "Recreate lost files of applied revisions from the database's journal: the same ids and texts, under the\n" +
        "names that dm.sum knows. Files that are there are not touched.",
    )
    .addHelpText(
      "after",
      helpEnd([["dm repair --env production", "from the journal of that database"]], {
        0: "recreated, or nothing is lost",
        1: "failed; nothing was written",
        3: "refused: dm.sum knows another text, or was edited itself",
      }),
    )
    .action(() =>
      run(async (session) => {
        const project = await session.project();
        const { repair: recreate } = await import("../../src/project/repair.js");
        const { files } = await recreate(project, session.progress);
        const lines = files.map((file) => `written  ${shownPath(file)}`);
        return {
          json: () => ({ files }),
          text: () => (lines.length === 0 ? "nothing is lost" : lines.join("\n")),
          isReport: true,
        };
      }),
    );
};
