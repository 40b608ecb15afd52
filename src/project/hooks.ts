import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import { DmError } from "../error.js";
import { gitLine } from "../git/git.js";
import type { Project } from "./config.js";

/** Where a repository keeps its hooks. */
export type HookPlace = "git" | "hooksPath" | "husky" | "lefthook";

export interface HookResult {
  readonly place: HookPlace;
  /** The file that calls dm before a commit. */
  readonly file: string;
  readonly state: "installed" | "kept" | "removed" | "absent";
  readonly notes: readonly string[];
}

const begin = "# >>> dm hooks install";
const end = "# <<< dm hooks install";
const lefthookFiles = ["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml"];
const otherLefthookFiles = ["lefthook.toml", "lefthook.json", ".lefthook.toml", ".lefthook.json"];

/**
 * Has git call `dm check --staged` before each commit, beside whatever it calls already.
 * @throws DmError DM7501 outside a repository, DM7502 for a hook that cannot be added to.
 */
export async function installHooks(project: Project): Promise<HookResult> {
  const { place, file, top } = await findPlace(project);
  const command = commandFor(project, top);
  if (place === "lefthook") return inLefthook(file, command);
  const text = await readIfPresent(file);
  if (text?.includes(begin) === true) return { place, file, state: "kept", notes: [] };
  const [shebang = ""] = /^#!.*\n/.exec(text ?? "") ?? [];
  if (shebang !== "" && !/^#!.*\b(ba|da|z|k)?sh\b/.test(shebang)) throw notShell(file, shebang, command);
  // Before the rest: what stands there may end with exec or exit.
  const block = `${begin}\n${command} || exit $?\n${end}\n`;
  const head = text === undefined && place !== "husky" ? "#!/bin/sh\n" : shebang;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${head}${block}${(text ?? "").slice(shebang.length)}`);
  const mode = (await stat(file)).mode;
  const isRunnable = (mode & 0o111) !== 0;
  if (text === undefined || place !== "husky") await chmod(file, mode | 0o755);
  const notes = text === undefined || isRunnable ? [] : ["the hook was not executable, and is now"];
  return { place, file, state: "installed", notes };
}

/** Takes out what {@link installHooks} put in; a file in which nothing else stands goes. */
export async function uninstallHooks(project: Project): Promise<HookResult> {
  const { place, file } = await findPlace(project);
  const text = await readIfPresent(file);
  if (place === "lefthook") return outOfLefthook(file, text ?? "");
  const from = text?.indexOf(begin) ?? -1;
  const to = text?.indexOf(end) ?? -1;
  if (text === undefined || from === -1 || to < from) return { place, file, state: "absent", notes: [] };
  const rest = text.slice(0, from) + text.slice(to + end.length).replace(/^\n/, "");
  if (/^(#!\/bin\/sh\n)?$/.test(rest)) await rm(file);
  else await writeFile(file, rest);
  return { place, file, state: "removed", notes: [] };
}

async function findPlace({ root }: Project): Promise<{ place: HookPlace; file: string; top: string }> {
  const top = await gitLine(root, "rev-parse", "--show-toplevel");
  if (top === undefined) {
    throw new DmError("DM7501", "this is no git repository, or there is no git", {
      at: root,
      next: ["git init"],
    });
  }
  const other = otherLefthookFiles.map((name) => path.join(top, name)).find(existsSync);
  if (other !== undefined) {
    throw new DmError("DM7502", "dm adds itself only to a lefthook configuration in YAML", {
      at: other,
      next: ["add a command to its pre-commit hook yourself: dm check --staged"],
    });
  }
  const lefthook = lefthookFiles.map((name) => path.join(top, name)).find(existsSync);
  if (lefthook !== undefined) return { place: "lefthook", file: lefthook, top };
  const configured = await gitLine(root, "config", "--get", "core.hooksPath");
  // Husky points git to .husky/_, whose scripts call those beside it.
  const husky = path.join(top, ".husky");
  if (configured === undefined ? existsSync(husky) : /(^|[\\/])\.husky([\\/]_)?[\\/]?$/.test(configured)) {
    return { place: "husky", file: path.join(husky, "pre-commit"), top };
  }
  const hooks = await gitLine(root, "rev-parse", "--path-format=absolute", "--git-path", "hooks");
  const place = configured === undefined ? "git" : "hooksPath";
  return { place, file: path.join(hooks ?? path.join(top, ".git/hooks"), "pre-commit"), top };
}

/** Git runs hooks at the top of the repository; the project may be below. */
function commandFor({ root }: Project, top: string): string {
  const below = path.relative(top, root).split(path.sep).join("/") || ".";
  return `(cd '${below.replaceAll("'", "'\\''")}' && PATH="$PWD/node_modules/.bin:$PATH" dm check --staged --quiet)`;
}

function notShell(file: string, shebang: string, command: string): DmError {
  return new DmError("DM7502", "there is a hook that is no shell script, and dm does not change it", {
    at: file,
    details: [shebang.trim()],
    next: [`have it run: ${command}`],
  });
}

async function inLefthook(file: string, command: string): Promise<HookResult> {
  const document = parseDocument(await readFile(file, "utf8"));
  const [problem] = document.errors;
  if (problem !== undefined) throw new DmError("DM7502", problem.message, { at: file });
  const about = { place: "lefthook", file } as const;
  if (document.hasIn(["pre-commit", "commands", "dm"]) || jobAt(document) !== -1) {
    return { ...about, state: "kept", notes: [] };
  }
  const jobs = document.getIn(["pre-commit", "jobs"]);
  if (isSeq(jobs)) jobs.add(document.createNode({ name: "dm", run: command }));
  else if (isMap(document.contents) || document.contents === null) {
    document.setIn(["pre-commit", "commands", "dm"], document.createNode({ run: command }));
  }
  await writeFile(file, document.toString({ lineWidth: 0 }));
  return {
    ...about,
    state: "installed",
    notes: ["lefthook install   once, if git does not call lefthook yet"],
  };
}

async function outOfLefthook(file: string, text: string): Promise<HookResult> {
  const document = parseDocument(text);
  const about = { place: "lefthook", file, notes: [] } as const;
  const job = jobAt(document);
  const isCommand = document.hasIn(["pre-commit", "commands", "dm"]);
  if (!isCommand && job === -1) return { ...about, state: "absent" };
  if (isCommand) {
    document.deleteIn(["pre-commit", "commands", "dm"]);
    removeEmpty(document, ["pre-commit", "commands"]);
  } else document.deleteIn(["pre-commit", "jobs", job]);
  removeEmpty(document, ["pre-commit"]);
  await writeFile(file, document.toString({ lineWidth: 0 }));
  return { ...about, state: "removed" };
}

function removeEmpty(document: ReturnType<typeof parseDocument>, at: readonly string[]): void {
  const value = document.getIn(at);
  if (isMap(value) && value.items.length === 0) document.deleteIn(at);
}

function jobAt(document: ReturnType<typeof parseDocument>): number {
  const jobs = document.getIn(["pre-commit", "jobs"]);
  return isSeq(jobs) ? jobs.items.findIndex((job) => isMap(job) && job.get("name") === "dm") : -1;
}

async function readIfPresent(file: string): Promise<string | undefined> {
  return existsSync(file) ? readFile(file, "utf8") : undefined;
}
