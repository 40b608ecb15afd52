import { bringBack, isTaken, missingHomes } from "../apply/archive.js";
import { type ArchiveRecord, archiveRecords, restoredRecords } from "../apply/bring-back.js";
import { awayStatements, calledBefore, toldOf } from "../archive/move.js";
import { maskPassword } from "../database/connect.js";
import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import { DmError, exitCode } from "../error.js";
import { name, sql } from "../sql/sql.js";

/**
 * Does work on revisions, for which what `dm archive restore` has brought back of them is in quarantine once more: there
 * they look for it, and there it is no drift. Where the work fails, it is brought back again.
 * @throws DmError DM5503 where it is not there any more, DM5506 where it cannot go back. Nothing is changed then.
 */
export async function withRestoredAway<T>(
  target: Database,
  revisions: readonly string[],
  notes: string[],
  work: () => Promise<T>,
): Promise<T> {
  const records = (await restoredRecords(target)).filter(({ revision }) => revisions.includes(revision));
  if (records.length === 0) return work();
  await refuseLost(target, records);
  await target.transaction(() => putAway(target, records));
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await target.transaction(() => takeOut(target, records));
    throw error;
  }
  for (const { revision, what } of records)
    notes.push(`${revision}: ${calledBefore(what)} had been restored, and was found as it is`);
  return result;
}

async function refuseLost(target: Database, records: readonly ArchiveRecord[]): Promise<void> {
  const gone: ArchiveRecord[] = [];
  for (const record of records) {
    if (record.what.was !== undefined || !(await isTaken(target, record.what))) gone.push(record);
  }
  if (gone.length === 0) return;
  throw new DmError("DM5503", "the way back needs what is not in quarantine any more", {
    at: maskPassword(target.description),
    details: gone.map(
      ({ what, revision }) => `${revision}: ${toldOf(what)} was restored, and is not where it was any more`,
    ),
    next: ["go forward instead: put it into the schema files as it is by now and dm plan"],
    exit: exitCode.refused,
  });
}

async function putAway(target: Database, records: readonly ArchiveRecord[]): Promise<void> {
  const homes = new Set(records.flatMap(({ what }) => what.restored?.homes ?? []));
  try {
    for (const { id, what } of records) {
      for (const { text } of awayStatements(what)) await target.script(text);
      await target.query("UPDATE dm.archive SET what = what - 'restored' WHERE id = $1", [id]);
    }
    for (const home of homes) await target.script(sql`DROP SCHEMA ${name(home)}`.text);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new DmError("DM5506", `what was restored cannot go back to quarantine: ${error.message}`, {
      at: maskPassword(target.description),
      details: [...records.map(({ what }) => toldOf(what)), ...error.details, "nothing was changed"],
      next: ["undo what was done to it since: dm drift names it"],
      exit: exitCode.refused,
      cause: error,
    });
  }
}

/** What no way back has used meanwhile. */
async function takeOut(target: Database, records: readonly ArchiveRecord[]): Promise<void> {
  const left = new Set((await archiveRecords(target)).map(({ id }) => id));
  for (const record of records.filter(({ id }) => left.has(id))) {
    const { restored, homes = [] } = record.what;
    const missing = new Set(await missingHomes(target, record.what));
    const made = homes.filter(({ schema }) => missing.has(schema) && restored?.homes.includes(schema));
    await bringBack(target, record, made);
  }
}
