import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify, YAMLParseError } from "yaml";
import { z } from "zod";
import { compareText } from "../catalog/catalog.js";
import { DmError } from "../error.js";
import type { RelationSize } from "../plan/sizes.js";
import type { Project } from "./config.js";

export const sizeFileName = "dm.sizes.yaml";

/** Sizes that somebody took from a database, for those who plan where it cannot be asked. */
export interface SizeFile {
  /** What it was taken from. */
  readonly from: string;
  /** The day, as `2025-03-04`. */
  readonly taken: string;
  readonly relations: ReadonlyMap<string, RelationSize>;
}

const count = z.number().nonnegative();
const shape = z.strictObject({
  from: z.string(),
  taken: z.string(),
  relations: z.record(z.string(), z.strictObject({ rows: count, bytes: count, indexes: count })).default({}),
});

/** The file beside dm.yaml; nothing when there is none. */
export async function readSizeFile({ root }: Project): Promise<SizeFile | undefined> {
  const file = join(root, sizeFileName);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const { from, taken, relations } = contents(text, file);
  const sizes = Object.entries(relations).map(
    ([relation, { rows, bytes, indexes }]) => [relation, { rows, bytes, indexBytes: indexes }] as const,
  );
  return { from, taken, relations: new Map(sizes) };
}

function contents(text: string, file: string) {
  const wrong = (details: readonly string[], cause: unknown) =>
    new DmError("DM1105", "the file of sizes is not as it should be", {
      at: file,
      details,
      next: ["write it anew: dm snapshot --sizes"],
      cause,
    });
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (error instanceof YAMLParseError) throw wrong([error.message], error);
    throw error;
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw wrong(details, parsed.error);
}

/** Writes the file, a line for each relation, sorted, in two digits: so that it changes when a size does. */
export async function writeSizeFile(
  { root }: Project,
  { from, taken, relations }: SizeFile,
): Promise<string> {
  const file = join(root, sizeFileName);
  const lines = [...relations]
    .sort(([a], [b]) => compareText(a, b))
    .map(([relation, { rows, bytes, indexBytes }]) => {
      const sizes = `{ rows: ${rounded(rows)}, bytes: ${rounded(bytes)}, indexes: ${rounded(indexBytes)} }`;
      return `  ${stringify(relation).trimEnd()}: ${sizes}\n`;
    });
  const text = [
    "# How large tables are: dm plan goes by it where online.sizes_from cannot be asked.\n",
    "# Written by dm snapshot --sizes.\n",
    stringify({ from, taken }),
    lines.length === 0 ? "relations: {}\n" : `relations:\n${lines.join("")}`,
  ].join("");
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
  return file;
}

function rounded(size: number): number {
  return Number(size.toPrecision(2));
}
