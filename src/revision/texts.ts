import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DmError } from "../error.js";
import type { RevisionText } from "./sum.js";

/** Every text of a directory that is, or should be, a revision file, sorted by name. An absent directory holds none. */
export async function revisionTexts(directory: string): Promise<RevisionText[]> {
  const names = (await namesIn(directory)).filter((name) => name.endsWith(".sql") && !name.startsWith("."));
  return names.sort().flatMap((name) => {
    const text = readIfPresent(join(directory, name));
    return text === undefined ? [] : { name, text };
  });
}

/** The names of a directory's files; none when it is absent. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw unreadable(directory, error);
  }
}

/** A file's text. In one go: for hundreds of small files a promise each takes ten times as long. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): DmError {
  return new DmError("DM4001", `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
    at: path,
    next: ["check the path and its permissions"],
    cause,
  });
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
