import { type JournaledRevision, journaledRevisions } from "../apply/journal.js";
import { DmError, exitCode } from "../error.js";
import { readRevisions, readSum, restoreFiles } from "../revision/directory.js";
import { parseRevisionFileName, revisionFileName } from "../revision/name.js";
import { parseRevision } from "../revision/parse.js";
import { checksum } from "../revision/sum.js";
import { readReplaced } from "./chain.js";
import type { Project } from "./config.js";
import { withRevisionLock } from "./revision-lock.js";
import { type Progress, silent, withTarget } from "./target.js";

export interface RepairResult {
  /** Paths of the files that were recreated. */
  readonly files: readonly string[];
}

/**
 * Recreates the files of applied revisions that are lost, with the text that was applied, under the names that dm.sum
 * knows them by.
 * @throws DmError DM4132 when dm.sum knows another text of one.
 */
export function repair(project: Project, progress: Progress = silent): Promise<RepairResult> {
  return withRevisionLock(project, async () => {
    const set = await readRevisions(project.revisions);
    const old = await readReplaced(set, readRevisions);
    const known = new Set(
      [...set.revisions, ...(old?.revisions ?? [])].flatMap(({ id, replaces = [] }) => [id, ...replaces]),
    );
    const sum = await readSum(project.revisions);
    const names = new Map(
      [...(sum?.checksums.keys() ?? [])].map((name) => [parseRevisionFileName(name)?.id ?? "", name]),
    );
    const applied = await withTarget(project, progress, journaledRevisions);
    const lost = applied.filter(({ id }) => !known.has(id));
    const texts = [];
    for (const row of lost) {
      const name = names.get(row.id) ?? (await nameOf(row));
      const recorded = sum?.checksums.get(name);
      if (recorded !== undefined && recorded !== checksum(row.content)) throw differs(name, row);
      texts.push({ name, text: row.content });
    }
    return { files: await restoreFiles(project.revisions, texts) };
  });
}

async function nameOf({ id, content }: JournaledRevision): Promise<string> {
  return revisionFileName((await parseRevision(content, `the journal's text of ${id}`)).revision);
}

function differs(name: string, { id, appliedAt }: JournaledRevision): DmError {
  return new DmError("DM4132", `dm.sum knows another text of ${name} than the one that was applied`, {
    details: [`${id} was applied at ${appliedAt}`, "nothing was written"],
    next: [`bring the file back from version control: git log --all -- ${name}`],
    exit: exitCode.refused,
  });
}
