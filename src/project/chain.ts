import { join } from "node:path";
import { DmError, exitCode } from "../error.js";
import {
  graphOf,
  type HeaderFile,
  type RevisionFile,
  type RevisionSet,
  readHeaders,
  readRevisions,
} from "../revision/directory.js";
import type { RevisionGraph } from "../revision/graph.js";
import { upgradePath } from "../revision/path.js";
import type { SumDifference } from "../revision/sum.js";
import type { Project } from "./config.js";

/** The directory, beside the revisions, that keeps those that another one replaced. */
export const replacedDirectory = "replaced";

/** The revision files of a project and how they hang together. */
export interface Chain<F extends HeaderFile = RevisionFile> {
  readonly set: RevisionSet<F>;
  /** Files that others replaced, as far as they are kept; nothing where none replaces any. */
  readonly old?: RevisionSet<F>;
  readonly graph: RevisionGraph;
}

export function readChain(project: Project): Promise<Chain> {
  return chainOf(project, readRevisions);
}

/** The chain as its headers tell it, for what has no use for the SQL. */
export function readOutline(project: Project): Promise<Chain<HeaderFile>> {
  return chainOf(project, readHeaders);
}

async function chainOf<F extends HeaderFile>(
  project: Project,
  read: (directory: string) => Promise<RevisionSet<F>>,
): Promise<Chain<F>> {
  const set = await read(project.revisions);
  const old = await readReplaced(set, read);
  return { set, graph: graphOf(set), ...(old && { old }) };
}

/** The old files that revisions replaced, as far as they are kept; nothing where none replaces any. */
export async function readReplaced<F extends HeaderFile>(
  { directory, revisions }: RevisionSet<F>,
  read: (directory: string) => Promise<RevisionSet<F>>,
): Promise<RevisionSet<F> | undefined> {
  const isNeeded = revisions.some(({ replaces = [] }) => replaces.length > 0);
  return isNeeded ? read(join(directory, replacedDirectory)) : undefined;
}

/** The one head of the files; nothing when there are none. @throws DmError DM4101 when there are several. */
export function onlyHead({ graph }: Chain<HeaderFile>): string | undefined {
  if (graph.heads.length > 1) {
    throw new DmError("DM4101", `the revisions have ${graph.heads.length} heads: ${graph.heads.join(", ")}`, {
      next: [
        "dm merge   joins them, where they do not disagree",
        "dm rebase   moves yours behind the other",
        "or name the one that is meant: --head ID",
      ],
    });
  }
  return graph.heads[0];
}

export function fileOf<F extends HeaderFile>({ set }: Chain<F>, id: string): F {
  const file = set.files.find(({ revision }) => revision.id === id);
  if (file === undefined) {
    throw new DmError("DM4102", `there is no file for the revision ${id}`, {
      at: set.directory,
      next: [
        "dm repair   recreates it from the database's journal",
        "or bring it back from version control: git log --diff-filter=D -- revisions",
      ],
      exit: exitCode.refused,
    });
  }
  return file;
}

/** @throws DmError DM4103 when files are not as they were written, but for those that `except` lets pass. */
export function refuseEdited(
  { set }: Chain<HeaderFile>,
  except: (difference: SumDifference) => boolean = () => false,
): void {
  const found = set.differences.filter((difference) => !except(difference));
  if (found.length === 0) return;
  throw new DmError("DM4103", "revision files are not as they were written", {
    at: set.directory,
    details: found.map(describeDifference),
    next: ["bring them back from version control: git checkout -- revisions"],
    exit: exitCode.refused,
  });
}

export function describeDifference(difference: SumDifference): string {
  if (difference.kind === "total") return "dm.sum itself was edited";
  if (difference.kind === "renamed") return `renamed: ${difference.from} is now ${difference.file}`;
  return `${difference.kind}: ${difference.file}`;
}

/** What the revisions up to a target build in an empty database, in order. */
export function pathTo({ graph }: Chain<HeaderFile>, target: string | readonly string[]): string[] {
  return upgradePath(graph, [], target);
}
