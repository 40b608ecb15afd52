import { Option } from "commander";
import { DmError, exitCode } from "../../src/error.js";
import { type OnlineMode, onlineModes } from "../../src/project/online-modes.js";
import { authorOf } from "../author.js";
import { helpEnd, sources } from "../help.js";
import { declarePlacement, type PlacementOptions, placementOf } from "../options.js";
import { shownPath } from "../paths.js";
import { renameQuestion } from "../questions.js";
import type { Declare } from "./index.js";

interface PlanOptions extends PlacementOptions {
  readonly message?: string;
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly from?: string;
  readonly discard?: boolean;
  readonly online?: OnlineMode;
}

export const plan: Declare = (command, run) => {
  command
    .option("-m, --message <message>", "what the revision is for")
    .option("--dry-run", "only print what would be written")
    .option("--check", "write nothing, and exit 2 if there would be a revision")
    .option("--from <source>", "plan from this state instead of the environment's database")
    .option("--discard", "destroy what is dropped, instead of keeping it in quarantine")
    .addOption(
      new Option("--online <mode>", "go around what would block tables: large ones, all, or none").choices([
        ...onlineModes,
      ]),
    );
  declarePlacement(command)
    .description(
      "Compare the desired state with the live database, prove the way there and back in a shadow,\n" +
        "and write a revision file; several, where readers and writers of a large table would have to wait.\n" +
        "A change that could be a rename is asked about on a terminal; elsewhere, and with --yes, an annotation\n" +
        "in the schema file must tell.",
    )
    .addHelpText("after", sources)
    .addHelpText(
      "after",
      helpEnd(
        [
          ['dm plan -m "Add a recall date"', "write a revision"],
          ["dm plan --dry-run", "only look"],
          ["dm plan --check", "in CI: is the schema planned completely?"],
        ],
        {
          0: "written, or nothing to do",
          1: "failed; nothing was written",
          2: "with --check: there would be a revision",
          3: "refused: a possible rename is not annotated, a revision file was changed",
        },
      ),
    )
    .action((options: PlanOptions) =>
      run(async (session) => {
        const isDry = options.dryRun === true || options.check === true;
        if (options.message === undefined && !isDry) {
          throw new DmError("DM6005", "a revision needs a message", {
            next: ['say what it is for: dm plan -m "Add a recall date"', "or only look: dm plan --dry-run"],
          });
        }
        const opened = await session.project();
        const { online: mode = opened.online.mode } = options;
        const project = { ...opened, online: { ...opened.online, mode } };
        const { planRevision } = await import("../../src/project/plan.js");
        const { planJson, planText } = await import("../../src/report/plan.js");
        const decideRename = renameQuestion(session);
        const result = await planRevision(project, {
          message: options.message ?? "",
          ...(await authorOf(session.terminal)),
          ...placementOf(options),
          dryRun: isDry,
          progress: session.progress,
          ...(options.from === undefined ? {} : { from: options.from }),
          ...(options.discard === true ? { discard: true } : {}),
          ...(decideRename === undefined ? {} : { decideRename }),
        });
        return {
          json: () => planJson(result),
          text: (paint) => planText({ ...result, files: result.files.map(shownPath) }, paint),
          exit: options.check === true && result.revisions.length > 0 ? exitCode.different : exitCode.done,
        };
      }),
    );
};
