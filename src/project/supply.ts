import type { Catalog } from "../catalog/catalog.js";
import { DmError } from "../error.js";
import { missing } from "../manage/surroundings.js";
import { type PlannedStatement, plan } from "../plan/plan.js";
import { StatementError } from "../proof/run.js";
import type { Workbench } from "./workbench.js";

/**
 * Builds in a shadow what schema files or revisions name, do not make themselves and find in the target, where dm does
 * not manage it: a view on another tool's table needs that table.
 * @param now what the shadow holds.
 * @returns whether there was anything to build.
 */
export async function supply(
  bench: Pick<Workbench, "whatIsThere" | "shadow">,
  now: Catalog,
  texts: readonly string[],
  run: (statements: readonly PlannedStatement[]) => Promise<void>,
): Promise<boolean> {
  const added = missing(now, await bench.whatIsThere(), texts);
  const statements = plan(now.whole, added, { major: bench.shadow.database.version.major });
  if (statements.length === 0) return false;
  try {
    await run(statements);
    return true;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw new DmError("DM2112", "what dm does not manage cannot be built in the shadow", {
      details: [error.cause.message, error.statement.sql.text],
      next: ["declare in the schema files what they need of it: that is loaded, and not compared"],
      cause: error.cause,
    });
  }
}
