import { helpEnd } from "../help.js";
import type { Declare } from "./index.js";

export const heads: Declare = (command, run) => {
  command
    .description("List the heads: the revisions that no other one follows. One is as it should be.")
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm heads", "of the files; no database is asked"],
          ["dm heads --json | jq '.heads | length'", "how many"],
        ],
        { 0: "printed, however many there are", 1: "failed: a file cannot be read" },
      ),
    )
    .action(() =>
      run(async (session) => {
        const project = await session.project();
        const { heads: readHeads } = await import("../../src/project/history.js");
        const { historyJson } = await import("../../src/report/json.js");
        const { headsText } = await import("../../src/report/history.js");
        const entries = await readHeads(project);
        return {
          json: () => ({ heads: historyJson(entries).revisions }),
          text: (paint) => headsText(entries, paint),
        };
      }),
    );
};
