import { DmError } from "../error.js";
import { resolve } from "../revision/identifier.js";
import { inOrder } from "../revision/lineage.js";
import type { Revision, RevisionHeader } from "../revision/revision.js";
import { fileOf, readChain } from "./chain.js";
import type { Project } from "./config.js";

export interface HistoryEntry {
  readonly revision: RevisionHeader;
  readonly file: string;
  readonly isHead: boolean;
}

/** The revisions, newest first. Asks no database. */
export async function history(project: Project): Promise<readonly HistoryEntry[]> {
  const chain = await readChain(project);
  const ids = inOrder(chain.graph, new Set(chain.graph.nodes.keys()));
  return ids.toReversed().map((id) => {
    const { revision, path } = fileOf(chain, id);
    return { revision, file: path, isHead: chain.graph.heads.includes(id) };
  });
}

/** One revision and the text of its file. @throws DmError DM4105 when the identifier names none or several. */
export async function show(
  project: Project,
  identifier: string,
): Promise<{ readonly revision: Revision; readonly file: string; readonly text: string }> {
  const chain = await readChain(project);
  const ids = resolve(chain.graph, identifier);
  const [id] = ids;
  if (id === undefined || ids.length > 1) {
    throw new DmError(
      "DM4105",
      `${identifier} names ${ids.length === 0 ? "no revision" : "several revisions"}`,
      {
        details: ids,
        next: ["dm history lists them"],
      },
    );
  }
  const { revision, path, text } = fileOf(chain, id);
  return { revision, file: path, text };
}
