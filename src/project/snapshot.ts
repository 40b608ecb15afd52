import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Unmodelled } from "../catalog/fact.js";
import { leftAlone } from "../catalog/left-alone.js";
import type { LeftOut } from "../catalog/scope.js";
import { writeSnapshot } from "../catalog/snapshot.js";
import { maskPassword, withDatabase } from "../database/connect.js";
import { DmError } from "../error.js";
import { withNeeds } from "../manage/surroundings.js";
import { isLarge } from "../plan/sizes.js";
import { absolutePglite, environmentOf, type Project } from "./config.js";
import { writeSizeFile } from "./size-file.js";
import { readSizes } from "./sizes.js";
import { isDatabase, readSource } from "./source.js";
import { type Progress, silent } from "./target.js";
import { withWorkbench } from "./workbench.js";

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

export interface SizesRequest {
  /** `env:NAME` or a database; the environment that `online.sizes_from` names, else the chosen one, without it. */
  readonly source?: string;
  readonly progress?: Progress;
}

export interface SizesResult {
  readonly file: string;
  /** What they were taken from, without a password. */
  readonly from: string;
  readonly relations: number;
  /** Relations that are large by the project's measure. */
  readonly large: readonly string[];
}

/** Saves how large the tables of a database are, for plans that are made where it cannot be asked. */
export async function snapshotSizes(project: Project, request: SizesRequest): Promise<SizesResult> {
  const { source, progress = silent } = request;
  const named = /^env:(.*)$/.exec(source ?? "")?.[1];
  if (source !== undefined && named === undefined && !isDatabase(source)) throw noDatabase(source);
  const [from, url] =
    source !== undefined && named === undefined
      ? [maskPassword(source), absolutePglite(source, process.cwd())]
      : ofEnvironment(project, named ?? project.online.sizesFrom ?? project.environment.name);
  progress("reading the sizes of tables");
  const relations = await withDatabase(url, readSizes);
  const file = await writeSizeFile(project, {
    from,
    taken: new Date().toISOString().slice(0, 10),
    relations,
  });
  const large = [...relations]
    .filter(([, size]) => isLarge(size, project.online))
    .map(([relation]) => relation);
  return { file, from, relations: relations.size, large: large.sort() };
}

/** The chosen environment may have another database than dm.yaml says. */
function ofEnvironment(project: Project, name: string): [name: string, url: string] {
  const { environment } = project;
  return [name, (name === environment.name ? environment : environmentOf(project, name)).database];
}

function noDatabase(source: string): DmError {
  return new DmError("DM1201", `${source} names no database`, {
    next: ["an environment: env:NAME", "or a database: postgres://… or pglite:DIR"],
  });
}

/** Saves the state that a source names to a file. */
export function snapshotSource(project: Project, request: SnapshotRequest): Promise<SnapshotResult> {
  return withWorkbench(project, request.progress ?? silent, async (bench) => {
    const catalog = await readSource(bench, request.source);
    const file = resolve(request.file);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, writeSnapshot(catalog, withNeeds(catalog)));
    await rename(`${file}.new`, file);
    const { facts, fingerprint, major, leftOut } = catalog;
    return { file, facts: facts.size, fingerprint, major, unmodelled: leftAlone(catalog), leftOut };
  });
}
