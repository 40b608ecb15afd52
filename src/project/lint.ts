import { stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { journaledRevisions } from "../apply/journal.js";
import { readSchemaFiles, type SchemaFiles } from "../desired/files.js";
import type { DesiredStatement } from "../desired/state.js";
import { DmError } from "../error.js";
import { type Ignore, ignoresIn } from "../lint/ignore.js";
import { inOrder, lintState, rulesOn, withIgnores } from "../lint/lint.js";
import type { Finding } from "../lint/rule.js";
import { fileSource, type Source } from "../parse/source.js";
import type { RevisionFile } from "../revision/directory.js";
import { resolve as resolveRevision } from "../revision/identifier.js";
import { ancestors } from "../revision/lineage.js";
import { type Chain, readChain } from "./chain.js";
import type { Project } from "./config.js";
import { indexUses } from "./index-uses.js";
import { lintRevisions } from "./lint-revisions.js";
import { type Progress, silent } from "./target.js";
import { type LoadedWanted, loadWanted } from "./wanted.js";
import { type Workbench, withWorkbench } from "./workbench.js";

export interface LintRequest {
  /** Revisions, schema files and directories of them; else the schema files and the revisions that are not applied. */
  readonly files?: readonly string[];
  readonly progress?: Progress;
}

/**
 * What is risky or broken in revisions and schema files, by file and place.
 * @throws DmError DM1301 for a file that is neither, and what reading the schema files throws.
 */
export function lintProject(project: Project, request: LintRequest = {}): Promise<Finding[]> {
  return withWorkbench(project, request.progress ?? silent, (bench) => lintIn(bench, request.files));
}

/** {@link lintProject} at a bench that is open already. */
export async function lintIn(bench: Workbench, files?: readonly string[]): Promise<Finding[]> {
  const chain = await readChain(bench.project);
  const chosen =
    files === undefined ? undefined : await Promise.all(files.map((file) => sortOut(file, bench.project)));
  const revisions =
    chosen === undefined
      ? await openRevisions(bench, chain)
      : chain.set.files.filter(({ path }) =>
          chosen.some((one) => one.sort === "revision" && isIn(resolve(path), one.path)),
        );
  const schemaPaths = chosen?.flatMap(({ sort, path }) => (sort === "schema" ? [path] : []));
  return inOrder([
    ...(await lintRevisions(bench, chain, revisions)),
    ...(schemaPaths?.length === 0 ? [] : await lintSchema(bench, schemaPaths)),
  ]);
}

/** Those that the database does not have yet: nobody can edit the others. */
async function openRevisions({ project, target }: Workbench, chain: Chain): Promise<RevisionFile[]> {
  const { after } = project.lint;
  const below = after === undefined ? [] : ancestors(chain.graph, resolveRevision(chain.graph, after));
  const closed = new Set([...(await journaledRevisions(target)).map(({ id }) => id), ...below]);
  return chain.set.files.filter(({ revision: { id } }) => !closed.has(id));
}

interface Chosen {
  readonly sort: "revision" | "schema";
  readonly path: string;
}

async function sortOut(file: string, { revisions, schema }: Project): Promise<Chosen> {
  const path = resolve(file);
  const found = await stat(path).catch(() => undefined);
  const sort = isIn(path, revisions) ? "revision" : isIn(path, schema) ? "schema" : undefined;
  if (found !== undefined && sort !== undefined) return { sort, path };
  const message =
    found === undefined
      ? "there is no such file"
      : "it is neither a schema file nor a revision of the project";
  throw new DmError("DM1301", `${file} cannot be linted: ${message}`, {
    at: path,
    next: [`schema files are in ${schema}`, `revisions are in ${revisions}`],
  });
}

const isIn = (path: string, directory: string) => path === directory || path.startsWith(directory + sep);

/** @param paths to tell only of these; the schema is judged as a whole all the same. */
async function lintSchema(bench: Workbench, paths: readonly string[] | undefined): Promise<Finding[]> {
  const { project } = bench;
  const settings = project.lint;
  const wanted = await loadWanted(bench, project.schema);
  const { catalog, statements } = wanted;
  const uses = rulesOn(settings, "live").size === 0 ? undefined : await indexUses(bench);
  const context = { catalog, settings, ...(uses === undefined ? {} : { uses }) };
  bench.progress("looking at the schema files");
  const found = lintState(context, statements);
  const files = await readSchemaFiles([project.schema]);
  const ran = rulesOn(settings, "state", ...(uses === undefined ? [] : (["live"] as const)));
  const all = withIgnores(found, ignoresOf(files, wanted), ran, settings);
  return paths === undefined
    ? all
    : all.filter(({ at }) => paths.some((path) => isIn(resolve(at.file), path)));
}

/** Those in SQL, also in a YAML file's; and those in the YAML around it. */
export function ignoresOf(
  { files }: SchemaFiles,
  { statements }: Pick<LoadedWanted, "statements">,
): Ignore[] {
  const bySource = new Map<Source, DesiredStatement["statement"][]>();
  for (const { statement } of statements) {
    bySource.set(statement.source, [...(bySource.get(statement.source) ?? []), statement]);
  }
  const yaml = files.filter(({ name }) => /\.ya?ml$/i.test(name));
  return [
    ...[...bySource].flatMap(([source, extents]) => ignoresIn(source, extents)),
    ...yaml.flatMap(({ name, content }) => ignoresIn(fileSource(content, name), [], "yaml")),
  ];
}
