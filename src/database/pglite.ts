import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Extension, type Extensions, PGlite } from "@electric-sql/pglite";
import { DmError } from "../error.js";
import type { Database, ServerVersion } from "./database.js";
import { lockDirectory, lockName } from "./directory-lock.js";
import { messageOf } from "./failure.js";
import { interruptible } from "./interrupt.js";
import { shippedExtensions } from "./pglite-extensions.js";
import { filesAtStart } from "./pglite-files.js";
import { pgliteMajor, templateArchive } from "./pglite-template.js";
import { pgliteWire } from "./pglite-wire.js";
import { session } from "./session.js";
import { readTar } from "./tar.js";
import { encodeParameter } from "./value.js";

export { pgliteExtensions } from "./pglite-extensions.js";

/**
 * PGlite's own, less two that make it differ from a server: -O (system tables may be altered) and
 * search_path=public.
 */
const startParameters = [
  "--single",
  "-F",
  "-j",
  ...[
    "exit_on_error=false",
    "log_checkpoints=false",
    "max_worker_processes=0",
    "max_parallel_workers=0",
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "io_method=sync",
    // A shadow's states are built in one transaction each, and the default 64 ends at about 1,000 tables.
    "max_locks_per_transaction=1024",
  ].flatMap((setting) => ["-c", setting]),
];

/**
 * Opens an embedded PostgreSQL, in memory or in a directory that is created when it is not there. The session
 * is the superuser `postgres` in the database `postgres`; every extension that PGlite ships can be created.
 * @throws DmError DM1109 when another process has the directory open, DM1110 when it cannot be used.
 */
export async function openPglite(directory?: string): Promise<Database> {
  if (directory === undefined) {
    const template = unpacked(await templateArchive());
    return open("in-memory PGlite", { extensions: { template, shippedExtensions } });
  }
  const path = resolve(directory);
  const unlock = await prepare(path);
  try {
    return await open(`pglite:${directory}`, { dataDir: path, extensions: { shippedExtensions } }, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function open(
  description: string,
  options: { dataDir?: string; extensions: Extensions },
  release?: () => void,
): Promise<Database> {
  const complaints: string[] = [];
  let pglite: PGlite;
  try {
    pglite = await PGlite.create({
      ...options,
      startParams: startParameters,
      onStderr: (text) => {
        complaints.push(text);
        return false;
      },
    });
  } catch (error) {
    const reasons = complaints.filter((text) => /FATAL|PANIC|ERROR|DETAIL|HINT/.test(text));
    throw new DmError("DM1110", `${description} does not open`, {
      details: [messageOf(error), ...reasons],
      next: [
        "it may come from another PostgreSQL or PGlite: use another directory",
        "or restore a backup of it",
      ],
      cause: error,
    });
  }
  const wire = pgliteWire(pglite, description, await readVersion(pglite));
  const end = async () => {
    try {
      await wire.end();
    } finally {
      release?.();
    }
  };
  return interruptible(session({ ...wire, end }, encodeParameter));
}

async function readVersion(pglite: PGlite): Promise<ServerVersion> {
  const { rows } = await pglite.query<{ number: number }>(
    "SELECT current_setting('server_version_num')::int AS number",
  );
  const number = rows[0]?.number ?? 0;
  return { number, major: Math.floor(number / 10000) };
}

/** The data directory in memory: measured, a third quicker than PGlite's own loadDataDir. */
function unpacked(archive: Buffer): Extension {
  return filesAtStart("template", (files) => {
    for (const { path, isDirectory, content } of readTar(archive)) {
      files.add(`${PGlite.paths.PGDATA}/${path}`, isDirectory ? undefined : content);
    }
  });
}

/** Locks the directory and sees to it that a database of the right version is in it. */
async function prepare(directory: string): Promise<() => void> {
  if (existsSync(directory) && !statSync(directory).isDirectory()) {
    throw new DmError("DM1110", `${directory} is a file, not a PGlite directory`);
  }
  mkdirSync(directory, { recursive: true });
  const unlock = lockDirectory(directory, {
    what: "the PGlite directory",
    // PGlite itself does not look.
    danger: "two processes in one PGlite directory would destroy it",
  });
  try {
    const version = versionOf(directory);
    if (version === undefined) extract(await templateArchive(), directory);
    else refuseVersion(directory, version);
    return unlock;
  } catch (error) {
    unlock();
    throw error;
  }
}

function versionOf(directory: string): string | undefined {
  const file = join(directory, versionFile);
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

const versionFile = "PG_VERSION";

/** A directory with anything else in it is somebody's: nothing is unpacked over it. */
function refuseForeign(directory: string, archive: Buffer): void {
  const known = new Set([...readTar(archive)].map(({ path }) => path.split("/")[0]));
  const foreign = readdirSync(directory).find((entry) => !known.has(entry) && !entry.startsWith(lockName));
  if (foreign === undefined) return;
  throw new DmError("DM1110", `${directory} is neither empty nor a PGlite directory: it holds ${foreign}`, {
    next: ["name an empty or a new directory"],
  });
}

function refuseVersion(directory: string, version: string): void {
  if (version === pgliteMajor) return;
  throw new DmError("DM1110", `${directory} holds a database of PostgreSQL ${version}`, {
    details: [`the PGlite of this dm is PostgreSQL ${pgliteMajor} and opens no other`],
    next: ["dump it with the version that made it, and restore it into a new directory"],
  });
}

/** PG_VERSION comes last: a directory with it is whole, one that an interruption left is unpacked again. */
function extract(archive: Buffer, directory: string): void {
  refuseForeign(directory, archive);
  for (const { path, isDirectory, content } of readTar(archive)) {
    const place = join(directory, path);
    mkdirSync(isDirectory ? place : dirname(place), { recursive: true });
    if (!isDirectory && path !== versionFile) writeFileSync(place, content);
  }
  const temporary = join(directory, `${lockName}.version`);
  writeFileSync(temporary, `${pgliteMajor}\n`);
  renameSync(temporary, join(directory, versionFile));
}
