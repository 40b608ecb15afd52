// Changes of a table under a load of reads and writes, at once and in phases: node bench/run.js busy --rows 300000
import { type ChildProcess, fork } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { inDatabase, withDatabase } from "../src/database/connect.js";
import { applyRevisions } from "../src/project/apply.js";
import { openProject, type Project } from "../src/project/config.js";
import { planRevision } from "../src/project/plan.js";
import { startServer } from "../test/support/servers.js";
import { type Change, changes, edited, rowsOf, schemaFile, usualInsert } from "./busy-changes.js";
import type { Tally, Word } from "./busy-talk.js";

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rows: { type: "string", default: "5000000" },
    major: { type: "string", default: "17" },
    connections: { type: "string", default: "8" },
    /** Milliseconds between two transactions of a connection. */
    pause: { type: "string", default: "10" },
    /** Only the changes whose names hold this. */
    only: { type: "string", default: "" },
    /** Puts the table into docs/online.md. */
    write: { type: "boolean", default: false },
  },
});
const rows = Number(options.rows);
const major = Number(options.major);
const connections = Number(options.connections);
const processes = 2;
const lockTimeout = 3000;
/** A change that takes less is watched for so long. */
const least = 3000;
const page = path.join(import.meta.dirname, "../docs/online.md");

/** The processes of the load, and what they measure. */
class Load {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  static async start(url: string): Promise<Load> {
    const of = String(Math.ceil(connections / processes));
    const children = Array.from({ length: processes }, (_, at) =>
      fork(
        path.join(import.meta.dirname, "run.js"),
        ["busy-load", url, String(at), of, options.rows, options.pause],
        {},
      ),
    );
    const load = new Load(children);
    await Promise.all(children.map((child) => new Promise((resolve) => child.once("message", resolve))));
    load.say({ say: "insert", sql: usualInsert });
    load.say({ say: "start" });
    return load;
  }

  say(word: Word): void {
    for (const child of this.#children) child.send(word);
  }

  async tell(): Promise<readonly Tally[]> {
    const told = this.#children.map(
      (child) => new Promise<Tally>((resolve) => child.once("message", (tally) => resolve(tally as Tally))),
    );
    this.say({ say: "tell" });
    return Promise.all(told);
  }

  async end(): Promise<void> {
    const ended = this.#children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    this.say({ say: "end" });
    await Promise.all(ended);
  }
}

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly failed: number;
  readonly codes: readonly string[];
  /** How long the change took; nothing where there was none. */
  readonly took?: number;
}

function measured(tallies: readonly Tally[], took?: number): Measured {
  const times = tallies.flatMap((one) => one.times).sort((a, b) => a - b);
  const at = (part: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  const failures = tallies.flatMap((one) => Object.entries(one.failures));
  const seconds = Math.max(...tallies.map((one) => one.milliseconds)) / 1000;
  return {
    perSecond: times.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    longest: Math.max(...tallies.flatMap((one) => one.open), times.at(-1) ?? 0),
    failed: failures.reduce((sum, [, number]) => sum + number, 0),
    codes: [...new Set(failures.map(([code]) => code))],
    ...(took === undefined ? {} : { took }),
  };
}

async function projectIn(root: string, url: string, schema: string): Promise<Project> {
  await mkdir(path.join(root, "schema"), { recursive: true });
  await writeFile(path.join(root, "schema/clinic.sql"), schema);
  const environment = { local: { database: url } };
  await writeFile(path.join(root, "dm.yaml"), `environments: ${JSON.stringify(environment)}\n`);
  return openProject({ cwd: root, env: "local" });
}

/** A database of the template's state under load, and what is measured while the work is done. */
async function underLoad(
  admin: string,
  work: (url: string, load: Load) => Promise<number | undefined>,
): Promise<Measured> {
  await withDatabase(admin, (database) => database.script("CREATE DATABASE busy TEMPLATE busy_template"));
  const url = inDatabase(admin, "busy");
  const load = await Load.start(url);
  try {
    await sleep(2000);
    return measured(...(await watched(load, () => work(url, load))));
  } finally {
    await load.end();
    await withDatabase(admin, (database) => database.script("DROP DATABASE busy WITH (FORCE)"));
  }
}

async function watched(
  load: Load,
  work: () => Promise<number | undefined>,
): Promise<[readonly Tally[], number | undefined]> {
  const began = performance.now();
  load.say({ say: "begin" });
  const took = await work();
  await sleep(Math.max(0, least - (performance.now() - began)));
  return [await load.tell(), took];
}

/** One change in one form; the template's project is where the revisions of its state are. */
async function run(admin: string, template: string, change: Change, isPhased: boolean): Promise<Measured> {
  const root = await mkdtemp(path.join(tmpdir(), "dm-busy-"));
  try {
    await cp(template, root, { recursive: true });
    return await underLoad(admin, async (url, load) => {
      const project = await projectIn(root, url, edited(change));
      const mode = isPhased ? "always" : "never";
      const planned = { ...project, online: { ...project.online, mode } } as const;
      const { revisions } = await planRevision(planned, { message: change.name });
      // Planning is over before it begins: only the apply is measured.
      load.say({ say: "begin" });
      const began = performance.now();
      const [first] = revisions;
      if (first === undefined) throw new Error(`${change.name}: nothing is planned`);
      await applyRevisions(project, { allow: ["all"], cleanup: true, target: first.id });
      if (change.insert !== undefined) load.say({ say: "insert", sql: change.insert });
      if (isPhased) await applyRevisions(project, { allow: ["all"] });
      if (change.renamed !== undefined) {
        const [from, to] = change.renamed;
        load.say({ say: "renamed", from, to });
        // Who has begun under the old name ends under it.
        if (isPhased) await sleep(500);
      }
      await applyRevisions(project, { allow: ["all"], cleanup: true });
      return performance.now() - began;
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function line(name: string, form: string, one: Measured): string {
  const milliseconds = (time: number) => `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
  const failed = one.failed === 0 ? "0" : `${one.failed} (${one.codes.join(", ")})`;
  const took = one.took === undefined ? "" : `${(one.took / 1000).toFixed(1)} s`;
  const cells = [name, form, one.perSecond.toFixed(0), milliseconds(one.p50), milliseconds(one.p99)];
  return `| ${[...cells, milliseconds(one.longest), failed, took].join(" | ")} |`;
}

async function measureAll(admin: string, template: string): Promise<string[]> {
  const lines = [
    "| change | form | transactions/s | p50 | p99 | longest | failed | change took |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
  ];
  const add = (text: string) => {
    lines.push(text);
    console.log(text);
  };
  for (const text of lines) console.log(text);
  add(line("none", "", await underLoad(admin, async () => undefined)));
  for (const change of changes.filter(({ name }) => name.includes(options.only))) {
    for (const isPhased of [false, true]) {
      const one = await run(admin, template, change, isPhased);
      add(line(isPhased ? "" : change.name, isPhased ? "phased" : "at once", one));
      if (isPhased && (one.failed > 0 || one.longest >= lockTimeout)) {
        console.log(`^ in phases, no transaction may fail, and none wait for ${lockTimeout} ms`);
        process.exitCode = 1;
      }
    }
  }
  return lines;
}

async function write(lines: readonly string[], about: string): Promise<void> {
  const [begin, end] = ["<!-- node bench/run.js busy --write -->", "<!-- end -->"];
  const text = await readFile(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${page} has no place for the table: ${begin}`);
  const table = `${begin}\n${about}\n\n${lines.join("\n")}\n`;
  await writeFile(page, `${text.slice(0, from)}${table}${text.slice(to)}`);
}

const settings = { fsync: "on", synchronous_commit: "on", shared_buffers: "256MB", max_wal_size: "4GB" };
const server = await startServer(major, { settings });
if (server === undefined) console.log(`SKIPPED: PostgreSQL ${major} is not installed; npm test installs it`);
else {
  const template = await mkdtemp(path.join(tmpdir(), "dm-busy-template-"));
  try {
    await withDatabase(server.url, (database) => database.script("CREATE DATABASE busy_template"));
    const url = inDatabase(server.url, "busy_template");
    const project = await projectIn(template, url, schemaFile);
    await planRevision(project, { message: "The clinic" });
    await applyRevisions(project, { allow: ["all"] });
    await withDatabase(url, async (database) => {
      await database.script(rowsOf(rows));
      await database.script("VACUUM ANALYZE");
    });
    const [{ model = "" } = {}] = cpus();
    const about =
      `Measured on a table of ${rows.toLocaleString("en")} rows, PostgreSQL ${server.version}, ${connections} connections that ` +
      `pause ${options.pause} ms between transactions, ${cpus().length} cores (${model.trim()}), the server on the same ones. ` +
      `Before it began, the machine's load average was ${loadavg()[0]?.toFixed(1)}. \`lock_timeout\` is 3 s.`;
    console.log(`${about}\n`);
    const lines = await measureAll(server.url, template);
    if (options.write) await write(lines, about);
  } finally {
    await rm(template, { recursive: true, force: true });
    await server.stop();
  }
}
