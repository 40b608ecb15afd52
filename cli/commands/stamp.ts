import { helpEnd } from "../help.js";
import type { Declare } from "./index.js";

export const stamp: Declare = (command, run) => {
  command
    .argument("<id>", "where the database is: an id or its beginning, head, heads, base")
    .option("--purge", "forget all that is recorded first, also revisions without a file")
    .description(
      "Record that a database is at a revision, and run nothing. The revisions up to it count as applied, those\n" +
        "after it as not; other branches stay as they are. The schema is recorded as it is found.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm stamp head --env staging", "everything was done by hand there"],
          ["dm stamp base", "nothing is applied"],
          ["dm stamp 4f2a --purge", "whatever was recorded before"],
        ],
        {
          0: "recorded",
          1: "failed; nothing was recorded",
          3: "refused: a revision file was changed, an applied one is lost (--purge goes on without it)",
        },
      ),
    )
    .action((target: string, { purge }: { readonly purge?: boolean }) =>
      run(async (session) => {
        const project = await session.project();
        const { stamp: record } = await import("../../src/project/stamp.js");
        const { stampJson, stampText } = await import("../../src/report/team.js");
        const result = await record(project, { target, purge: purge === true, progress: session.progress });
        return { json: () => stampJson(result), text: () => stampText(result), isReport: true };
      }),
    );
};
