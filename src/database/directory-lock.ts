import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DmError } from "../error.js";

/** The file in a locked directory that names the process which holds it. */
export const lockName = "dm.lock";

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** Locks of this process: a process id that comes round again (1 in a container) is not taken for ours. */
const held = new Set<string>();

process.on("exit", () => {
  for (const file of held) rmSync(file, { force: true });
});

/** What a directory holds, and what two processes in it would do to each other. */
export interface Locked {
  readonly what: string;
  readonly danger: string;
}

/**
 * Takes the lock of a directory, or takes it over from a process that is dead.
 * @returns what releases the lock.
 * @throws DmError DM1109 when a living process holds it.
 */
export function lockDirectory(directory: string, locked: Locked): () => void {
  const file = join(directory, lockName);
  for (let tries = 0; tries < 3; tries += 1) {
    if (claim(file)) {
      held.add(file);
      return () => {
        held.delete(file);
        rmSync(file, { force: true });
      };
    }
    const holder = readHolder(file);
    if (holder !== undefined && isAlive(holder, file)) throw inUse(directory, locked, file, holder);
    discard(file, holder);
  }
  throw inUse(directory, locked, file, readHolder(file));
}

/** Creates the lock with its content in one step: link() fails when the name exists. */
function claim(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, host: hostname() }));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a dead process's lock, but not one that another process has just claimed in its place. */
function discard(file: string, dead: Holder | undefined): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    const moved = readHolder(aside);
    if (moved !== undefined && dead !== undefined && moved.pid !== dead.pid) linkSync(aside, file);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes(errorCode(error))) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    const isHolder = typeof value === "object" && value !== null && "pid" in value && "host" in value;
    return isHolder ? { pid: Number(value.pid), host: String(value.host) } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host }: Holder, file: string): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return held.has(file);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function inUse(directory: string, locked: Locked, file: string, holder: Holder | undefined): DmError {
  const isHere = holder?.host === hostname();
  const who = holder === undefined ? "" : ` by process ${holder.pid}${isHere ? "" : ` on ${holder.host}`}`;
  return new DmError("DM1109", `${locked.what} ${directory} is in use${who}`, {
    details: [locked.danger],
    next: ["wait until the other process has ended", `when no such process exists any more: rm ${file}`],
  });
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
