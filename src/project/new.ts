import { writeRevision } from "../revision/directory.js";
import { newRevisionId } from "../revision/name.js";
import { readChain } from "./chain.js";
import type { Project } from "./config.js";
import { type Placement, placed } from "./placement.js";
import { withRevisionLock } from "./revision-lock.js";

export interface NewRequest extends Placement {
  readonly message: string;
  readonly author?: string;
}

/** Writes an empty revision after the head, or where it is told to, for SQL written by hand. `dm plan` proves it. */
export function newRevision(
  project: Project,
  request: NewRequest,
): Promise<{ readonly id: string; readonly file: string }> {
  return withRevisionLock(project, () => write(project, request));
}

async function write(project: Project, { message, author, ...placement }: NewRequest) {
  const chain = await readChain(project);
  const id = newRevisionId();
  const file = await writeRevision(project.revisions, {
    id,
    ...placed(chain, placement),
    message,
    ...(author === undefined ? {} : { author }),
    created: new Date().toISOString(),
    kind: "written",
    up: [{ mode: "transaction", comments: ["what to do: any SQL but BEGIN and COMMIT"], sql: "" }],
    down: [{ mode: "transaction", comments: ["how to undo it"], sql: "" }],
  });
  return { id, file };
}
