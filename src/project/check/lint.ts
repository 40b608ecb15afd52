import { lintIn } from "../lint.js";
import type { Workbench } from "../workbench.js";
import { type Finding, findingOf } from "./finding.js";

/** What the linter says of these files; hints apart. */
export async function checkLint(bench: Workbench, files: readonly string[]): Promise<readonly Finding[]> {
  try {
    const found = await lintIn(bench, files);
    return found.flatMap(({ code, severity, message, at, next }): Finding[] =>
      severity === "info" ? [] : [{ check: "lint", code, level: severity, message, at, details: [], next }],
    );
  } catch (error) {
    return [findingOf("lint", error)];
  }
}
