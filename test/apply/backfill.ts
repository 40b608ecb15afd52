import { afterAll, beforeAll } from "vitest";
import { type BackfillOptions, runBackfill } from "../../src/apply/backfill.js";
import { type PaceSettings, usualPace } from "../../src/apply/backfill-pace.js";
import { backfillUnderWay, forgetBackfills } from "../../src/apply/backfill-progress.js";
import { createJournal } from "../../src/apply/journal.js";
import type { Database } from "../../src/database/database.js";
import type { Step } from "../../src/revision/revision.js";
import { type Postgres, withTemporaryDatabase } from "../support/databases.js";

export const place = { id: "0123456789ab", direction: "up", step: 0 } as const;

/** Small batches without pauses. */
export const brisk: PaceSettings = { ...usualPace, pause: 0, batch: { min: 7, max: 7 } };

export function backfillStep(sql: string, more: Partial<Step> = {}): Step {
  return { mode: "backfill", comments: [], sql, ...more };
}

export interface Ran {
  readonly notes: readonly string[];
  /** Each stage that was told, in order; the same one after the other counts once. */
  readonly stages: readonly string[];
}

/** Runs one backfill to its end and forgets it, as applying its revision does. */
export async function backfill(
  database: Database,
  step: Step | string,
  more: Partial<BackfillOptions> = {},
): Promise<Ran> {
  const ran = await beginOrGoOn(database, step, more);
  await forgetBackfills(database, place.id);
  return ran;
}

/** The same without forgetting how far it got. */
export async function beginOrGoOn(
  database: Database,
  step: Step | string,
  more: Partial<BackfillOptions> = {},
): Promise<Ran> {
  await createJournal(database);
  const notes: string[] = [];
  const stages: string[] = [];
  await runBackfill(database, place, typeof step === "string" ? backfillStep(step) : step, {
    lockTimeout: "3s",
    pace: brisk,
    note: (text) => notes.push(text),
    progress: (stage) => {
      if (stages.at(-1) !== stage) stages.push(stage);
    },
    ...more,
  });
  return { notes, stages };
}

export function report(database: Database) {
  return backfillUnderWay(database, place);
}

/** A database for all tests of a suite; each begins with an empty schema `public` and without a journal. */
export function emptiedDatabase(
  postgres: Postgres,
): (setup: string) => Promise<{ database: Database; url: string }> {
  let opened: { database: Database; url: string } | undefined;
  let release: () => void = () => undefined;
  let closed: Promise<void> | undefined;
  beforeAll(async () => {
    await new Promise<void>((ready, failed) => {
      closed = withTemporaryDatabase(postgres, async (database, url) => {
        opened = { database, url };
        ready();
        await new Promise<void>((released) => {
          release = released;
        });
      });
      closed.catch(failed);
    });
  });
  afterAll(async () => {
    release();
    await closed;
  });
  return async (setup) => {
    if (opened === undefined) throw new Error("the database is not open yet");
    const empty = "DROP SCHEMA IF EXISTS dm CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public";
    await opened.database.script(`RESET ALL; ${empty}; ${setup}`);
    return opened;
  };
}
