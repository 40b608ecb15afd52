import { helpEnd, usualExits } from "../help.js";
import type { Declare } from "./index.js";

interface LogOptions {
  readonly since?: string;
  readonly until?: string;
  readonly failed?: boolean;
}

export const log: Declare = (command, run) => {
  command
    .argument("[revision]", "only this revision: the beginning of its id")
    .option("--since <time>", "from then on: 2025-03-04, or 2025-03-04T09:12:45Z")
    .option("--until <time>", "up to then; a date includes its day")
    .option("--failed", "only what failed")
    .description(
      "Print the migration journal of the database, oldest first: what ran when, how long, by whom,\n" +
        "from where, and what failed why.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm log --env production --since 2025-03-01", "what happened this month"],
          ["dm log --failed --json", "for a program"],
        ],
        usualExits,
      ),
    )
    .action((revision: string | undefined, { since, until, failed }: LogOptions) =>
      run(async (session) => {
        const project = await session.project();
        const { readLog } = await import("../../src/project/log.js");
        const { logJson, logText } = await import("../../src/report/log.js");
        const lines = await readLog(project, {
          progress: session.progress,
          ...(revision === undefined ? {} : { revision }),
          ...(since === undefined ? {} : { since }),
          ...(until === undefined ? {} : { until }),
          ...(failed === undefined ? {} : { failed }),
        });
        return { json: () => logJson(lines), text: (paint) => logText(lines, paint) };
      }),
    );
};
