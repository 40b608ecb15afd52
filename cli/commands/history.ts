import { Option } from "commander";
import { helpEnd, usualExits } from "../help.js";
import type { Declare } from "./index.js";

interface HistoryOptions {
  readonly range?: string;
  readonly format?: "text" | "graph" | "mermaid";
}

export const history: Declare = (command, run) => {
  command
    .option("--range <A..B>", "only A, B and what lies between; A.. and ..B too")
    .addOption(
      new Option("--format <format>", "a line each, a graph of lines, or a Mermaid flowchart").choices([
        "text",
        "graph",
        "mermaid",
      ]),
    )
    .description(
      "List the revisions with their dates, authors and phases, newest first: as a graph on a terminal,\n" +
        "a line each elsewhere.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm history", "all of them"],
          ["dm history --range 4f2a..head", "what came since, 4f2a included"],
          ["dm history --format mermaid > graph.mmd", "for a document"],
        ],
        usualExits,
      ),
    )
    .action(({ range, format }: HistoryOptions) =>
      run(async (session) => {
        const project = await session.project();
        const { history: readHistory } = await import("../../src/project/history.js");
        const { historyJson } = await import("../../src/report/json.js");
        const { historyText } = await import("../../src/report/history.js");
        const { historyGraph, historyMermaid } = await import("../../src/report/graph.js");
        const entries = await readHistory(project, range === undefined ? {} : { range });
        const shown = format ?? (session.terminal.stdout.isTTY === true ? "graph" : "text");
        const texts = { text: historyText, graph: historyGraph, mermaid: historyMermaid };
        return { json: () => historyJson(entries), text: (paint) => texts[shown](entries, paint) };
      }),
    );
};
