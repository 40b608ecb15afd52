import type { Hazard } from "../hazards/codes.js";
import { hazardLine } from "../hazards/lines.js";
import { lockLines } from "../hazards/work.js";
import type { Statement } from "../kinds/define.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Sizes } from "../plan/sizes.js";
import type { Measurement } from "../proof/measure.js";
import type { Measurements } from "../proof/prove.js";
import { commitEvery } from "../proof/run.js";
import type { Step, StepMode } from "../revision/revision.js";
import { comment } from "../sql/comment.js";

/**
 * A plan as the steps of a revision file: one step for each transaction, statements about one object together, and
 * above a statement what was measured of it.
 */
export function stepsOf(
  statements: readonly PlannedStatement[],
  measurements: Measurements,
  hazards: ReadonlyMap<Statement, readonly Hazard[]>,
  sizes?: Sizes,
): Step[] {
  const steps: { mode: StepMode; parts: string[]; count: number; once?: true }[] = [];
  let previous: PlannedStatement | undefined;
  for (const statement of statements) {
    const comments = [
      ...(hazards.get(statement) ?? []).map(hazardLine),
      ...commentsOf(measurements.get(statement), sizes),
    ];
    const text = [...comments.map(comment), `${statement.sql.text};`].join("\n");
    const last = steps.at(-1);
    const mode = modeAfter(previous, statement, last?.count ?? 0);
    if (last === undefined || mode !== "transaction") {
      steps.push({
        mode: last === undefined && mode === "commit" ? "transaction" : mode,
        parts: [text],
        count: 1,
        ...(statement.once && { once: true }),
      });
    } else {
      last.parts.push(
        previous?.about === statement.about && comments.length === 0 ? `\n${text}` : `\n\n${text}`,
      );
      last.count++;
    }
    previous = statement;
  }
  return steps.map(({ mode, parts, once }) => ({
    ...{ mode, comments: [], sql: parts.join("") },
    ...(once && { once }),
  }));
}

/** Where a COMMIT is wanted before the statement. */
function modeAfter(
  previous: PlannedStatement | undefined,
  statement: PlannedStatement,
  count: number,
): StepMode {
  if (statement.commit === "alone") return "autocommit";
  if (statement.commit === "batches") return "backfill";
  if (previous?.commit === "alone" || previous?.commit === "batches" || statement.begins === true)
    return "commit";
  if (previous?.commit === "after" && statement.commit !== "after") return "commit";
  // One transaction's locks must fit into the server's lock table (manual, max_locks_per_transaction).
  return count >= 2 * commitEvery ? "commit" : "transaction";
}

function commentsOf(measurement: Measurement | undefined, sizes: Sizes | undefined): string[] {
  if (measurement === undefined) return [];
  const locks = lockLines(measurement, sizes);
  return [
    ...(locks.length === 0 ? [] : [`locks ${locks.join(", ")}`]),
    ...(measurement.rewrites.length === 0 ? [] : [`rewrites ${measurement.rewrites.join(", ")}`]),
  ];
}
