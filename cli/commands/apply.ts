import { helpEnd } from "../help.js";
import { collect } from "../options.js";
import type { Declare } from "./index.js";

interface ApplyOptions {
  readonly allow?: readonly string[];
  readonly dryRun?: boolean;
  readonly sql?: boolean;
  readonly cleanup?: boolean;
}

export const apply: Declare = (command, run) => {
  command
    .argument("[target]", "how far: an id or its beginning, head, +1, ID+1", "head")
    .option("--allow <hazard>", "approve a hazard; again for more, or all", collect)
    .option("--cleanup", "also run cleanup phases: nothing uses what they take away any more")
    .option("--dry-run", "only list what would run")
    .option("--sql", "only print the SQL that would run")
    .description(
      "Run the pending revisions up to the target, stopping before cleanup phases. On a terminal it asks first,\n" +
        "unless the database is the one that dm.yaml names for the environment local; --yes answers. Without a\n" +
        "terminal it runs.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm apply", "everything that is pending"],
          ["dm apply +1 --dry-run", "what the next one would do"],
          ["dm apply --cleanup", "the last phase, weeks later"],
          ["dm apply --sql > apply.sql", "the SQL, for somebody else to run"],
          ["dm apply --env production --allow data-loss", "with a hazard approved"],
        ],
        {
          0: "done, or nothing to do",
          1: "failed; what was and was not changed is said",
          3: "refused: an unapproved hazard, a drifted database, a changed revision file",
          130: "interrupted or cancelled; the database is as after the last completed step",
        },
      ),
    )
    .action((target: string, { allow = [], dryRun, sql, cleanup = false }: ApplyOptions) =>
      run(async (session) => {
        const project = await session.project();
        const { applyRevisions } = await import("../../src/project/apply.js");
        const { askAbout, doneResult, isOwnDatabase, plannedResult, sqlResult } = await import(
          "../planned.js"
        );
        const request = { target, allow, cleanup, progress: session.progress };
        const rehearse = () => applyRevisions(project, { ...request, dryRun: true });
        if (sql === true) return sqlResult(await rehearse(), "up", project);
        if (dryRun === true) return plannedResult(await rehearse(), "up");
        if (session.mayAsk && !isOwnDatabase(session, project)) {
          await askAbout(session, project, await rehearse(), "up");
        }
        return doneResult(await applyRevisions(project, request));
      }),
    );
};
