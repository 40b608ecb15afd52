import type { Amount } from "../apply/backfill.js";
import { connect } from "../database/connect.js";
import type { Database } from "../database/database.js";
import type { Project } from "./config.js";

/** Told what a workflow is at; people see it, programs do not. */
export type Progress = (stage: string, amount?: Amount) => void;

export const silent: Progress = () => undefined;

/** The project's database alone, for what needs no shadow. */
export async function withTarget<T>(
  project: Project,
  progress: Progress,
  work: (target: Database) => Promise<T>,
): Promise<T> {
  progress("connecting");
  const target = await connect(project.environment.database);
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}
