import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { canonicalJson } from "../../catalog/canonical.js";
import { cacheDirectory } from "../../database/pglite-template.js";
import { checksum } from "../../revision/sum.js";
import { version } from "../../version.js";
import { type Chain, fileOf } from "../chain.js";
import type { Workbench } from "../workbench.js";

/** What is known of revisions on exactly the files below them. */
export interface Remembered {
  /** Whether it was run one by one: up, down and up again. */
  has(id: string): boolean;
  add(id: string): Promise<void>;
  /** Whether the chain up to the last was run as a whole. */
  readonly hasWhole: boolean;
  addWhole(): Promise<void>;
}

/**
 * Which of a chain's revisions passed before: in the user's cache, by a hash of the files up to each, the shadow's
 * version and this program's.
 */
export async function rememberedOf(
  bench: Workbench,
  chain: Chain,
  ids: readonly string[],
): Promise<Remembered> {
  const { shadow, project } = bench;
  const directory = join(cacheDirectory(process.env, process.platform, homedir()), "checked");
  const there = await bench.whatIsThere();
  const parts = [version, shadow.description, shadow.database.version.number, canonicalJson(project.manage)];
  let hash = digest(...parts.map(String), there.whole.fingerprint);
  const keys = new Map<string, string>();
  for (const id of ids) {
    hash = digest(hash, id, checksum(fileOf(chain, id).text));
    keys.set(id, join(directory, hash));
  }
  const whole = join(directory, digest(hash, "whole"));
  return {
    hasWhole: existsSync(whole),
    addWhole: () => remember(whole),
    has: (id) => existsSync(keys.get(id) ?? ""),
    add: (id) => remember(keys.get(id)),
  };
}

function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}

/** A cache that cannot be written costs time, nothing else. */
async function remember(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "");
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}
