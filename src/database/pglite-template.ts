import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

/** The PostgreSQL that the PGlite of this dm is. */
export const pgliteMajor = "18";

/**
 * An initialised data directory as a tar archive. initdb takes seconds, so that what it made is kept in the
 * user's cache for the next process; a cache that is missing, damaged or not writable only costs time.
 */
export async function templateArchive(): Promise<Buffer> {
  const file = join(
    cacheDirectory(process.env, process.platform, homedir()),
    `pglite-${pgliteVersion()}.tar`,
  );
  const cached = await readCached(file);
  if (cached !== undefined) return cached;
  const archive = await initialise();
  await writeCached(file, archive);
  return archive;
}

/** Where caches belong on this platform, under `dm/`. */
export function cacheDirectory(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
): string {
  if (env.XDG_CACHE_HOME !== undefined && env.XDG_CACHE_HOME !== "") return join(env.XDG_CACHE_HOME, "dm");
  if (platform === "darwin") return join(home, "Library", "Caches", "dm");
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "dm");
  return join(home, ".cache", "dm");
}

export function pgliteVersion(): string {
  const require = createRequire(import.meta.url);
  const entry = require.resolve("@electric-sql/pglite");
  const manifest: { version: string } = require(join(dirname(entry), "..", "package.json"));
  return manifest.version;
}

async function initialise(): Promise<Buffer> {
  const pglite = await PGlite.create();
  try {
    const dump = await pglite.dumpDataDir("none");
    return Buffer.from(await dump.arrayBuffer());
  } finally {
    await pglite.close();
  }
}

/** The archive stands behind its own SHA-256, so that half a file or a damaged one is never opened. */
async function readCached(file: string): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(file);
    const archive = bytes.subarray(digestLength);
    return digest(archive).equals(bytes.subarray(0, digestLength)) ? archive : undefined;
  } catch {
    return undefined;
  }
}

async function writeCached(file: string, archive: Buffer): Promise<void> {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, Buffer.concat([digest(archive), archive]), { mode: 0o600 });
    await rename(temporary, file);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

const digestLength = 32;

function digest(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
