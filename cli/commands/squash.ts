import { authorOf } from "../author.js";
import { helpEnd } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

export const squash: Declare = (command, run) => {
  command
    .argument("<range>", "A..B: A, B and what lies between; base..B from the beginning")
    .option("-m, --message <message>", "what the revision is for")
    .description(
      "Replace a range of revisions by one that is proven equal to it: planned between its two ends where no row\n" +
        "comes out otherwise, else with all of its steps. The old files are kept in revisions/replaced/ for databases\n" +
        "inside of the range; delete them when there are none.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm squash base..4f2a", "all that is older"],
          ['dm squash 4f2a..head -m "Recalls"', "what one feature took"],
        ],
        {
          0: "written",
          1: "failed; no file was changed",
          3: "refused: something else follows a revision inside of the range; a revision file was changed",
        },
      ),
    )
    .action((range: string, { message }: { readonly message?: string }) =>
      run(async (session) => {
        const project = await session.project();
        const { squash: replace } = await import("../../src/project/squash.js");
        const { squashJson, squashText } = await import("../../src/report/team.js");
        const result = await replace(project, {
          range,
          ...(message === undefined ? {} : { message }),
          ...(await authorOf(session.terminal)),
          progress: session.progress,
        });
        const shown = { ...result, file: shownPath(result.file), kept: result.kept.map(shownPath) };
        return { json: () => squashJson(result), text: () => squashText(shown), isReport: true };
      }),
    );
};
