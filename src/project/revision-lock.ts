import { mkdir } from "node:fs/promises";
import { lockDirectory } from "../database/directory-lock.js";
import type { Project } from "./config.js";

/**
 * Runs the work while no other dm writes revisions: a revision follows the head that its plan saw.
 * @throws DmError DM1109 naming the process that does.
 */
export async function withRevisionLock<T>(project: Project, work: () => Promise<T>): Promise<T> {
  await mkdir(project.revisions, { recursive: true });
  const unlock = lockDirectory(project.revisions, {
    what: "the revision directory",
    danger: "two plans at once would each follow the same revision",
  });
  try {
    return await work();
  } finally {
    unlock();
  }
}
