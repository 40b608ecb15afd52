import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Ran } from "../cli/terminal.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = `${root}dist/cli/main.js`;

/** Removes what the runs kept for one another. */
export function removeCache(): Promise<void> {
  return rm(cache, { recursive: true, force: true });
}

/** Not the user's: what another build kept there may not fit this one. */
const cache = mkdtempSync(path.join(tmpdir(), "dm-cache-"));

const plainEnvironment = {
  ...process.env,
  XDG_CACHE_HOME: cache,
  NO_COLOR: undefined,
  DM_ENV: undefined,
  DATABASE_URL: undefined,
};

/** Starts the built CLI in a directory, without a terminal. */
export function start(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [main, ...argv], {
    cwd,
    env: { ...plainEnvironment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** What a started CLI printed, and how it ended. */
export function ended(child: ChildProcess): Promise<Ran> {
  const printed = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => {
    printed.stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    printed.stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...printed }));
  });
}

/** Runs the built CLI in a directory, as a script would: its own process, no terminal. */
export function dm(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return ended(start(cwd, argv, env));
}
