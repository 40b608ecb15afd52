import { DmError } from "../error.js";
import { between } from "../revision/between.js";
import type { HeaderFile } from "../revision/directory.js";
import { resolve } from "../revision/identifier.js";
import type { Revision, RevisionHeader } from "../revision/revision.js";
import { type Chain, fileOf, readChain, readOutline } from "./chain.js";
import type { Project } from "./config.js";

export interface HistoryEntry {
  readonly revision: RevisionHeader;
  readonly file: string;
  readonly isHead: boolean;
}

export interface HistoryRequest {
  /** `A..B`: only A, B and what lies between. */
  readonly range?: string;
}

/** The revisions, newest first. Asks no database. */
export async function history(
  project: Project,
  { range = ".." }: HistoryRequest = {},
): Promise<readonly HistoryEntry[]> {
  const chain = await readOutline(project);
  return between(chain.graph, range)
    .toReversed()
    .map((id) => entryOf(chain, id));
}

/** The revisions that are nobody's parent, newest first. Asks no database. */
export async function heads(project: Project): Promise<readonly HistoryEntry[]> {
  const chain = await readOutline(project);
  return chain.graph.heads.toReversed().map((id) => entryOf(chain, id));
}

function entryOf(chain: Chain<HeaderFile>, id: string): HistoryEntry {
  const { revision, path } = fileOf(chain, id);
  return { revision, file: path, isHead: chain.graph.heads.includes(id) };
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
