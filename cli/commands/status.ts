import { helpEnd, usualExits } from "../help.js";
import type { Declare } from "./index.js";

export const status: Declare = (command, run) => {
  command
    .description("Tell where the database stands: heads, pending revisions, the last apply, drift, files.")
    .addHelpText(
      "after",
      helpEnd([["dm status --env production", "one page, nothing is changed"]], usualExits),
    )
    .action(() =>
      run(async (session) => {
        const project = await session.project();
        const { status: readStatus } = await import("../../src/project/status.js");
        const { statusJson } = await import("../../src/report/json.js");
        const { statusText } = await import("../../src/report/text.js");
        const result = await readStatus(project, session.progress);
        return { json: () => statusJson(result), text: (paint) => statusText(result, paint) };
      }),
    );
};
