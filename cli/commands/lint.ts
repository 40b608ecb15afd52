import { exitCode } from "../../src/error.js";
import { helpEnd } from "../help.js";
import { shownPath } from "../paths.js";
import type { Declare } from "./index.js";

export const lint: Declare = (command, run) => {
  command
    .argument("[files...]", "schema files, revisions, directories; else all schema files and open revisions")
    .option("--strict", "exit with 2 for warnings, too")
    .description(
      "Tell what is risky or broken in revisions and schema files.\n\n" +
        "Without files: the schema files, and the revisions that the database does not have yet.\n" +
        "docs/lint.md has the rules; dm.yaml sets their severities; a comment excepts from one:\n" +
        "-- @ignore CODE: REASON",
    )
    .addHelpText(
      "after",
      helpEnd(
        [
          ["dm lint", "everything that can still be changed"],
          ["dm lint revisions/*_add_a_recall_date.sql", "one revision"],
          ["dm lint --strict --json", "for CI: warnings count, and a program reads them"],
        ],
        { 0: "no errors", 1: "failed", 2: "there are errors, or with --strict warnings" },
      ),
    )
    .action((files: string[], { strict = false }: { readonly strict?: boolean }) =>
      run(async (session) => {
        const project = await session.project();
        const { lintProject } = await import("../../src/project/lint.js");
        const { lintJson, lintText } = await import("../../src/report/lint.js");
        const found = await lintProject(project, {
          progress: session.progress,
          ...(files.length === 0 ? {} : { files }),
        });
        const findings = found.map((one) => ({ ...one, at: { ...one.at, file: shownPath(one.at.file) } }));
        const counts = (severity: string) => severity === "error" || (strict && severity === "warning");
        return {
          json: () => lintJson(findings),
          text: (paint) => lintText(findings, paint),
          isReport: findings.length === 0,
          exit: findings.some(({ severity }) => counts(severity)) ? exitCode.different : exitCode.done,
        };
      }),
    );
};
