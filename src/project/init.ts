import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { createJournal, hasJournal, recordApplied, recordState, writeJournal } from "../apply/journal.js";
import { withAdvisoryLock } from "../apply/lock.js";
import type { LeftOut } from "../catalog/scope.js";
import { maskPassword } from "../database/connect.js";
import { DmError } from "../error.js";
import { writeRevision } from "../revision/directory.js";
import { formatRevision } from "../revision/format.js";
import { checksum } from "../revision/sum.js";
import { version } from "../version.js";
import { baselineRevision } from "./baseline-revision.js";
import { configFileName, openProject } from "./config.js";
import { pullInto } from "./pull.js";
import { type Progress, silent } from "./target.js";
import { type Workbench, withWorkbench } from "./workbench.js";
import { type CiSystem, workflows } from "./workflow.js";

export interface InitRequest {
  readonly directory: string;
  /** A database in use: its schema is written as files, a baseline revision made of it and recorded there. */
  readonly database?: string;
  /** Writes what this CI system runs, too. */
  readonly ci?: CiSystem;
  readonly progress?: Progress;
}

export interface InitResult {
  readonly files: readonly { readonly path: string; readonly state: "written" | "kept" }[];
  /** What other tools keep in the database. */
  readonly leftOut: readonly LeftOut[];
}

/** Begins a project. What exists is kept. */
export async function initProject(request: InitRequest): Promise<InitResult> {
  const root = resolve(request.directory);
  const files: { path: string; state: "written" | "kept" }[] = [];
  const write = async (path: string, text: string) =>
    files.push({ path, state: await writeIfAbsent(path, text) });
  if (request.ci !== undefined) {
    const workflow = workflows[request.ci];
    await write(join(root, workflow.path), workflow.text);
  }
  if (request.database === undefined) {
    await write(join(root, configFileName), configText("pglite:.dm/local"));
    await write(join(root, ".gitignore"), ".dm/\n");
    await write(join(root, "schema", "example.sql"), exampleSchema);
    await mkdir(join(root, "revisions"), { recursive: true });
    return { files, leftOut: [] };
  }
  const leftOut: LeftOut[] = [];
  await write(join(root, configFileName), configText(withoutPassword(request.database)));
  await mkdir(join(root, "revisions"), { recursive: true });
  const project = await openProject({ config: join(root, configFileName), database: request.database });
  await withWorkbench(project, request.progress ?? silent, async (bench) => {
    const pulled = await pullInto(bench, { format: "sql" }, project.schema);
    files.push(...pulled.files.map((path) => ({ path, state: "written" as const })));
    leftOut.push(...pulled.leftOut);
    const baseline = await writeBaseline(bench);
    if (baseline !== undefined) files.push({ path: baseline, state: "written" });
  });
  return { files, leftOut };
}

/** One revision that builds what the database holds, recorded there as applied. Nothing for an empty database. */
async function writeBaseline(bench: Workbench): Promise<string | undefined> {
  const { target, project } = bench;
  if (await hasJournal(target)) {
    throw new DmError("DM5402", "the database has a journal of dm already", {
      at: target.description,
      next: ["use the project that its revisions belong to"],
    });
  }
  const live = await bench.whatIsThere();
  const revision = await baselineRevision(bench, live);
  if (revision === undefined) return undefined;
  const text = await formatRevision(revision);
  const file = await writeRevision(project.revisions, revision);
  await withAdvisoryLock(target, async () => {
    await createJournal(target);
    await target.transaction(async () => {
      const { id } = revision;
      await recordApplied(target, { id, checksum: checksum(text), content: text, milliseconds: 0 }, "up");
      await recordState(target, live);
      await writeJournal(target, { revision: id, direction: "stamp", milliseconds: 0 }, version);
    });
  });
  return file;
}

async function writeIfAbsent(path: string, text: string): Promise<"written" | "kept"> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: "wx" });
    return "written";
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return "kept";
    throw error;
  }
}

/** The password belongs into ~/.pgpass or PGPASSWORD, not into a file that is committed. */
function withoutPassword(url: string): string {
  return maskPassword(url) === url ? url : url.replace(/:[^:@/]*@/, "@").replace(/password\s*=\s*\S+/i, "");
}

const configText = (database: string) => `# dm: https://www.npmjs.com/package/@dentamind/dm
schema: schema
revisions: revisions

# How long a statement waits for a lock before it is tried again.
lock_timeout: 3s

environments:
  local:
    database: ${JSON.stringify(database)}
  # production:
  #   database: \${PRODUCTION_DATABASE_URL}
`;

const exampleSchema = `-- The schema as it should be. Edit it, then: dm plan -m "what changes"

CREATE TABLE note (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE note IS 'An example; replace it by your own tables';
`;
