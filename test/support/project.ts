import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openProject, type Project } from "../../src/project/config.js";
import { newestServer, withTemporaryDatabase } from "./databases.js";

export interface ProjectSetup {
  /** The database's URL; a PGlite directory inside the project unless given. */
  readonly database?: string;
  /** Where states are built; chosen by the database unless given. */
  readonly shadow?: string;
  /** Texts of schema files by their names. */
  readonly schema?: Readonly<Record<string, string>>;
  /** A schema file outside of the project. */
  readonly schemaFile?: string;
  /** `manage:` of dm.yaml, in YAML's flow style. */
  readonly manage?: string;
}

/** A project in a temporary directory, removed afterwards. */
export async function withProject<T>(
  setup: ProjectSetup,
  work: (project: Project) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "dm-project-"));
  try {
    await mkdir(join(root, "schema"));
    await writeSchema(root, setup.schema ?? {});
    const database = setup.database ?? "pglite:.dm/local";
    const config = [
      `schema: ${JSON.stringify(setup.schemaFile ?? "schema")}`,
      ...(setup.manage === undefined ? [] : [`manage: ${setup.manage}`]),
      "environments:",
      `  local: ${JSON.stringify({ database, ...(setup.shadow === undefined ? {} : { shadow: setup.shadow }) })}`,
    ];
    await writeFile(join(root, "dm.yaml"), `${config.join("\n")}\n`);
    return await work(await openProject({ cwd: root, env: "local" }));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The same on a database of the newest server, where there is one: that is quicker than an embedded one. */
export function withServerProject<T>(
  setup: ProjectSetup,
  work: (project: Project) => Promise<T>,
): Promise<T> {
  const newest = newestServer();
  if (newest === undefined) return withProject(setup, work);
  return withTemporaryDatabase(newest.major, (_, database) => withProject({ ...setup, database }, work));
}

/** The project with another `manage:`. */
export async function withManage(project: Project, manage: string): Promise<Project> {
  const file = join(project.root, "dm.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, `manage: ${manage}\n${text.replace(/^manage:.*\n/m, "")}`);
  return openProject({ cwd: project.root, env: "local" });
}

/** Writes schema files; those of the same name are replaced. */
export async function writeSchema(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, "schema", name), text);
}
