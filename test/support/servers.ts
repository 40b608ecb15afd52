import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const majors = [14, 15, 16, 17, 18] as const;

const root = fileURLToPath(new URL("../..", import.meta.url));
const packages = join(root, "test/servers/node_modules");
const cache = join(root, "node_modules/.cache/dm-test-servers");
const prefix = "dm-test-server-";

/** The superuser's; TCP connections need it, so that a wrong one is refused. */
export const password = "a secret of the tests";

export interface TestServer {
  readonly major: number;
  /** As `18.4`. */
  readonly version: string;
  /** The superuser's, over TCP. */
  readonly url: string;
  readonly port: number;
  /** The directory of its Unix socket. */
  readonly socket: string;
  readonly data: string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Lines that go before the standard ones of pg_hba.conf. */
  readonly hba?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the data directory is made; beside the socket unless given. */
  readonly dataIn?: string | undefined;
  /** Called with the data directory before the start; what it writes becomes the server's. */
  readonly prepare?: (data: string) => void;
}

/**
 * Starts a PostgreSQL of this major version in a temporary directory.
 * @returns undefined when its binaries are not installed (test/servers).
 */
export async function startServer(
  major: number,
  options: ServerOptions = {},
): Promise<TestServer | undefined> {
  const installed = join(packages, `postgres-${major}-${process.platform}-${process.arch}`);
  if (!existsSync(installed)) return undefined;
  const manifest: { version: string } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const owner = unprivileged();
  const directory = ownDirectory(tmpdir(), owner);
  writeFileSync(join(directory, "owner"), String(process.pid));
  try {
    const native = runnable(join(installed, "native"), directory, owner);
    const data = dataDirectory(directory, options.dataIn, owner);
    initialise(native, data, manifest.version, owner);
    const hba = join(data, "pg_hba.conf");
    if (options.hba !== undefined)
      writeFileSync(hba, `${options.hba.join("\n")}\n${readFileSync(hba, "utf8")}`);
    options.prepare?.(data);
    if (owner !== undefined) execFileSync("chown", ["-R", `${owner.uid}:${owner.gid}`, data]);
    const port = await freePort();
    const postmaster = await run(native, data, directory, port, options.settings ?? {}, owner);
    running.set(postmaster, directory);
    return {
      major,
      version: /^\d+\.\d+/.exec(manifest.version)?.[0] ?? String(major),
      url: `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
      port,
      socket: directory,
      data,
      stop: () => stop(postmaster, directory),
    };
  } catch (error) {
    remove(directory);
    throw error;
  }
}

function ownDirectory(place: string, owner: Owner | undefined): string {
  const directory = mkdtempSync(join(place, prefix));
  if (owner !== undefined) chownSync(directory, owner.uid, owner.gid);
  return directory;
}

/** Known by a link in the server's directory where it is elsewhere. */
function dataDirectory(directory: string, place: string | undefined, owner: Owner | undefined): string {
  const data = join(directory, "data");
  if (place === undefined) return data;
  const elsewhere = join(ownDirectory(place, owner), "data");
  symlinkSync(elsewhere, data);
  return elsewhere;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then somebody without rights runs it. */
function unprivileged(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const fields = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8"));
  return fields === null ? { uid: 65534, gid: 65534 } : { uid: Number(fields[1]), gid: Number(fields[2]) };
}

/** The binaries' directory, complete and where `owner` can execute it. */
function runnable(native: string, directory: string, owner: Owner | undefined): string {
  hydrate(native);
  const { status } = spawnSync(join(native, "bin/postgres"), ["--version"], {
    env: environment(native),
    ...owner,
  });
  if (status === 0) return native;
  const copy = join(directory, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  execFileSync("chmod", ["-R", "a+rX", copy]);
  return copy;
}

/** npm packages cannot hold symbolic links; this one lists those that its libraries need. */
function hydrate(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const place = join(dirname(native), target);
    if (existsSync(place)) continue;
    rmSync(place, { force: true });
    symlinkSync(source.slice(source.lastIndexOf("/") + 1), place);
  }
}

function environment(native: string): Record<string, string> {
  const lib = join(native, "lib");
  return {
    PATH: process.env.PATH ?? "",
    LC_ALL: "C",
    LD_LIBRARY_PATH: lib,
    DYLD_LIBRARY_PATH: lib,
    TZ: "UTC",
  };
}

/** A data directory as initdb makes it, from the cache when there is one: initdb takes a second or two. */
function initialise(native: string, data: string, version: string, owner: Owner | undefined): void {
  const locales = spawnSync("locale", ["-a"], { encoding: "utf8" }).stdout ?? "";
  const locale = /^C\.utf-?8$/im.test(locales) ? "C.UTF-8" : "C";
  const options = [
    "-U",
    "postgres",
    "-E",
    "UTF8",
    `--locale=${locale}`,
    "-A",
    "scram-sha-256",
    "--auth-local=trust",
  ];
  const key = createHash("sha256")
    .update(JSON.stringify([version, options, password]))
    .digest("hex")
    .slice(0, 12);
  const cached = join(cache, `${version}-${process.platform}-${process.arch}-${key}`);
  if (!existsSync(cached)) {
    const secret = join(dirname(data), "password");
    writeFileSync(secret, password);
    if (owner !== undefined) chownSync(secret, owner.uid, owner.gid);
    const place = ["-D", data, `--pwfile=${secret}`, "--no-sync"];
    const made = spawnSync(join(native, "bin/initdb"), [...place, ...options], {
      encoding: "utf8",
      env: environment(native),
      ...owner,
    });
    if (made.status !== 0) throw new Error(`initdb ${version} failed: ${made.error?.message ?? made.stderr}`);
    const temporary = `${cached}.${process.pid}.${randomBytes(4).toString("hex")}`;
    mkdirSync(cache, { recursive: true });
    cpSync(data, temporary, { recursive: true });
    try {
      renameSync(temporary, cached);
    } catch {
      // Another run was quicker.
      rmSync(temporary, { recursive: true, force: true });
    }
    return;
  }
  cpSync(cached, data, { recursive: true });
  execFileSync("chmod", ["700", data]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function run(
  native: string,
  data: string,
  socket: string,
  port: number,
  settings: Readonly<Record<string, string>>,
  owner: Owner | undefined,
): Promise<ChildProcess> {
  const all = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: process.platform === "win32" ? "" : socket,
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    wal_level: "logical",
    max_connections: "100",
    logging_collector: "off",
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const postmaster = spawn(join(native, "bin/postgres"), ["-D", data, ...options], {
    stdio: ["ignore", "ignore", "pipe"],
    env: environment(native),
    ...owner,
  });
  const log = join(socket, "log");
  return new Promise((resolve, reject) => {
    let said = "";
    let isReady = false;
    postmaster.once("error", reject);
    postmaster.once("exit", (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)));
    postmaster.stderr?.on("data", (chunk: Buffer) => {
      if (existsSync(socket)) appendFileSync(log, chunk);
      if (isReady) return;
      said += chunk.toString();
      isReady = said.includes("ready to accept connections");
      if (isReady) resolve(postmaster);
    });
  });
}

/** The servers of this process that run, with their directories. */
const running = new Map<ChildProcess, string>();

// After Ctrl-C nobody awaits stop().
process.on("exit", () => {
  for (const [postmaster, directory] of running) {
    postmaster.kill("SIGQUIT");
    remove(directory);
  }
});

function remove(directory: string): void {
  const data = join(directory, "data");
  const isLink = lstatSync(data, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  for (const one of [...(isLink ? [dirname(readlinkSync(data))] : []), directory])
    rmSync(one, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** Fast shutdown; immediate when it takes long: nothing in it is to be kept. */
async function stop(postmaster: ChildProcess, directory: string): Promise<void> {
  if (postmaster.exitCode === null && postmaster.signalCode === null) {
    const ended = new Promise((resolve) => postmaster.once("exit", resolve));
    postmaster.kill("SIGINT");
    const impatience = setTimeout(() => postmaster.kill("SIGQUIT"), 5000);
    await ended;
    clearTimeout(impatience);
  }
  running.delete(postmaster);
  remove(directory);
}

/** Stops and removes what runs left behind whose process was killed. */
export function sweepLeftovers(): void {
  for (const entry of readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))) {
    const directory = join(tmpdir(), entry);
    const owner = readNumber(join(directory, "owner"));
    if (owner === undefined || isAlive(owner)) continue;
    const postmaster = readNumber(join(directory, "data/postmaster.pid"));
    if (postmaster !== undefined && isAlive(postmaster)) process.kill(postmaster, "SIGQUIT");
    remove(directory);
  }
}

function readNumber(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const number = Number.parseInt(readFileSync(file, "utf8"), 10);
  return Number.isNaN(number) ? undefined : number;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
