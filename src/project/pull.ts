import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Unmodelled } from "../catalog/fact.js";
import { leftAlone } from "../catalog/left-alone.js";
import type { LeftOut } from "../catalog/scope.js";
import { DmError } from "../error.js";
import { writeSchemaFiles } from "../pull/pull.js";
import type { Project } from "./config.js";
import { readSource } from "./source.js";
import { type Progress, silent } from "./target.js";
import { type Workbench, withWorkbench } from "./workbench.js";

export interface PullRequest {
  /** What to write; the environment's database unless given. */
  readonly source?: string;
  readonly format: "sql" | "yaml";
  /** Where to; the project's schema directory unless given. */
  readonly directory?: string;
  readonly progress?: Progress;
}

export interface PullResult {
  readonly files: readonly string[];
  readonly unmodelled: readonly Unmodelled[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Writes a state as a directory of schema files.
 * @throws DmError DM2401 when the directory holds files already: dm does not mix two schemas.
 */
export function pull(project: Project, request: PullRequest): Promise<PullResult> {
  return withWorkbench(project, request.progress ?? silent, (bench) =>
    pullInto(bench, request, resolve(request.directory ?? project.schema)),
  );
}

export async function pullInto(
  bench: Workbench,
  { source, format }: Pick<PullRequest, "source" | "format">,
  directory: string,
): Promise<PullResult> {
  await refuseFilled(directory);
  bench.progress("reading");
  const catalog = source === undefined ? await bench.whatIsThere() : await readSource(bench, source);
  const files: string[] = [];
  for (const { path, text } of writeSchemaFiles(await bench.normalize(catalog), bench.base, format)) {
    const file = join(directory, ...path.split("/"));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: "wx" });
    files.push(file);
  }
  return { files, unmodelled: leftAlone(catalog), leftOut: catalog.leftOut };
}

async function refuseFilled(directory: string): Promise<void> {
  const there = await namesIn(directory);
  const files = there.filter((name) => /\.(sql|ya?ml)$/.test(name));
  if (files.length === 0) return;
  throw new DmError("DM2401", "the directory holds schema files already", {
    at: directory,
    details: files.slice(0, 5),
    next: ["write elsewhere and compare: dm pull --directory DIR", "or move the files away first"],
  });
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory, { recursive: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
