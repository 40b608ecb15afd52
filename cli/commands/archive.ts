import { helpEnd } from "../help.js";
import type { Declare } from "./index.js";

export const archive: Declare = (command, run) => {
  command
    .description(
      "What a revision drops is not destroyed: it goes to quarantine, and comes back with dm rollback.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm archive list", "what is there, since when, by which revision, how much"],
          ["dm archive restore app.letter", "one thing back, without a rollback"],
          ["dm archive purge --older-than 90d", "destroy what nobody has missed for so long"],
        ],
        {
          0: "done, or nothing to do",
          1: "failed; what was and was not changed is said",
          3: "refused: not confirmed, or the name is taken",
          130: "interrupted or cancelled",
        },
      ),
    );

  command
    .command("list")
    .description("Tell what is in quarantine, and what was destroyed.")
    .action(() =>
      run(async (session) => {
        const project = await session.project();
        const { listArchive } = await import("../../src/project/archive.js");
        const { archiveJson, archiveText } = await import("../../src/report/archive.js");
        const list = await listArchive(project, session.progress);
        return { json: () => archiveJson(list), text: (paint) => archiveText(list, paint) };
      }),
    );

  command
    .command("restore")
    .argument(
      "<what>",
      "its name (app.letter), or the beginning of its id; 'schema app' for all that went with it",
    )
    .description(
      "Bring one thing back under its old name, without a rollback.\n" +
        "A schema that is not there any more is made again, with its owner, comment and grants.",
    )
    .action((what: string) =>
      run(async (session) => {
        const project = await session.project();
        const { restoreArchived } = await import("../../src/project/archive.js");
        const { restoredText, thingJson } = await import("../../src/report/archive.js");
        const things = await restoreArchived(project, what, session.progress);
        return {
          json: () => ({ restored: things.map(thingJson) }),
          text: () => restoredText(things),
          isReport: true,
        };
      }),
    );

  command
    .command("purge")
    .requiredOption("--older-than <retention>", "how long it must have been in quarantine: 90d, 12w, 1y")
    .option("--dry-run", "only tell what would be destroyed")
    .description(
      "Destroy what has been in quarantine for that long. It asks first; without a terminal it needs --yes.\n" +
        "A revision whose way back needs it has none afterwards.",
    )
    .action(({ olderThan, dryRun }: { readonly olderThan: string; readonly dryRun?: boolean }) =>
      run(async (session) => {
        const project = await session.project();
        const { purgeable, purgeArchive } = await import("../../src/project/archive.js");
        const { archiveText, purgedText, purgeJson } = await import("../../src/report/archive.js");
        const doomed = await purgeable(project, olderThan, session.progress);
        if (dryRun === true)
          return { json: () => purgeJson(doomed), text: (paint) => archiveText(doomed, paint) };
        if (session.options.yes !== true && doomed.things.length > 0) {
          const { count } = await import("../../src/report/words.js");
          const { confirm } = await import("../questions.js");
          session.line.clear();
          if (session.mayAsk) session.terminal.stderr.write(`${archiveText(doomed, session.paint)}\n`);
          const things = count(doomed.things.length, "thing");
          await confirm(
            session,
            `Destroy ${things} on ${project.environment.name} for good?`,
            "dm archive purge",
          );
        }
        const result = await purgeArchive(project, olderThan, session.progress);
        return { json: () => purgeJson(result), text: () => purgedText(result), isReport: true };
      }),
    );
};
