import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openProject } from "../src/project/config.js";
import { stamp } from "../src/project/stamp.js";
import { writeRevisions } from "../src/revision/directory.js";
import { startServer } from "../test/support/servers.js";
import { chain } from "./revisions.js";

const length = Number(process.env.DM_BENCH_REVISIONS ?? 500);
const runs = Number(process.env.DM_BENCH_RUNS ?? 5);
const major = 15;
const main = path.join(import.meta.dirname, "../dist/cli/main.js");

function report(what: string, args: readonly string[], directory: string): void {
  const times: number[] = [];
  for (let run = -1; run < runs; run++) {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: directory,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${what} failed: ${stderr}`);
    if (run >= 0) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const [low = 0, median = 0, high = 0] = [times[0], times[Math.floor(runs / 2)], times.at(-1)];
  const spread = `(${low.toFixed(0)} … ${high.toFixed(0)})`;
  console.log(`${what.padEnd(12)} ${median.toFixed(0).padStart(6)} ms ${spread}`);
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
    await writeRevisions(project.revisions, chain(length, major));
    await stamp(project, { target: "heads" });
    console.log(`${length} revisions, all applied, PostgreSQL ${major}, medians of ${runs} runs\n`);
    report("node alone", ["-e", "0"], directory);
    for (const command of ["heads", "history", "status"]) report(`dm ${command}`, [main, command], directory);
  } finally {
    await rm(directory, { recursive: true });
    await server.stop();
  }
}
