import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Terminal } from "./terminal.js";

/** Who writes a revision, as git would say it: `Ana Ruiz <ana@clinic.example>`; nothing where git cannot tell. */
export async function authorOf({ env }: Terminal): Promise<{ readonly author?: string }> {
  const [name, email] = await Promise.all([
    env.GIT_AUTHOR_NAME ?? configured("user.name"),
    env.GIT_AUTHOR_EMAIL ?? configured("user.email"),
  ]);
  if (name === undefined) return {};
  return { author: email === undefined ? name : `${name} <${email}>` };
}

async function configured(key: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("git", ["config", "--get", key]);
    return stdout.trim() || undefined;
  } catch {
    // There is no git here, or it does not know.
    return undefined;
  }
}
