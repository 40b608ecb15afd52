import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { withDatabase } from "../src/database/connect.js";
import { introspect } from "../src/introspect/introspect.js";
import { writeSchemaFiles } from "../src/pull/pull.js";
import { startServer } from "../test/support/servers.js";
import { generatedSchema } from "./schema.js";

const tables = Number(process.env.DM_BENCH_TABLES ?? 1000);
const runs = Number(process.env.DM_BENCH_RUNS ?? 5);
const major = 15;
const main = path.join(import.meta.dirname, "../dist/cli/main.js");

/** Milliseconds of each run; the first one more, not counted, warms caches. */
async function timed(work: () => Promise<unknown> | unknown, count = runs, warmUps = 1): Promise<number[]> {
  const times: number[] = [];
  for (let run = -warmUps; run < count; run++) {
    const start = performance.now();
    await work();
    if (run >= 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

const median = (times: readonly number[]) => times[Math.floor(times.length / 2)] ?? Number.NaN;

function report(what: string, times: readonly number[], reference?: readonly number[]): void {
  const [low = 0, high = 0] = [times[0], times.at(-1)];
  const ratio =
    reference === undefined ? "" : `  ${(median(times) / median(reference)).toFixed(2)} × pg_dump`;
  const spread = times.length > 1 ? ` (${low.toFixed(0)} … ${high.toFixed(0)})` : "";
  console.log(`${what.padEnd(44)} ${median(times).toFixed(0).padStart(7)} ms${spread}${ratio}`);
}

/** A command that must succeed. */
function command(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): void {
  const { status, stderr, error } = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 30,
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (status !== 0) throw new Error(`${program} ${args[0] ?? ""} failed: ${error?.message ?? stderr}`);
}

function hasPgDump(): boolean {
  const { stdout } = spawnSync("pg_dump", ["--version"], { encoding: "utf8" });
  const found = /\(PostgreSQL\) (\d+)/.exec(stdout ?? "")?.[1];
  if (found === String(major)) return true;
  const reason = found === undefined ? "there is none" : `this one is of version ${found}`;
  console.log(`SKIPPED: the comparison with pg_dump ${major}; ${reason}`);
  return false;
}

async function measure(url: string): Promise<void> {
  const base = await withDatabase(url, introspect);
  const parts = generatedSchema(tables);
  await withDatabase(url, async (database) => {
    await database.script("CREATE SCHEMA bench");
    for (let at = 0; at < parts.length; at += 100) await database.script(parts.slice(at, at + 100).join(""));
    await database.script("ANALYZE");
  });
  const catalog = await withDatabase(url, introspect);
  console.log(
    `${tables} tables, ${catalog.facts.size} facts, PostgreSQL ${major}, medians of ${runs} runs\n`,
  );

  const dump = hasPgDump()
    ? await timed(() => command("pg_dump", ["--schema-only", "--file=/dev/null", url], {}))
    : undefined;
  if (dump !== undefined) report("pg_dump --schema-only", dump);
  report("introspect, with connecting", await timed(() => withDatabase(url, introspect)), dump);
  await withDatabase(url, async (database) => {
    report("introspect, connected", await timed(() => introspect(database)), dump);
  });
  for (const format of ["sql", "yaml"] as const) {
    report(`schema files as ${format}`, await timed(() => writeSchemaFiles(catalog, base, format)), dump);
  }

  if (!existsSync(main)) {
    console.log("SKIPPED: dm plan; run npm run build first");
    return;
  }
  const directory = await mkdtemp(path.join(tmpdir(), "dm-bench-"));
  try {
    for (const { path: name, text } of writeSchemaFiles(catalog, base, "sql")) {
      const file = path.join(directory, "schema", name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    const config = `environments: {local: {database: ${JSON.stringify(url)}}}\n`;
    await writeFile(path.join(directory, "dm.yaml"), config);
    const plan = () =>
      command(process.execPath, [main, "plan", "--dry-run"], { XDG_CACHE_HOME: directory }, directory);
    report("dm plan, nothing cached, nothing to do", await timed(plan, 1, 0), dump);
    report("dm plan, again", await timed(plan, Math.min(runs, 3), 0), dump);
  } finally {
    await rm(directory, { recursive: true });
  }
}

const server = await startServer(major);
if (server === undefined) console.log(`SKIPPED: PostgreSQL ${major} is not installed; npm test installs it`);
else {
  try {
    await measure(server.url);
  } finally {
    await server.stop();
  }
}
