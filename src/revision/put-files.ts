import { randomBytes } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DmError } from "../error.js";
import type { RevisionText } from "./sum.js";

/**
 * Writes the files beside their places first and then moves them there in one go: nothing else, not even the
 * handler of a signal, runs between the moves. A file that replaces another comes last; then those that go are removed.
 */
export async function putFiles(
  directory: string,
  files: readonly RevisionText[],
  gone: readonly string[] = [],
): Promise<void> {
  const moves = files.map(({ name, text }) => ({
    text,
    temporary: join(directory, `.${name}.${randomBytes(4).toString("hex")}.tmp`),
    path: join(directory, name),
  }));
  const moved: string[] = [];
  try {
    for (const { temporary, text } of moves) await writeDurably(temporary, text);
    for (const { temporary, path } of moves) {
      renameSync(temporary, path);
      moved.push(path);
    }
  } catch (error) {
    for (const path of [...moves.map(({ temporary }) => temporary), ...moved]) rmSync(path, { force: true });
    throw new DmError(
      "DM4001",
      `the revisions cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      {
        at: directory,
        details: ["nothing was written"],
        next: ["check the directory's permissions and free space"],
        cause: error,
      },
    );
  }
  for (const name of gone) rmSync(join(directory, name), { force: true });
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
