// Changes of large tables under a load of reads and writes, at once and in phases: node bench/run.js busy --rows 300000
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startServer } from "../test/support/servers.js";
import { changes } from "./busy-changes.js";
import { Load } from "./busy-clients.js";
import { head, type Row, written } from "./busy-page.js";
import { makeTemplate, type Outcome, type Place, runChange, runIdle, type Template } from "./busy-run.js";
import type { Ground } from "./busy-schema.js";

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rows: { type: "string", default: "5000000" },
    major: { type: "string", default: "17" },
    connections: { type: "string", default: "8" },
    /** Milliseconds between two transactions of a connection. */
    pause: { type: "string", default: "20" },
    /** Only the changes of these names, or whose names hold one of these: `index created,check`. */
    only: { type: "string", default: "" },
    /** Puts what is measured into docs/online.md, after each change. */
    write: { type: "boolean", default: false },
  },
});
const rows = Number(options.rows);
const major = Number(options.major);
const lockTimeout = 3000;
const page = path.join(import.meta.dirname, "../docs/online.md");

const plain = (name: string) => name.replaceAll("`", "").trim();

function chosen() {
  const asked = options.only.split(",").map(plain).filter(Boolean);
  const found = asked.map((one) => {
    const exact = changes.filter(({ name }) => plain(name) === one);
    return exact.length > 0 ? exact : changes.filter(({ name }) => plain(name).includes(one));
  });
  const unknown = asked.filter((_, at) => found[at]?.length === 0);
  if (unknown.length > 0) {
    throw new Error(
      `no change is called ${unknown.join(", ")}; there are\n  ${changes.map(({ name }) => plain(name)).join("\n  ")}`,
    );
  }
  const all = new Set(found.flat());
  return asked.length === 0 ? changes : changes.filter((change) => all.has(change));
}

const began = performance.now();
const minutes = () => `${((performance.now() - began) / 60_000).toFixed(1)} min`;
let doing = "";
let said = { stage: "", at: 0 };

/** Each stage once, and what a long one repeats every few seconds. */
function progress(stage: string): void {
  const now = performance.now();
  if (stage === said.stage && now - said.at < 5000) return;
  said = { stage, at: now };
  console.error(`  ${minutes()}  ${doing}: ${stage}`);
}

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly failures: ReadonlyMap<string, number>;
}

function measured({ tallies }: Outcome): Measured {
  const times = tallies.flatMap((one) => one.times).sort((a, b) => a - b);
  const at = (part: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  const failures = new Map<string, number>();
  for (const [code, count] of tallies.flatMap((one) => Object.entries(one.failures)))
    failures.set(code, (failures.get(code) ?? 0) + count);
  const seconds = Math.max(...tallies.map((one) => one.milliseconds)) / 1000;
  return {
    perSecond: times.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    longest: Math.max(...tallies.flatMap((one) => one.open), times.at(-1) ?? 0),
    failures,
  };
}

function line(name: string, form: string, { took, error, ...outcome }: Outcome): string {
  const one = measured(outcome);
  const milliseconds = (time: number) => `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
  const codes = [...one.failures].map(([code, count]) => `${count} (${code})`);
  const lasted = took === undefined ? "" : `${(took / 1000).toFixed(1)} s`;
  const cells = [name, form, one.perSecond.toFixed(0), ...[one.p50, one.p99, one.longest].map(milliseconds)];
  const end = error === undefined ? lasted : `failed after ${lasted}: ${error.replace(/\s+/g, " ")}`;
  return `| ${[...cells, codes.join(", ") || "0", end].join(" | ")} |`;
}

/** In phases, no transaction may fail, and none wait as long as dm itself would for a lock. */
function isBroken(outcome: Outcome): boolean {
  const { failures, longest } = measured(outcome);
  return outcome.error !== undefined || failures.size > 0 || longest >= lockTimeout;
}

async function measureAll(place: Place, version: string): Promise<void> {
  const [{ model = "" } = {}] = cpus();
  const about =
    `Measured on ${new Date().toISOString().slice(0, 10)} on tables of ${rows.toLocaleString("en")} rows, PostgreSQL ${version}, ` +
    `${options.connections} connections that pause ${options.pause} ms between transactions, ${cpus().length} cores ` +
    `(${model.trim()}), the server on the same ones. Before it began, the machine's load average was ` +
    `${loadavg()[0]?.toFixed(1)}. \`lock_timeout\` is 3 s.`;
  console.log([about, "", ...head].join("\n"));
  const done: Row[] = [];
  const add = async (name: string, lines: readonly string[]) => {
    done.push({ name, lines });
    if (options.write) await writeFile(page, written(await readFile(page, "utf8"), { about, rows: done }));
  };
  const print = (text: string) => {
    console.log(text);
    return text;
  };

  const templates = new Map<Ground, Template>();
  /** The first time, with what the load does while nothing changes. */
  const templateOf = async (ground: Ground) => {
    const known = templates.get(ground);
    if (known !== undefined) return known;
    doing = `none, ${ground.name}`;
    const made = await makeTemplate(ground, place);
    templates.set(ground, made);
    progress("measuring");
    await add(doing, [print(line(doing, "", await runIdle(made, place)))]);
    return made;
  };

  const all = chosen();
  for (const [at, change] of all.entries()) {
    const template = await templateOf(change.ground);
    const lines: string[] = [];
    for (const form of ["direct", "phased"] as const) {
      doing = `${at + 1} of ${all.length}, ${change.name}, ${form}`;
      const outcome = await runChange(template, change, form, place);
      lines.push(print(line(lines.length === 0 ? change.name : "", form, outcome)));
      if (form === "phased" && isBroken(outcome)) {
        console.error(`^ in phases, no transaction may fail, and none wait for ${lockTimeout} ms`);
        process.exitCode = 1;
      }
    }
    await add(change.name, lines);
  }
}

const settings = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_level: "replica",
  shared_buffers: "256MB",
  max_wal_size: "4GB",
};
const files = mkdtempSync(path.join(tmpdir(), "dm-busy-"));
process.once("exit", () => rmSync(files, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
chosen();
const server = await startServer(major, { settings });
if (server === undefined) console.log(`SKIPPED: PostgreSQL ${major} is not installed; npm test installs it`);
else {
  const load = await Load.of(Number(options.connections), Number(options.pause));
  try {
    await measureAll({ admin: server.url, major, rows, load, files, progress }, server.version);
  } finally {
    load.close();
    await server.stop();
  }
  console.error(`it took ${minutes()}`);
}
