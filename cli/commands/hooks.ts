import { helpEnd, usualExits } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

const told = {
  installed: (file: string) => `${file} now runs dm check --staged before each commit`,
  kept: (file: string) => `${file} runs dm check --staged already`,
  removed: (file: string) => `${file} no longer runs dm`,
  absent: (file: string) => `${file} does not run dm`,
} as const;

export const hooks: Declare = (command, run) => {
  command
    .description(
      "Have git check what is about to be committed: no revision file deleted, renamed or edited, dm.sum\n" +
        "true, one head, schema files that are SQL. Quick, without PostgreSQL; the rest is for dm check in CI.\n" +
        "Works beside what is there: husky, lefthook, core.hooksPath, a hook of your own.",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm hooks install", "once in each clone; with husky or lefthook commit what it changes"],
          ["dm hooks uninstall", "take it out again"],
        ],
        usualExits,
      ),
    );
  for (const name of ["install", "uninstall"] as const) {
    command
      .command(name)
      .summary(name === "install" ? "add dm to the pre-commit hook" : "take it out again")
      .action(() =>
        run(async (session) => {
          const project = await session.project();
          const { installHooks, uninstallHooks } = await import("../../src/project/hooks.js");
          const result = await (name === "install" ? installHooks : uninstallHooks)(project);
          return {
            json: () => ({ ...result }),
            text: () => [told[result.state](shownPath(result.file)), ...result.notes].join("\n"),
            isReport: true,
          };
        }),
      );
  }
};
