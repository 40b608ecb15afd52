import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { openProject } from "../src/project/config.js";
import { writeRevisions } from "../src/revision/directory.js";
import { startServer } from "../test/support/servers.js";
import { chain, createTable } from "./revisions.js";

const length = Number(process.env.DM_BENCH_REVISIONS ?? 500);
const news = 5;
const major = Number(process.env.DM_BENCH_MAJOR ?? 17);
const main = path.join(import.meta.dirname, "../dist/cli/main.js");
const statements = Array.from({ length }, (_, at) => createTable(at));

/** What PostgreSQL itself takes for the ways up: each file's in a transaction, one after the other. */
async function plainUp(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("CREATE DATABASE bench");
  } finally {
    await client.end();
  }
  const there = new URL(url);
  there.pathname = "/bench";
  const runner = new pg.Client({ connectionString: there.href });
  await runner.connect();
  try {
    const began = performance.now();
    for (const statement of statements) await runner.query(`BEGIN;\n${statement}\nCOMMIT`);
    return performance.now() - began;
  } finally {
    await runner.end();
  }
}

function git(directory: string, command: string): void {
  const identity = ["-c", "user.name=Ana Ruiz", "-c", "user.email=ana@clinic.example"];
  const { status, stderr } = spawnSync("git", [...identity, ...command.split(" ")], {
    cwd: directory,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`git ${command} failed: ${stderr}`);
}

function check(directory: string, options: readonly string[]): number {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "check", ...options], {
    cwd: directory,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`dm check failed: ${stdout}${stderr}`);
  return performance.now() - began;
}

function report(what: string, time: number, plain: number): void {
  const seconds = `${(time / 1000).toFixed(1)} s`.padStart(8);
  console.log(`${what.padEnd(44)} ${seconds}  ${(time / plain).toFixed(1).padStart(6)} × plain`);
}

const server = await startServer(major);
if (server === undefined) console.log(`SKIPPED: PostgreSQL ${major} is not installed; npm test installs it`);
else {
  const directory = await mkdtemp(path.join(tmpdir(), "dm-bench-"));
  try {
    const plain = await plainUp(server.url);
    await mkdir(path.join(directory, "schema"));
    await writeFile(path.join(directory, "schema/tables.sql"), `${statements.join("\n")}\n`);
    const config = `environments: {local: {database: ${JSON.stringify(server.url)}}}\n`;
    await writeFile(path.join(directory, "dm.yaml"), config);
    const { revisions } = await openProject({ cwd: directory, env: "local" });
    const all = chain(length);
    await writeRevisions(revisions, all.slice(0, -news));
    for (const command of ["init -q -b main", "add -A", "commit -qm chain", "checkout -qb mine"]) {
      git(directory, command);
    }
    await writeRevisions(revisions, all.slice(-news));
    console.log(`${length} revisions, PostgreSQL ${major}\n`);
    report("the ways up, by plain statements", plain, plain);
    report(`dm check, ${news} of them new since main`, check(directory, ["--base", "main"]), plain);
    report("dm check again", check(directory, ["--base", "main"]), plain);
    report("dm check --all, each by itself on rows", check(directory, ["--all"]), plain);
  } finally {
    await rm(directory, { recursive: true });
    await server.stop();
  }
}
