import {
  type ArchivedThing,
  archivedThings,
  bringBack,
  destroy,
  inDropOrder,
  isTaken,
  missingHomes,
} from "../apply/archive.js";
import { bringingBack } from "../apply/bring-back.js";
import { createJournal, writeJournal } from "../apply/journal.js";
import { withAdvisoryLock } from "../apply/lock.js";
import { calledBefore, toldOf } from "../archive/move.js";
import { maskPassword } from "../database/connect.js";
import type { Database } from "../database/database.js";
import { DmError, exitCode } from "../error.js";
import type { Revision, Step } from "../revision/revision.js";
import { literal, name } from "../sql/sql.js";
import { version } from "../version.js";
import type { Project } from "./config.js";
import { daysOf } from "./retention.js";
import { type Progress, silent, withTarget } from "./target.js";

export type { ArchivedThing } from "../apply/archive.js";

export interface ArchiveList {
  readonly environment: string;
  /** Without its password. */
  readonly database: string;
  /** The oldest first. */
  readonly things: readonly ArchivedThing[];
}

/** What is in quarantine, and what has been destroyed. Changes nothing. */
export function listArchive(project: Project, progress: Progress = silent): Promise<ArchiveList> {
  return withTarget(project, progress, async (target) => ({
    environment: project.environment.name,
    database: maskPassword(target.description),
    things: await archivedThings(target),
  }));
}

/**
 * Brings one thing back under its old name, without a rollback; of a schema that has gone, all that has gone with it. A
 * schema that is not there any more is made again as it was.
 * @param wanted the beginning of its id, its name (`app.letter`), or both with its kind (`table app.letter`,
 * `schema app`).
 * @returns what came back.
 * @throws DmError DM5501 when nothing or several things fit, DM5502 when its name is another thing's by now, DM5505 when
 * nobody knows its schema any more.
 */
export function restoreArchived(
  project: Project,
  wanted: string,
  progress: Progress = silent,
): Promise<readonly ArchivedThing[]> {
  return withTarget(project, progress, (target) =>
    withAdvisoryLock(
      target,
      async () => {
        const all = await archivedThings(target);
        const ofSchema = all.filter((thing) => isThere(thing) && isOfSchema(thing, wanted));
        const things = ofSchema.length > 0 ? ofSchema : [onlyOne(all, wanted, target)];
        for (const thing of things) if (await isTaken(target, thing.what)) throw taken(thing, target);
        await createJournal(target);
        await target.transaction(async () => {
          await limitLocks(project, target);
          for (const thing of things) {
            progress(`bringing back ${toldOf(thing.what)}`);
            const missing = await missingHomes(target, thing.what);
            await bringBack(
              target,
              thing,
              missing.map((schema) => ({ schema, sql: homeOf(schema, thing, all, target) })),
            );
            await journal(target, thing, "restore");
          }
        });
        return things;
      },
      { progress },
    ),
  );
}

/** Whether it has gone with the schema of that name: `schema app`. */
function isOfSchema({ what }: ArchivedThing, wanted: string): boolean {
  return what.homes?.some(({ schema }) => `schema ${name(schema).text}` === wanted) === true;
}

/** What makes a schema that is not there any more: as it went with this thing, or else as it was when it last went. */
function homeOf(
  schema: string,
  thing: ArchivedThing,
  all: readonly ArchivedThing[],
  target: Database,
): readonly string[] {
  const known = [thing, ...all.toReversed()]
    .flatMap(({ what }) => what.homes ?? [])
    .find((home) => home.schema === schema);
  if (known !== undefined) return known.sql;
  throw new DmError(
    "DM5505",
    `the schema ${name(schema).text} of ${calledBefore(thing.what)} is not there any more`,
    {
      at: maskPassword(target.description),
      details: ["nothing was changed"],
      next: [`make it: CREATE SCHEMA ${name(schema).text}`, "then run dm archive restore again"],
      exit: exitCode.refused,
    },
  );
}

const isThere = ({ purgedAt, place }: ArchivedThing) => purgedAt === null && place !== null;

/** What a purge would destroy, or has destroyed. */
export interface PurgeResult extends ArchiveList {
  readonly olderThan: string;
}

/** What {@link purgeArchive} would destroy. Changes nothing. */
export async function purgeable(
  project: Project,
  olderThan: string,
  progress?: Progress,
): Promise<PurgeResult> {
  const list = await listArchive(project, progress);
  return { ...list, olderThan, things: old(list.things, olderThan) };
}

/**
 * Destroys what has been in quarantine for longer than that, all or nothing, and journals each of it. A revision whose
 * way back needs it then has none.
 */
export function purgeArchive(
  project: Project,
  olderThan: string,
  progress: Progress = silent,
): Promise<PurgeResult> {
  return withTarget(project, progress, (target) =>
    withAdvisoryLock(
      target,
      async () => {
        const things = old(await archivedThings(target), olderThan);
        if (things.length > 0) {
          await createJournal(target);
          await target.transaction(async () => {
            await limitLocks(project, target);
            for (const thing of await inDropOrder(target, things)) {
              progress(`destroying ${toldOf(thing.what)}`);
              await destroy(target, thing);
              await journal(target, thing, "purge");
            }
          });
        }
        const database = maskPassword(target.description);
        return { environment: project.environment.name, database, olderThan, things };
      },
      { progress },
    ),
  );
}

function old(things: readonly ArchivedThing[], olderThan: string): ArchivedThing[] {
  const until = Date.now() - daysOf(olderThan) * 24 * 60 * 60 * 1000;
  return things.filter(({ purgedAt, archivedAt }) => purgedAt === null && Date.parse(archivedAt) <= until);
}

function limitLocks({ lockTimeout }: Project, target: Database) {
  return target.script(`SET LOCAL lock_timeout = ${literal(lockTimeout).text}`);
}

function journal(target: Database, { revision, what, rows }: ArchivedThing, direction: "restore" | "purge") {
  const about = `${toldOf(what)}${rows === null ? "" : `, ${rows} ${what.kind === "column" ? "values" : "rows"}`}`;
  return writeJournal(target, { revision, direction, milliseconds: 0, about }, version);
}

function onlyOne(things: readonly ArchivedThing[], wanted: string, target: Database): ArchivedThing {
  const there = things.filter(isThere);
  const found = there.filter(({ id, what }) => {
    const called = calledBefore(what);
    return id.startsWith(wanted) || called === wanted || called === `${what.kind} ${wanted}`;
  });
  const [thing] = found;
  if (thing !== undefined && found.length === 1) return thing;
  throw new DmError(
    "DM5501",
    `${found.length === 0 ? "nothing" : "more than one thing"} in quarantine is called ${wanted}`,
    {
      at: maskPassword(target.description),
      details: (found.length === 0 ? there : found).map(({ id, what }) => `${id} ${toldOf(what)}`),
      next: ["see what there is: dm archive list", "name it by its id"],
    },
  );
}

function taken({ what }: ArchivedThing, target: Database): DmError {
  return new DmError("DM5502", `there is another ${calledBefore(what)} by now`, {
    at: maskPassword(target.description),
    details: ["nothing was changed"],
    next: ["rename the other one first, or read the quarantined one where it is: dm archive list"],
    exit: exitCode.refused,
  });
}

/**
 * A way back cannot bring back what was destroyed. Looked for before anything runs.
 * @throws DmError DM5503 naming it.
 */
export async function refusePurged(target: Database, revisions: readonly string[]): Promise<void> {
  const gone = (await archivedThings(target)).filter(
    ({ revision, what, place }) => revisions.includes(revision) && what.again === undefined && place === null,
  );
  if (gone.length === 0) return;
  throw new DmError("DM5503", "the way back needs what is not in quarantine any more", {
    at: maskPassword(target.description),
    details: gone.map(
      ({ what, purgedAt, revision }) =>
        `${revision}: ${toldOf(what)} ${purgedAt === null ? "was taken away by hand" : `was purged at ${purgedAt}`}`,
    ),
    next: [
      "go forward instead: put it into the schema files again and dm plan; it comes empty",
      "or bring its rows back from a backup",
    ],
    exit: exitCode.refused,
  });
}

/**
 * The steps up, with what the last way back has put away brought back, and notes of that; a revision that has begun goes
 * on as it began.
 */
export async function stepsUp(
  target: Database,
  { id, up }: Revision,
  done: number,
  notes: string[],
): Promise<readonly Step[]> {
  if (done > 0) return up;
  const { steps, objects } = await bringingBack(target, id, up);
  for (const object of objects) {
    notes.push(`${id}: ${calledBefore(object)} came back from quarantine, with its rows`);
  }
  return steps;
}
