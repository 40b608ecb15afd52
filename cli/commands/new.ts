import { DmError } from "../../src/error.js";
import { authorOf } from "../author.js";
import { helpEnd, usualExits } from "../help.js";
import { declarePlacement, type PlacementOptions, placementOf } from "../options.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

export const create: Declare = (command, run) => {
  command.option("-m, --message <message>", "what the revision is for");
  declarePlacement(command)
    .description("Write an empty revision on top of head for SQL of your own, such as a data migration.")
    .addHelpText(
      "after",
      helpEnd(
        [
          ['dm new -m "Fill in recall dates"', "then edit the file it names"],
          ['dm new -m "Invoices" --head base --label billing', "begin a line of its own"],
        ],
        usualExits,
      ),
    )
    .action(({ message, ...place }: { readonly message?: string } & PlacementOptions) =>
      run(async (session) => {
        if (message === undefined) {
          throw new DmError("DM6005", "a revision needs a message", {
            next: ['say what it is for: dm new -m "Fill in recall dates"'],
          });
        }
        const project = await session.project();
        const { newRevision } = await import("../../src/project/new.js");
        const { id, file } = await newRevision(project, {
          message,
          ...(await authorOf(session.terminal)),
          ...placementOf(place),
        });
        return {
          json: () => ({ id, file }),
          text: () =>
            `written  ${shownPath(file)}\nfill in what is below dm:up and dm:down; dm plan proves it, dm apply runs it`,
          isReport: true,
        };
      }),
    );
};
