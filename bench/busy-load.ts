// A process of the load of bench/busy: connections that read and write all the time, and what became of each transaction.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Tally, Word } from "./busy-talk.js";

const [, , , url = "", name = "0", connections = "2", rows = "0", pause = "0"] = process.argv;
let insert = "";
let tally: { times: number[]; failures: Record<string, number>; since: number } = empty();
let rename = (sql: string) => sql;
let isOver = false;
const running = new Map<number, number>();

function empty() {
  return { times: [], failures: {}, since: performance.now() };
}

const send = (tells: Tally | "ready") => process.send?.(tells);

/** As pgbench's own: one row is changed, a few are read by a key and by an index, one is added. */
async function transaction(client: pg.Client, values: (string | number)[]): Promise<void> {
  const any = () => 1 + Math.floor(Math.random() * Number(rows));
  await client.query("BEGIN");
  await client.query("UPDATE clinic.visit SET minutes = minutes % 60 + 1 WHERE id = $1", [any()]);
  await client.query(rename("SELECT minutes, kind, code FROM clinic.visit WHERE id = $1"), [any()]);
  await client.query("SELECT id, minutes FROM clinic.visit WHERE customer_id = $1 LIMIT 10", [values[0]]);
  await client.query(rename(insert), values);
  await client.query("COMMIT");
}

async function connection(number: number): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "load" });
  await client.connect();
  for (let turn = 0; !isOver; turn++) {
    const began = performance.now();
    running.set(number, began);
    const customer = 1 + Math.floor(Math.random() * Math.max(1, Number(rows) / 100));
    try {
      await transaction(client, [customer, `load ${name}.${number}.${turn}`]);
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? (error.code ?? "?") : String(error);
      tally.failures[code] = (tally.failures[code] ?? 0) + 1;
      await client.query("ROLLBACK");
    }
    tally.times.push(performance.now() - Math.max(began, tally.since));
    running.delete(number);
    await sleep(Number(pause));
  }
  await client.end();
}

process.on("message", (word: Word) => {
  if (word.say === "insert") insert = word.sql;
  if (word.say === "renamed") rename = (sql) => sql.replace(new RegExp(`\\b${word.from}\\b`), word.to);
  if (word.say === "begin") tally = empty();
  if (word.say === "tell") {
    const now = performance.now();
    const { times, failures, since } = tally;
    // Who still waits counts with the time so far.
    const open = [...running.values()].map((began) => now - Math.max(began, since));
    send({ times, open, failures, milliseconds: now - since });
  }
  if (word.say === "end") isOver = true;
  if (word.say === "start") {
    const all = Array.from({ length: Number(connections) }, (_, at) => connection(at));
    void Promise.all(all).then(() => process.exit());
  }
});
// The bench was interrupted: nobody asks any more.
process.once("disconnect", () => process.exit());
send("ready");
