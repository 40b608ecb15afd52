import { rowsLeft } from "../apply/backfill.js";
import { readTable } from "../apply/backfill-table.js";
import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import { DmError, type SourceLocation } from "../error.js";
import { introspectHere } from "../introspect/introspect.js";
import { isAboutData } from "../proof/prove.js";
import { seed } from "../proof/seed.js";
import { type Backfill, readBackfill, tableOf } from "../revision/backfill.js";
import type { Step } from "../revision/revision.js";
import { name, sql } from "../sql/sql.js";

/**
 * Runs a backfill whole on sample rows, as they are and with the columns that it sets empty where they may be,
 * and takes it back: no row
 * may satisfy its condition afterwards, or it would never end.
 * @returns whether there was a row to change.
 * @throws DmError DM3403 when it does not settle, DM5401 for what is no table.
 */
export async function settles(database: Database, step: Step, at: SourceLocation | string): Promise<boolean> {
  const backfill = await readBackfill(step.sql);
  await readTable(database, backfill);
  if (backfill.condition === undefined) return false;
  return database.trial(async () => {
    await seed(database, await introspectHere(database));
    const asTheyAre = await changed(database, backfill, step, at);
    for (const column of backfill.columns) {
      const emptied = sql`UPDATE ${tableOf(backfill)} SET ${name(column)} = NULL`;
      await attempt(database, () => database.script(emptied.text));
    }
    return (await changed(database, backfill, step, at)) || asTheyAre;
  });
}

async function changed(
  database: Database,
  backfill: Backfill,
  step: Step,
  at: SourceLocation | string,
): Promise<boolean> {
  const before = await rowsLeft(database, backfill);
  // Sample values may be none that the statement can work with.
  if (before === 0 || !(await attempt(database, () => database.script(step.sql)))) return false;
  const left = await rowsLeft(database, backfill);
  if (left === 0) return true;
  throw new DmError(
    "DM3403",
    "the backfill does not settle: its condition still holds for rows that it changed",
    {
      at,
      details: [`of ${before} sample rows that it held for, it still holds for ${left}`],
      next: [
        "let the condition say which rows are not yet right: WHERE new IS DISTINCT FROM expression",
        "what the expression makes NULL must not be looked for with IS NULL: … WHERE new IS NULL AND old IS NOT NULL",
      ],
    },
  );
}

/** Whether it works; what the rows make fail is undone. */
async function attempt(database: Database, work: () => Promise<unknown>): Promise<boolean> {
  await database.script("SAVEPOINT dm_attempt");
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError) || !isAboutData(error)) throw error;
    await database.script("ROLLBACK TO SAVEPOINT dm_attempt");
    return false;
  }
}
