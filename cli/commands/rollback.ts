import { helpEnd } from "../help.js";
import { collect } from "../options.js";
import type { Declare } from "./index.js";

interface RollbackOptions {
  readonly allow?: readonly string[];
  readonly dryRun?: boolean;
  readonly sql?: boolean;
}

export const rollback: Declare = (command, run) => {
  command
    .argument("[target]", "how far back: -1, -2, an id to go back to, base", "-1")
    .option("--allow <hazard>", "approve a hazard; again for more, or all", collect)
    .option("--dry-run", "only list what would be undone")
    .option("--sql", "only print the SQL that would run")
    .description("Run the way back to the target. It asks first; without a terminal it needs --yes.")
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm rollback", "undo the last revision"],
          ["dm rollback -2 --dry-run", "what undoing two would do"],
          ["dm rollback 4f2a --yes", "back to that revision, without a question"],
        ],
        {
          0: "done, or nothing to do",
          1: "failed; what was and was not changed is said",
          3: "refused: not confirmed, no way back, an unapproved hazard, a drifted database",
          130: "interrupted or cancelled; the database is as after the last completed step",
        },
      ),
    )
    .action((target: string, { allow = [], dryRun, sql }: RollbackOptions) =>
      run(async (session) => {
        const project = await session.project();
        const { rollbackRevisions } = await import("../../src/project/apply.js");
        const { askAbout, doneResult, plannedResult, sqlResult } = await import("../planned.js");
        const request = { target, allow, progress: session.progress };
        const rehearse = () => rollbackRevisions(project, { ...request, dryRun: true });
        if (sql === true) return sqlResult(await rehearse(), "down", project);
        if (dryRun === true) return plannedResult(await rehearse(), "down");
        if (session.options.yes !== true) await askAbout(session, project, await rehearse(), "down");
        return doneResult(await rollbackRevisions(project, request));
      }),
    );
};
