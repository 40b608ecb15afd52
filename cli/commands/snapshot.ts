import { DmError } from "../../src/error.js";
import { helpEnd, sources, usualExits } from "../help.js";
import { withShownFile } from "../paths.js";
import type { Result, Session } from "../session.js";
import type { Declare } from "./index.js";

interface SnapshotOptions {
  readonly output?: string;
  readonly sizes?: boolean;
}

export const snapshot: Declare = (command, run) => {
  command
    .argument("[source]", "what to save")
    .option("-o, --output <file>", "where to save it: FILE.snapshot.json is a source of its own")
    .option("--sizes", "save how large the tables of a database are, beside dm.yaml: dm.sizes.yaml")
    .description(
      "Save a source's catalog to a file; or the sizes of an environment's tables, for those who plan where\n" +
        "it cannot be asked: without a source, of the environment that online.sizes_from names.",
    )
    .addHelpText("after", sources)
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm snapshot env:production -o before.snapshot.json", "to compare with later"],
          ["dm snapshot --sizes env:production", "to commit"],
        ],
        usualExits,
      ),
    )
    .action((source: string | undefined, { output, sizes }: SnapshotOptions) =>
      run(async (session) => {
        if (sizes === true) return saveSizes(session, source);
        if (source === undefined || output === undefined) {
          const missing = source === undefined ? "missing argument <source>" : "missing option --output";
          throw new DmError("DM6005", missing, {
            next: ["dm snapshot SOURCE -o FILE.snapshot.json", "or only the sizes: dm snapshot --sizes"],
          });
        }
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

async function saveSizes(session: Session, source: string | undefined): Promise<Result> {
  const project = await session.project();
  const { snapshotSizes } = await import("../../src/project/snapshot.js");
  const { sizesJson } = await import("../../src/report/json.js");
  const { sizesText } = await import("../../src/report/text.js");
  const { progress } = session;
  const result = await snapshotSizes(project, source === undefined ? { progress } : { source, progress });
  return {
    json: () => sizesJson(result),
    text: (paint) => sizesText(withShownFile(result), paint),
    isReport: true,
  };
}
