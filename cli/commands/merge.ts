import { authorOf } from "../author.js";
import { helpEnd } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

export const merge: Declare = (command, run) => {
  command
    .argument("[heads...]", "what to join; all heads unless named")
    .option("-m, --message <message>", "what the merge is for")
    .description(
      "Join heads by an empty revision, after two branches have met. That their order does not matter is\n" +
        "proven in a shadow; where it does, the merge is refused with what both of them change. A conflict that\n" +
        "git left in dm.sum is resolved.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm merge", "after git merge or git pull"],
          ['dm merge 4f2a 81c0 -m "Recalls and invoices"', "two of several heads"],
        ],
        {
          0: "joined, or there is one head",
          1: "failed; no revision was written",
          3: "refused: what comes of the heads depends on their order; a revision file was changed",
        },
      ),
    )
    .action((heads: readonly string[], { message }: { readonly message?: string }) =>
      run(async (session) => {
        const project = await session.project();
        const { mergeHeads } = await import("../../src/project/merge.js");
        const { mergeJson, mergeText } = await import("../../src/report/team.js");
        const result = await mergeHeads(project, {
          heads,
          ...(message === undefined ? {} : { message }),
          ...(await authorOf(session.terminal)),
          progress: session.progress,
        });
        const shown = { ...result, ...(result.file && { file: shownPath(result.file) }) };
        return { json: () => mergeJson(result), text: () => mergeText(shown), isReport: true };
      }),
    );
};
