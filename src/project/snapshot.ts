import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Unmodelled } from "../catalog/fact.js";
import type { LeftOut } from "../catalog/scope.js";
import { writeSnapshot } from "../catalog/snapshot.js";
import { withNeeds } from "../manage/surroundings.js";
import type { Project } from "./config.js";
import { readSource } from "./source.js";
import { type Progress, silent, withWorkbench } from "./workbench.js";

export interface SnapshotRequest {
  readonly source: string;
  readonly file: string;
  readonly progress?: Progress;
}

export interface SnapshotResult {
  readonly file: string;
  readonly facts: number;
  readonly fingerprint: string;
  readonly major: number;
  readonly unmodelled: readonly Unmodelled[];
  readonly leftOut: readonly LeftOut[];
}

/** Saves the state that a source names to a file. */
export function snapshotSource(project: Project, request: SnapshotRequest): Promise<SnapshotResult> {
  return withWorkbench(project, request.progress ?? silent, async (bench) => {
    const catalog = await readSource(bench, request.source);
    const file = resolve(request.file);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, writeSnapshot(catalog, withNeeds(catalog)));
    await rename(`${file}.new`, file);
    const { facts, fingerprint, major, unmodelled, leftOut } = catalog;
    return { file, facts: facts.size, fingerprint, major, unmodelled, leftOut };
  });
}
