import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readDesired } from "../../src/desired/read.js";
import type { RefusalOptions } from "../../src/desired/refuse.js";
import type { DesiredState } from "../../src/desired/state.js";
import { DmError } from "../../src/error.js";
import { openParser } from "../../src/parse/parser.js";

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes files into a directory of their own, and removes it. */
export async function withFiles<T>(files: Files, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), "dm-desired-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
      await writeFile(path.join(directory, name), content);
    }
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The desired state that files describe, read with PostgreSQL 18's grammar. */
export async function desired(files: Files | string, options?: RefusalOptions): Promise<DesiredState> {
  const parser = await openParser(18);
  const all = typeof files === "string" ? { "schema.sql": files } : files;
  return withFiles(all, (directory) => readDesired(directory, parser, options));
}

/** The DmError that the work ends with. */
export async function failureOf(work: Promise<unknown>): Promise<DmError> {
  const error: unknown = await work.then(
    () => new Error("no error"),
    (reason: unknown) => reason,
  );
  if (error instanceof DmError) return error;
  throw error;
}

/** `file:line:column` with the file's name alone. */
export function placeOf({ at }: DmError): string {
  if (typeof at !== "object") return String(at);
  return `${path.basename(at.file)}:${at.line}:${at.column}`;
}
