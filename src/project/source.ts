import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.js";
import type { Scope } from "../catalog/scope.js";
import { readSnapshot } from "../catalog/snapshot.js";
import { connect } from "../database/connect.js";
import { DmError } from "../error.js";
import { managed } from "../manage/managed.js";
import { resolve as resolveRevision } from "../revision/identifier.js";
import { pathTo, readChain } from "./chain.js";
import { absolutePglite, environmentOf } from "./config.js";
import { replay } from "./replay.js";
import { readState } from "./state.js";
import { loadWanted } from "./wanted.js";
import type { Workbench } from "./workbench.js";

/**
 * The state that a source names: `postgres://…`, `pglite:DIR`, a schema file or directory, a snapshot, `rev:ID`,
 * `env:NAME` or `empty`.
 * @throws DmError DM1201 when it is none of them.
 */
export async function readSource(bench: Workbench, source: string): Promise<Catalog> {
  const { project, progress } = bench;
  if (source === "empty") return bench.base;
  if (source.startsWith("rev:")) {
    const chain = await readChain(project);
    const ids = resolveRevision(chain.graph, source.slice("rev:".length));
    return replay(bench, chain, pathTo(chain, ids));
  }
  if (source.startsWith("env:")) {
    const environment = environmentOf(project, source.slice("env:".length));
    if (environment.database === project.environment.database) return readState(bench.target, project.manage);
    return readDatabase(environment.database, project.manage);
  }
  if (isDatabase(source)) {
    progress(`reading ${source.startsWith("pglite:") ? source : "the database"}`);
    const url = absolutePglite(source, process.cwd());
    if (url === project.environment.database) return readState(bench.target, project.manage);
    return readDatabase(url, project.manage);
  }
  const path = resolve(source);
  if (!(await exists(path))) throw noSource(source);
  if (path.endsWith(".snapshot.json")) {
    return managed(readSnapshot(await readFile(path, "utf8"), path), project.manage);
  }
  return (await loadWanted(bench, path)).catalog;
}

export function isDatabase(source: string): boolean {
  return /^(postgres(ql)?:\/\/|pglite:)/.test(source) || /^\w+\s*=/.test(source);
}

async function readDatabase(url: string, scope: Scope): Promise<Catalog> {
  const database = await connect(url);
  try {
    return await readState(database, scope);
  } finally {
    await database.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

function noSource(source: string): DmError {
  return new DmError("DM1201", `${source} names no state`, {
    next: [
      "a database: postgres://… or pglite:DIR or env:NAME",
      "schema files: a .sql or .yaml file, or a directory of them",
      "a saved catalog: FILE.snapshot.json",
      "a revision: rev:ID; nothing at all: empty",
    ],
  });
}
