import { existsSync, readFileSync } from "node:fs";
import { runBackfill } from "../src/apply/backfill.js";
import { usualPace } from "../src/apply/backfill-pace.js";
import { forgetBackfills } from "../src/apply/backfill-progress.js";
import { createJournal } from "../src/apply/journal.js";
import { withDatabase } from "../src/database/connect.js";
import type { Database } from "../src/database/database.js";
import { startServer } from "../test/support/servers.js";

const rows = Number(process.env.DM_BENCH_ROWS ?? 1_000_000);
const runs = Number(process.env.DM_BENCH_RUNS ?? 3);
const major = Number(process.env.DM_BENCH_MAJOR ?? 17);

const update = "UPDATE bench.visit SET fee_cents = fee * 100 WHERE fee_cents IS NULL";
const place = { id: "bench", direction: "up", step: 0 } as const;

const tables: readonly [string, string][] = [
  ["bigint primary key", "id bigint PRIMARY KEY, other int"],
  [
    "composite key of text and int",
    'id int, other text COLLATE "C" DEFAULT md5(random()::text), PRIMARY KEY (other, id)',
  ],
  ["no key: ctid", "id int, other int"],
];

async function prepare(database: Database, columns: string): Promise<void> {
  await database.script(
    `DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench;
     CREATE TABLE bench.visit (${columns}, fee numeric(8, 2), fee_cents int, remark text);
     INSERT INTO bench.visit (id, fee, remark) SELECT i, i % 1000, repeat('x', 60) FROM generate_series(1, ${rows}) i`,
  );
  await database.script("VACUUM ANALYZE bench.visit");
  await database.script("CHECKPOINT");
}

interface Speed {
  readonly rowsPerSecond: number;
  /** Processor time of the server's process; NaN where /proc does not tell. */
  readonly cpuSeconds: number;
}

async function measured(database: Database, work: () => Promise<unknown>): Promise<Speed> {
  const cpuBefore = await cpuSeconds(database);
  const began = performance.now();
  await work();
  const rowsPerSecond = rows / ((performance.now() - began) / 1000);
  return { rowsPerSecond, cpuSeconds: (await cpuSeconds(database)) - cpuBefore };
}

/** Fields 14 and 15 of /proc/PID/stat, in hundredths: what other work on the machine does not distort. */
async function cpuSeconds(database: Database): Promise<number> {
  const [row] = await database.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const file = `/proc/${row?.pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  const fields = readFileSync(file, "utf8").split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function report(what: string, plain: readonly Speed[], batched: readonly Speed[]): void {
  const speed = (runs: readonly Speed[]) => Math.max(...runs.map(({ rowsPerSecond }) => rowsPerSecond));
  const cpu = (runs: readonly Speed[]) => Math.min(...runs.map(({ cpuSeconds }) => cpuSeconds));
  const rate = (runs: readonly Speed[]) => `${speed(runs).toFixed(0).padStart(7)} rows/s`;
  console.log(
    `${what.padEnd(32)} UPDATE ${rate(plain)}  backfill ${rate(batched)}`,
    ` ${(speed(batched) / speed(plain)).toFixed(2)} × UPDATE  (${(cpu(plain) / cpu(batched)).toFixed(2)} × by processor time)`,
  );
}

async function backfill(database: Database): Promise<void> {
  await runBackfill(
    database,
    place,
    { mode: "backfill", comments: [], sql: update },
    {
      lockTimeout: "3s",
      pace: usualPace,
      progress: () => undefined,
      note: (text) => console.log(text),
    },
  );
  await forgetBackfills(database, place.id);
}

const server = await startServer(major);
if (server === undefined) console.log(`SKIPPED: PostgreSQL ${major} is not installed; npm test installs it`);
else {
  try {
    console.log(`${rows} rows, PostgreSQL ${major}, idle, usual pace, best of ${runs} runs\n`);
    await withDatabase(server.url, async (database) => {
      await createJournal(database);
      for (const [what, columns] of tables) {
        const plain: Speed[] = [];
        const batched: Speed[] = [];
        for (let run = 0; run < runs; run++) {
          await prepare(database, columns);
          plain.push(await measured(database, () => database.script(update)));
          await prepare(database, columns);
          batched.push(await measured(database, () => backfill(database)));
        }
        report(what, plain, batched);
      }
    });
  } finally {
    await server.stop();
  }
}
