import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { Database } from "../../src/database/database.js";
import { dm, type Ran } from "../cli/terminal.js";
import { type Postgres, withTemporaryDatabase } from "../support/databases.js";

/** Somebody with a clone of the repository and a database of their own. */
export interface Developer {
  readonly name: string;
  readonly root: string;
  readonly database: Database;
  /** Runs dm in the clone; a result other than `exit` fails the test. */
  dm(argv: readonly string[], exit?: number): Promise<Ran>;
  /** What `--json` prints. */
  json(argv: readonly string[], exit?: number): Promise<Record<string, unknown>>;
  git(...argv: readonly string[]): Promise<string>;
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Names of the revision files. */
  revisions(): Promise<string[]>;
  /** Edits the schema, plans, applies to the own database and commits. */
  change(files: Readonly<Record<string, string>>, message: string): Promise<string>;
  /** Fetches and merges; files that both have edited get the text that is given, and the merge is committed by the test. */
  pull(resolved?: Readonly<Record<string, string>>): Promise<void>;
  commit(message: string): Promise<void>;
  push(): Promise<void>;
}

const run = promisify(execFile);

/** Developers of one project, whose origin holds the first one's first commit: a schema that is planned and applied. */
export async function withTeam(
  postgres: Postgres,
  names: readonly string[],
  schema: Readonly<Record<string, string>>,
  work: (...team: Developer[]) => Promise<void>,
): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), "dm-team-"));
  const origin = join(place, "origin.git");
  try {
    await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", origin]);
    await withDatabases(postgres, names, place, async (databases) => {
      const team = names.map((name, at) => developer(name, join(place, name), databases[at]));
      const [first, ...others] = team;
      if (first === undefined) return;
      await clone(origin, first);
      await first.write("dm.yaml", "environments: { local: { database: unused } }\n");
      await first.write(".gitignore", ".dm/\n");
      await first.change(schema, "start");
      await first.push();
      for (const other of others) {
        await clone(origin, other);
        await other.dm(["apply"]);
      }
      await work(...team);
    });
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

interface Own {
  readonly database: Database;
  readonly url: string;
}

async function withDatabases(
  postgres: Postgres,
  names: readonly string[],
  place: string,
  work: (databases: Own[]) => Promise<void>,
  open: Own[] = [],
): Promise<void> {
  const [name, ...rest] = names;
  if (name === undefined) return work(open);
  await withTemporaryDatabase(postgres, async (database, url) => {
    // An embedded database belongs to one process at a time: dm opens it by its directory.
    const own = { database, url: postgres === "pglite" ? `pglite:${join(place, name, ".dm/local")}` : url };
    await withDatabases(postgres, rest, place, work, [...open, own]);
  });
}

async function clone(origin: string, { name, root, git }: Developer): Promise<void> {
  await run("git", ["clone", "--quiet", origin, root]);
  await git("config", "user.name", name);
  await git("config", "user.email", `${name}@clinic.example`);
  await git("config", "commit.gpgsign", "false");
}

function developer(name: string, root: string, own: Own | undefined): Developer {
  if (own === undefined) throw new Error(`${name} has no database`);
  const env = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: `${name}@clinic.example` };
  const self: Developer = {
    name,
    root,
    database: own.database,
    async dm(argv, exit = 0) {
      const place = ["--config", join(root, "dm.yaml"), "--database", own.url];
      const ran = await dm([...argv, ...place], { env });
      expect(ran.code, `${name}: dm ${argv.join(" ")}\n${ran.stdout}${ran.stderr}`).toBe(exit);
      return ran;
    },
    async json(argv, exit) {
      return JSON.parse((await self.dm([...argv, "--json"], exit)).stdout);
    },
    async git(...argv) {
      return (await run("git", argv, { cwd: root })).stdout.trim();
    },
    async write(file, text) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    },
    read: (file) => readFile(join(root, file), "utf8"),
    async revisions() {
      return (await readdir(join(root, "revisions"))).filter((file) => file.endsWith(".sql")).sort();
    },
    async change(files, message) {
      for (const [file, text] of Object.entries(files)) await self.write(`schema/${file}`, text);
      const { revisions } = await self.json(["plan", "-m", message]);
      await self.dm(["apply", "--allow", "all"]);
      await self.commit(message);
      const [revision, ...phases] = revisions as { id: string }[];
      if (revision === undefined || phases.length > 0) throw new Error(`${message}: not one revision`);
      return revision.id;
    },
    async pull(resolved = {}) {
      await self.git("fetch", "--quiet");
      const merged = await self.git("merge", "--quiet", "--no-commit", "--no-ff", "origin/main").then(
        () => true,
        () => false,
      );
      for (const [file, text] of Object.entries(resolved)) await self.write(`schema/${file}`, text);
      const open = await self.git("diff", "--name-only", "--diff-filter=U");
      if (!merged) expect(open.split("\n")).toContain("revisions/dm.sum");
    },
    async commit(message) {
      await self.git("add", "--all");
      await self.git("commit", "--quiet", "--message", message);
    },
    async push() {
      await self.git("push", "--quiet", "origin", "HEAD:main");
    },
  };
  return self;
}
