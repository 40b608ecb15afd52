import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What git prints; nothing where there is no git, no repository, or it refuses. */
export async function git(
  directory: string,
  argv: readonly string[],
  input?: string,
): Promise<Buffer | undefined> {
  try {
    const running = run("git", ["-C", directory, ...argv], { encoding: "buffer", maxBuffer: 1 << 30 });
    if (input !== undefined) running.child.stdin?.end(input);
    return (await running).stdout;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** The one line that git prints. */
export async function gitLine(directory: string, ...argv: readonly string[]): Promise<string | undefined> {
  const line = (await git(directory, argv))?.toString().trim();
  return line === "" ? undefined : line;
}

/** The commit that a name stands for. */
export function commitOf(directory: string, name: string): Promise<string | undefined> {
  return gitLine(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`);
}

/**
 * The commits that everybody builds upon: what this clone knows of the main branches of its remotes; without any, the
 * branch that this one follows, or a main branch beside it. None where this branch is the only one.
 */
export async function mainlines(directory: string): Promise<readonly string[]> {
  const patterns = ["HEAD", "main", "master"].map((name) => `refs/remotes/*/${name}`);
  const listed = await git(directory, ["for-each-ref", "--format=%(objectname)", ...patterns]);
  const remote = (listed?.toString() ?? "").split("\n").filter((line) => line !== "");
  if (remote.length > 0) return [...new Set(remote)];
  const followed = await gitLine(directory, "rev-parse", "--verify", "--quiet", "@{upstream}^{commit}");
  if (followed !== undefined) return [followed];
  const own = await gitLine(directory, "symbolic-ref", "--quiet", "--short", "HEAD");
  const others = ["main", "master"].filter((name) => name !== own);
  const found = await Promise.all(others.map((name) => commitOf(directory, `refs/heads/${name}`)));
  return found.filter((commit) => commit !== undefined);
}

export interface GitFile {
  /** Without its directory. */
  readonly name: string;
  readonly text: string;
}

/** The files of a directory, not of those in it, as a commit has them. */
export async function filesIn(root: string, directory: string, commit: string): Promise<readonly GitFile[]> {
  const below = `./${path.relative(root, directory)}/`;
  return contents(root, commit, await git(root, ["ls-tree", "--name-only", "-z", commit, below]));
}

/** The same as the next commit would have them. */
export async function filesInIndex(root: string, directory: string): Promise<readonly GitFile[]> {
  const below = `./${path.relative(root, directory)}/*`;
  return contents(root, "", await git(root, ["ls-files", "--cached", "-z", "--", `:(glob)${below}`]));
}

async function contents(root: string, of: string, listed: Buffer | undefined): Promise<readonly GitFile[]> {
  const paths = [...new Set((listed?.toString() ?? "").split("\0"))].filter((one) => one !== "");
  if (paths.length === 0) return [];
  const names = paths.map((one) => `${of}:./${one}\n`).join("");
  const printed = (await git(root, ["cat-file", "--batch"], names)) ?? Buffer.alloc(0);
  const files: GitFile[] = [];
  let at = 0;
  for (const one of paths) {
    const end = printed.indexOf("\n", at);
    const [, type, size = ""] = printed.subarray(at, end).toString().split(" ");
    at = end + 1;
    // Directories are listed too, and "missing" has no text behind it.
    if (size === "") continue;
    const length = Number(size);
    if (type === "blob") {
      files.push({ name: path.posix.basename(one), text: printed.toString("utf8", at, at + length) });
    }
    at += length + 1;
  }
  return files;
}
