import { type JournaledRevision, type Progress as Unfinished, unfinished } from "../apply/journal.js";
import type { Database } from "../database/database.js";
import { DmError, exitCode } from "../error.js";
import type { HeaderFile } from "../revision/directory.js";
import { tips } from "../revision/lineage.js";
import { checksum } from "../revision/sum.js";
import { type Chain, fileOf } from "./chain.js";
import { refuseInside, understoodOf } from "./replaced.js";

/** Where a database stands in the chain. */
export interface Standing {
  readonly applied: readonly JournaledRevision[];
  readonly heads: readonly string[];
  /** A revision that was interrupted between two of its transactions. */
  readonly unfinished?: Unfinished;
}

/**
 * @throws DmError DM4102 when an applied revision has no file, DM4104 when its file is not what was applied, DM4131
 *   between revisions that one replaced, unless the chain is that of {@link chainFor}.
 */
export async function standingOf(chain: Chain<HeaderFile>, database: Database): Promise<Standing> {
  const understood = await understoodOf(chain, database);
  refuseInside(chain, understood, database);
  const { applied } = understood;
  for (const { id, checksum: then, appliedAt } of applied) {
    const file = fileOf(chain, id);
    if (checksum(file.text) !== then) {
      throw new DmError(
        "DM4104",
        `the applied revision ${id} was edited after it was applied at ${appliedAt}`,
        {
          at: file.path,
          next: ["bring it back from version control, and make the change a new revision"],
          exit: exitCode.refused,
        },
      );
    }
  }
  const heads = tips(chain.graph, new Set(applied.map(({ id }) => id)));
  const interrupted = await unfinished(database);
  return { applied, heads, ...(interrupted === undefined ? {} : { unfinished: interrupted }) };
}
