import { authorOf } from "../author.js";
import { helpEnd } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

export const baseline: Declare = (command, run) => {
  command
    .option("-m, --message <message>", "what the revision is for", "baseline")
    .description(
      "Start the chain anew from one revision that builds what head builds, proven in a shadow. Where the old\n" +
        "files cannot be read or run any more, it builds what the database has. The old files are kept in a\n" +
        "directory of their own; databases at head count as being at the new revision.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm baseline", "after some years"],
          ["dm baseline --env production", "the files are broken; that database is at head"],
        ],
        {
          0: "written",
          1: "failed; no file was changed",
          3: "refused: the database is not as head should be, or nothing tells what head is",
        },
      ),
    )
    .action(({ message }: { readonly message: string }) =>
      run(async (session) => {
        const project = await session.project();
        const { baseline: start } = await import("../../src/project/baseline.js");
        const { baselineJson, baselineText } = await import("../../src/report/team.js");
        const result = await start(project, {
          message,
          ...(await authorOf(session.terminal)),
          progress: session.progress,
        });
        const shown = { ...result, file: shownPath(result.file), kept: result.kept.map(shownPath) };
        return { json: () => baselineJson(result), text: () => baselineText(shown), isReport: true };
      }),
    );
};
