import {
  createJournal,
  forgetProgress,
  recordApplied,
  recordedState,
  recordState,
  unfinished,
  writeJournal,
} from "../apply/journal.js";
import { withAdvisoryLock } from "../apply/lock.js";
import type { Database } from "../database/database.js";
import { stamp as stampedHeads } from "../revision/heads.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import { checksum } from "../revision/sum.js";
import { version } from "../version.js";
import { fileOf, readChain, refuseEdited } from "./chain.js";
import type { Project } from "./config.js";
import { adopt, chainFor } from "./replaced.js";
import { standingOf } from "./standing.js";
import { readStateHere } from "./state.js";
import { type Progress, silent, withTarget } from "./target.js";

export interface StampRequest {
  /** Where the database is said to be: a revision or an expression. */
  readonly target: string;
  /** Forgets all that was recorded first, also revisions that no file is left of. */
  readonly purge?: boolean;
  readonly progress?: Progress;
}

export interface StampResult {
  /** Ids that are recorded from now on, and that no longer are. */
  readonly recorded: readonly string[];
  readonly forgotten: readonly string[];
  /** Where the database stands now. */
  readonly heads: readonly string[];
  readonly notes: readonly string[];
}

/** Records revisions as applied, or as not, and runs nothing. The state is recorded as it is. */
export async function stamp(project: Project, request: StampRequest): Promise<StampResult> {
  const progress = request.progress ?? silent;
  const files = await readChain(project);
  return withTarget(project, progress, (target) =>
    withAdvisoryLock(
      target,
      async () => {
        const chain = request.purge === true ? files : await chainFor(files, target);
        refuseEdited(chain);
        const before = request.purge === true ? [] : (await standingOf(chain, target)).heads;
        const heads = stampedHeads(chain.graph, before, request.target);
        const wanted = inOrder(chain.graph, ancestors(chain.graph, heads));
        await createJournal(target);
        const notes = request.purge === true ? [] : [...(await adopt(chain, target))];
        const known = await recordedIds(target);
        const kept = request.purge === true ? [] : known.filter((id) => wanted.includes(id));
        const recorded = wanted.filter((id) => !kept.includes(id));
        const begun = await unfinished(target);
        const self = (await recordedState(target))?.catalog.self;
        await target.transaction(async () => {
          if (begun !== undefined) await forgetProgress(target, begun.id);
          for (const id of known) if (!kept.includes(id)) await record(target, { id, text: "" }, "down");
          for (const id of recorded) await record(target, { id, text: fileOf(chain, id).text }, "up");
          for (const id of new Set([...known, ...recorded])) {
            if (!kept.includes(id)) await writeJournal(target, entry(id), version);
          }
          const state = await readStateHere(target, project.manage, self === undefined ? {} : { self });
          await recordState(target, state);
          const [head, ...others] = heads;
          const { to } = head === undefined || others.length > 0 ? {} : fileOf(chain, head).revision;
          if (to !== undefined && to.major === state.major && to.fingerprint !== state.fingerprint) {
            notes.push(`the database is not as ${head} leaves one: dm drift --against rev:${head} tells how`);
          }
        });
        const forgotten = known.filter((id) => !wanted.includes(id));
        if (begun !== undefined) notes.push(`${begun.id} was interrupted before; that is forgotten`);
        return { recorded, forgotten, heads, notes };
      },
      { progress },
    ),
  );
}

const entry = (revision: string) => ({ revision, direction: "stamp", milliseconds: 0 }) as const;

function record(
  target: Database,
  { id, text }: { readonly id: string; readonly text: string },
  direction: "up" | "down",
): Promise<void> {
  return recordApplied(target, { id, checksum: checksum(text), content: text, milliseconds: 0 }, direction);
}

async function recordedIds(target: Database): Promise<string[]> {
  const rows = await target.query<{ id: string }>("SELECT id FROM dm.revision ORDER BY applied_at DESC, id");
  return rows.map(({ id }) => id);
}
