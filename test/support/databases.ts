import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { connect, inDatabase, withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { openPglite } from "../../src/database/pglite.js";
import { dropScratch } from "../../src/database/scratch.js";

/** A major version of the shared servers, or the embedded PostgreSQL. */
export type Postgres = number | "pglite";

export interface SharedServer {
  readonly major: number;
  /** The superuser's, over TCP, with a password. */
  readonly url: string;
  readonly socket: string;
  readonly port: number;
}

/** The servers that run, oldest first; known when test files are collected. */
export function servers(): readonly SharedServer[] {
  return inject("servers");
}

/** The running server of this major version. */
export function server(major: number): SharedServer {
  const found = servers().find((candidate) => candidate.major === major);
  if (found === undefined)
    throw new Error(`PostgreSQL ${major} does not run: use eachPostgres or newestServer`);
  return found;
}

/** Everything that tests can run on here: `describe.each(eachPostgres)("on %s", (postgres) => …)`. */
export const eachPostgres: readonly Postgres[] = [
  ...(inject("isPgliteTested") ? (["pglite"] as const) : []),
  ...servers().map(({ major }) => major),
];

/**
 * PGlite, the oldest and the newest server: for what takes long and whose parts are tested on every version;
 * `DM_TEST_ALL=1` takes them all.
 */
export const endsOfPostgres: readonly Postgres[] = eachPostgres.filter(
  (postgres, at) =>
    process.env.DM_TEST_ALL === "1" ||
    postgres === "pglite" ||
    postgres === servers()[0]?.major ||
    at === eachPostgres.length - 1,
);

/**
 * The same without PGlite, unless it is all there is: for what depends on PostgreSQL's version and not on how dm talks to
 * it, or needs several sessions.
 */
export const endsOfServers: readonly Postgres[] =
  process.env.DM_TEST_ALL === "1" || servers().length === 0
    ? endsOfPostgres
    : endsOfPostgres.filter((postgres) => postgres !== "pglite");

/** The newest server that runs, for what needs a server and no particular version. */
export function newestServer(): SharedServer | undefined {
  return servers().at(-1);
}

/**
 * An empty database of the test's own: on a server from template0, dropped afterwards; for PGlite in memory.
 * `url` opens more sessions in it (a server's only).
 */
export async function withTemporaryDatabase<T>(
  postgres: Postgres,
  work: (database: Database, url: string) => Promise<T>,
): Promise<T> {
  if (postgres === "pglite") {
    const database = await openPglite();
    try {
      return await work(database, "pglite:");
    } finally {
      await database.close();
    }
  }
  const admin = server(postgres).url;
  const name = `dm_test_${randomBytes(6).toString("hex")}`;
  const url = inDatabase(admin, name);
  await withDatabase(admin, (database) => database.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  try {
    return await withDatabase(url, (database) => work(database, url));
  } finally {
    const database = await connect(admin);
    try {
      await dropScratch(database, admin, name);
    } finally {
      await database.close();
    }
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * A path in the optional folder of large samples: `DM_SHARED`, or `../shared` beside the project; undefined
 * when it is not there: `describe.skipIf(skipAloud(shared("cases") === undefined, "no shared/cases"))`.
 */
export function shared(path: string): string | undefined {
  const place = join(process.env.DM_SHARED ?? join(root, "../shared"), path);
  return existsSync(place) ? place : undefined;
}

/** For skipIf: passes the condition on, and says so when it holds. */
export function skipAloud(isSkipped: boolean, reason: string): boolean {
  if (isSkipped) console.warn(`SKIPPED: ${reason}`);
  return isSkipped;
}
