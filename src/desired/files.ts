import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { DmError } from "../error.js";

export interface SchemaFile {
  /** For messages: as the path was given. */
  readonly name: string;
  readonly content: string;
}

export interface SchemaFiles {
  readonly files: readonly SchemaFile[];
  /** SHA-256 over names (relative to the path given) and contents. */
  readonly hash: string;
}

/** More than this is data, or it is dozens of schemas; the parser's memory ends not far beyond. */
const largestFile = 16 * 1024 * 1024;

/**
 * Reads files, and directories with all that is in them: `.sql`, `.yaml`, `.yml`, sorted by name, no
 * dotfiles.
 */
export async function readSchemaFiles(paths: readonly string[]): Promise<SchemaFiles> {
  const hash = createHash("sha256");
  const files: SchemaFile[] = [];
  for (const root of paths) {
    for (const name of await schemaFileNames(root)) {
      const content = await readText(name);
      files.push({ name, content });
      const relative = path.relative(root, name) || path.basename(name);
      hash
        .update(`${JSON.stringify([relative.split(path.sep).join("/"), content.length])}\n`)
        .update(content);
    }
  }
  return { files, hash: hash.digest("hex") };
}

async function schemaFileNames(root: string): Promise<string[]> {
  const found = await stat(root).catch((error: unknown) => unreadable(root, error));
  if (!found.isDirectory()) return [root];
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) =>
    unreadable(root, error),
  );
  const names: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = path.join(root, entry.name);
    if (entry.name.startsWith(".")) continue;
    const isDirectory = entry.isSymbolicLink() ? (await stat(name)).isDirectory() : entry.isDirectory();
    if (isDirectory) names.push(...(await schemaFileNames(name)));
    else if (/\.(sql|ya?ml)$/i.test(entry.name)) names.push(name);
  }
  return names;
}

async function readText(name: string): Promise<string> {
  const bytes = await readFile(name).catch((error: unknown) => unreadable(name, error));
  if (bytes.length > largestFile) {
    throw new DmError("DM2106", `${name} is larger than 16 MB`, { at: name, next: ["split it by object"] });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const next = ["save it as UTF-8", "dump with --encoding=UTF8"];
    throw new DmError("DM2106", `${name} is not UTF-8 text`, { at: name, next, cause });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  EACCES: "permission denied",
  ELOOP: "its symbolic links go in a circle",
};

function unreadable(name: string, cause: unknown): never {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
  throw new DmError("DM2106", `the schema file or directory ${name} cannot be read: ${reason}`, {
    at: name,
    cause,
  });
}
