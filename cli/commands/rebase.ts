import { authorOf } from "../author.js";
import { helpEnd } from "../help.js";
import { shownPath } from "../paths.js";
import { renameQuestion } from "../questions.js";
import type { Declare } from "./index.js";

export const rebase: Declare = (command, run) => {
  command
    .argument(
      "[mine]",
      "the head of the revisions that move; else the one that is all yours, as git names you",
    )
    .option("--onto <id>", "the head to move them behind; else the other one")
    .description(
      "Move your revisions behind another head, after two branches have met. Each is proven on what it now\n" +
        "stands on and keeps its steps where they hold; else the rest is planned anew to what the schema files ask\n" +
        "for. The moved revisions have new ids; the old files go. What is applied to the database never moves.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm rebase", "after git merge or git pull"],
          ["dm rebase 4f2a --onto 81c0", "of several heads"],
          ["dm rebase 91c0", "a cleanup that waits: what stands on it goes first"],
        ],
        {
          0: "moved, or there is nothing to move",
          1: "failed; no revision was changed",
          3: "refused: revisions are applied, others stand on them, one written by hand does not hold",
        },
      ),
    )
    .action((mine: string | undefined, { onto }: { readonly onto?: string }) =>
      run(async (session) => {
        const project = await session.project();
        const { rebase: move } = await import("../../src/project/rebase.js");
        const { rebaseJson, rebaseText } = await import("../../src/report/team.js");
        const decideRename = renameQuestion(session);
        const result = await move(project, {
          ...(mine === undefined ? {} : { mine }),
          ...(onto === undefined ? {} : { onto }),
          ...(await authorOf(session.terminal)),
          ...(decideRename === undefined ? {} : { decideRename }),
          progress: session.progress,
        });
        const shown = {
          ...result,
          moved: result.moved.map((one) => ({ ...one, file: shownPath(one.file) })),
          removed: result.removed.map(shownPath),
        };
        return { json: () => rebaseJson(result), text: () => rebaseText(shown), isReport: true };
      }),
    );
};
