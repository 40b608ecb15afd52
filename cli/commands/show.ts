import { Option } from "commander";
import { helpEnd } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

export const show: Declare = (command, run) => {
  command
    .argument("<id>", "an id or its beginning, head, head-1")
    .addOption(new Option("--sql <half>", "print this half for psql").choices(["up", "down"]))
    .description("Print one revision, or one half of it as a script for psql.")
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm show head", "the newest revision, as its file has it"],
          ["dm show 4f2a --sql down | psql -v ON_ERROR_STOP=1", "its way back, by hand"],
        ],
        { 0: "printed", 1: "failed: there is no such revision, or several" },
      ),
    )
    .action((id: string, { sql }: { readonly sql?: "up" | "down" }) =>
      run(async (session) => {
        const project = await session.project();
        const { show: readRevision } = await import("../../src/project/history.js");
        const { revisionJson } = await import("../../src/report/json.js");
        const { revisionScript } = await import("../../src/report/sql.js");
        const { revision, file, text } = await readRevision(project, id);
        const script = sql === undefined ? undefined : revisionScript([revision], sql);
        return {
          json: () => ({
            revision: revisionJson(revision),
            file,
            ...(script === undefined ? {} : { sql: script }),
          }),
          text: (paint) => script ?? `${paint.dim(`-- ${shownPath(file)}`)}\n${text.trimEnd()}`,
        };
      }),
    );
};
