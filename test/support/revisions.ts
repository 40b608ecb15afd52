import { openPglite } from "../../src/database/pglite.js";
import type { Project } from "../../src/project/config.js";
import { silent } from "../../src/project/target.js";
import { type Workbench, withShadowFor } from "../../src/project/workbench.js";
import { writeRevisions } from "../../src/revision/directory.js";
import type { Revision, Step } from "../../src/revision/revision.js";

/** A hand-written revision of one step each way; its id is twelve times the letter. */
export interface Sketch extends Partial<Omit<Revision, "id" | "up" | "down" | "parents">> {
  readonly id: string;
  readonly parents?: readonly string[];
  readonly up?: string;
  readonly down?: string;
}

export const idOf = (letter: string): string => letter.repeat(12);

export function revisionOf({ id, parents = [], up = "", down = "", ...rest }: Sketch, at = 0): Revision {
  const steps = (sql: string): Step[] => (sql === "" ? [] : [{ mode: "transaction", comments: [], sql }]);
  return {
    id: idOf(id),
    parents: parents.map(idOf),
    message: `revision ${id}`,
    created: new Date(Date.UTC(2025, 0, 1, 0, at)).toISOString(),
    kind: "written",
    up: steps(up),
    down: steps(down),
    ...rest,
  };
}

/** Writes revision files, created a minute apart, and returns their paths. */
export function writeSketches(directory: string, sketches: readonly Sketch[]): Promise<string[]> {
  return writeRevisions(
    directory,
    sketches.map((sketch, at) => revisionOf(sketch, at)),
  );
}

/**
 * A workbench on embedded PostgreSQLs for tests that share it: give it a project of the test's own. Nothing is left
 * behind in it.
 */
export async function openBench(
  project: Project,
): Promise<{ readonly bench: Workbench; close(): Promise<void> }> {
  const target = await openPglite();
  return new Promise((resolve, reject) => {
    const held = withShadowFor(
      project,
      target,
      silent,
      (bench) =>
        new Promise<void>((release) => {
          resolve({
            bench,
            close: async () => {
              release();
              await held;
              await target.close();
            },
          });
        }),
    );
    held.catch(reject);
  });
}
