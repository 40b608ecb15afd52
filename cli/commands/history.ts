import { helpEnd, usualExits } from "../help.js";
import type { Declare } from "./index.js";

export const history: Declare = (command, run) => {
  command
    .description("List the revisions with their dates, authors and phases, newest first.")
    .addHelpText("after", helpEnd([["dm history | head", "the newest"]], usualExits))
    .action(() =>
      run(async (session) => {
        const project = await session.project();
        const { history: readHistory } = await import("../../src/project/history.js");
        const { historyJson } = await import("../../src/report/json.js");
        const { historyText } = await import("../../src/report/text.js");
        const entries = await readHistory(project);
        return { json: () => historyJson(entries), text: (paint) => historyText(entries, paint) };
      }),
    );
};
