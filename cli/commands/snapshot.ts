import { helpEnd, sources, usualExits } from "../help.js";
import { withShownFile } from "../paths.js";
import type { Declare } from "./index.js";

export const snapshot: Declare = (command, run) => {
  command
    .argument("<source>", "what to save")
    .requiredOption("-o, --output <file>", "where to save it: FILE.snapshot.json is a source of its own")
    .description("Save a source's catalog to a file.")
    .addHelpText("after", sources)
    .addHelpText(
      "after",
      helpEnd([["dm snapshot env:production -o before.snapshot.json", "to compare with later"]], usualExits),
    )
    .action((source: string, { output }: { readonly output: string }) =>
      run(async (session) => {
        const project = await session.project();
        const { snapshotSource } = await import("../../src/project/snapshot.js");
        const { snapshotJson } = await import("../../src/report/json.js");
        const { snapshotText } = await import("../../src/report/text.js");
        const result = await snapshotSource(project, { source, file: output, progress: session.progress });
        return {
          json: () => snapshotJson(result),
          text: (paint) => snapshotText(withShownFile(result), paint),
          isReport: true,
        };
      }),
    );
};
