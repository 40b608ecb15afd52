import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openProject } from "../src/project/config.js";
import { stamp } from "../src/project/stamp.js";
import { writeRevisions } from "../src/revision/directory.js";
import type { Revision } from "../src/revision/revision.js";
import { startServer } from "../test/support/servers.js";

const length = Number(process.env.DM_BENCH_REVISIONS ?? 500);
const runs = Number(process.env.DM_BENCH_RUNS ?? 5);
const major = 15;
const main = path.join(import.meta.dirname, "../dist/cli/main.js");

/** A chain in which every tenth revision begins a branch that the one after the next merges. */
function chain(): Revision[] {
  const id = (at: number) => at.toString(16).padStart(12, "0");
  return Array.from({ length }, (_, at) => {
    const parents =
      at === 0 ? [] : at % 10 === 2 ? [id(at - 1), id(at - 2)] : [id(at - 1 - (at % 10 === 1 ? 1 : 0))];
    const table = `bench.t_${at}`;
    const mark = { fingerprint: id(at), major };
    return {
      id: id(at),
      parents: parents.filter((parent) => parent !== id(-1)),
      message: `Add the table ${table}`,
      author: "Ana Ruiz <ana@clinic.example>",
      created: new Date(Date.UTC(2025, 0, 1) + at * 3_600_000).toISOString(),
      kind: "planned",
      from: mark,
      to: mark,
      up: [
        {
          mode: "transaction",
          comments: [`locks ${table}: ACCESS EXCLUSIVE`],
          sql: `CREATE TABLE ${table} (id bigint PRIMARY KEY, name text NOT NULL, note text);`,
        },
      ],
      down: [{ mode: "transaction", comments: [], sql: `DROP TABLE ${table};` }],
    };
  });
}

function report(command: string, directory: string): void {
  const times: number[] = [];
  for (let run = -1; run < runs; run++) {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [main, command], {
      cwd: directory,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`dm ${command} failed: ${stderr}`);
    if (run >= 0) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const [low = 0, median = 0, high = 0] = [times[0], times[Math.floor(runs / 2)], times.at(-1)];
  const spread = `(${low.toFixed(0)} … ${high.toFixed(0)})`;
  console.log(`dm ${command.padEnd(10)} ${median.toFixed(0).padStart(6)} ms ${spread}`);
}

const server = await startServer(major);
if (server === undefined) console.log(`SKIPPED: PostgreSQL ${major} is not installed; npm test installs it`);
else {
  const directory = await mkdtemp(path.join(tmpdir(), "dm-bench-"));
  try {
    await mkdir(path.join(directory, "schema"));
    const config = `environments: {local: {database: ${JSON.stringify(server.url)}}}\n`;
    await writeFile(path.join(directory, "dm.yaml"), config);
    const project = await openProject({ cwd: directory, env: "local" });
    await writeRevisions(project.revisions, chain());
    await stamp(project, { target: "heads" });
    console.log(`${length} revisions, all applied, PostgreSQL ${major}, medians of ${runs} runs\n`);
    for (const command of ["heads", "history", "status"]) report(command, directory);
  } finally {
    await rm(directory, { recursive: true });
    await server.stop();
  }
}
