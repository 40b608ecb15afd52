import { DmError, exitCode } from "../error.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { RevisionFile } from "../revision/directory.js";
import type { Step } from "../revision/revision.js";

/** A table or column is dropped with all it holds: no way back brings that again. */
export const dataLoss = "DATA_LOSS";

/** The header's part for the hazards of a way up. */
export function hazardsOf(up: readonly PlannedStatement[]): { readonly hazards?: readonly string[] } {
  return up.some(({ losesData }) => losesData.length > 0) ? { hazards: [dataLoss] } : {};
}

/**
 * @param allowed approved codes in any spelling (`DATA_LOSS`, `data-loss`), or `all`.
 * @throws DmError DM5206 naming the revisions and the statements, before any of them has run.
 */
export function refuseHazards(files: readonly RevisionFile[], allowed: readonly string[]): void {
  const approved = new Set(allowed.map((code) => code.toUpperCase().replaceAll("-", "_")));
  if (approved.has("ALL")) return;
  const open = files.flatMap(({ revision }) =>
    (revision.hazards ?? []).filter((code) => !approved.has(code)).map((code) => ({ revision, code })),
  );
  const [first] = open;
  if (first === undefined) return;
  const codes = [...new Set(open.map(({ code }) => code))];
  throw new DmError(
    "DM5206",
    `${first.revision.id} has a hazard that nobody has approved: ${codes.join(", ")}`,
    {
      details: open.flatMap(({ revision, code }) => hazardLines(revision.up, code)),
      next: [
        `approve it: dm apply ${codes.map((code) => `--allow ${code}`).join(" ")}`,
        "or for an environment, in dm.yaml: allow",
      ],
      exit: exitCode.refused,
    },
  );
}

/** The comments that `dm plan` wrote above the statements; a file written by hand may have none. */
function hazardLines(steps: readonly Step[], code: string): string[] {
  const lines = steps.flatMap(({ comments, sql }) => [...comments, ...sql.split("\n")]);
  const pattern = new RegExp(`^(?:-- )?hazard ${code}: (.*)$`);
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
}
