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

/** Rows per second. */
async function measured(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return rows / ((performance.now() - began) / 1000);
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
        const plain: number[] = [];
        const batched: number[] = [];
        for (let run = 0; run < runs; run++) {
          await prepare(database, columns);
          plain.push(await measured(() => database.script(update)));
          await prepare(database, columns);
          batched.push(await measured(() => backfill(database)));
        }
        const [one, many] = [Math.max(...plain), Math.max(...batched)];
        console.log(
          `${what.padEnd(32)} UPDATE ${one.toFixed(0).padStart(8)} rows/s  backfill ${many.toFixed(0).padStart(8)} rows/s  ${(many / one).toFixed(2)} × UPDATE`,
        );
      }
    });
  } finally {
    await server.stop();
  }
}
