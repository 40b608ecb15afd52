// A process of the load of bench/busy: connections that read and write all the time, and what became of each transaction.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Application, Tally, Value, Word } from "./busy-talk.js";

const [, , , name = "0", connections = "1", pause = "0"] = process.argv;
let application: Application = [];
let rows = 1;
let tally = empty();
let isOver = false;
let loops: Promise<unknown> = Promise.resolve();
/** When the transaction of each connection began, and its end. */
const running = new Map<number, { readonly began: number; readonly ended: Promise<void> }>();

function empty() {
  return { times: [] as number[], failures: {} as Record<string, number>, since: performance.now() };
}

const upTo = (most: number) => 1 + Math.floor(Math.random() * most);

async function transaction(client: pg.Client, text: string): Promise<void> {
  const values: Readonly<Record<Value, () => string | number>> = {
    id: () => upTo(rows),
    customer: () => upTo(Math.max(1, Math.floor(rows / 100))),
    text: () => text,
  };
  await client.query("BEGIN");
  for (const { sql, values: drawn, isOne } of application) {
    const { rowCount } = await client.query(
      sql,
      drawn.map((value) => values[value]()),
    );
    if (isOne && rowCount !== 1) throw new Error(`${rowCount} rows`);
  }
  await client.query("COMMIT");
}

async function turn(client: pg.Client, text: string): Promise<void> {
  try {
    await transaction(client, text);
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? (error.code ?? "?") : String(error);
    tally.failures[code] = (tally.failures[code] ?? 0) + 1;
    await client.query("ROLLBACK");
  }
}

async function loop(client: pg.Client, number: number): Promise<void> {
  for (let at = 0; !isOver; at++) {
    const began = performance.now();
    const ended = turn(client, `load ${name}.${number}.${at}`);
    running.set(number, { began, ended });
    await ended;
    running.delete(number);
    tally.times.push(performance.now() - Math.max(began, tally.since));
    await sleep(Number(pause));
  }
  await client.end();
}

async function start(url: string): Promise<void> {
  isOver = false;
  const clients = Array.from(
    { length: Number(connections) },
    () => new pg.Client({ connectionString: url, application_name: "load" }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  loops = Promise.all(clients.map(loop));
}

function tell(): Tally {
  const now = performance.now();
  const { times, failures, since } = tally;
  // Who still waits counts with the time so far.
  const open = [...running.values()].map(({ began }) => now - Math.max(began, since));
  return { times, open, failures, milliseconds: now - since };
}

async function answer(word: Word): Promise<Tally | undefined> {
  switch (word.say) {
    case "start":
      ({ rows, application } = word);
      await start(word.url);
      return undefined;
    case "deploy":
      ({ application } = word);
      await Promise.all([...running.values()].map(({ ended }) => ended));
      return undefined;
    case "begin":
      tally = empty();
      return undefined;
    case "tell":
      return tell();
    case "end":
      isOver = true;
      await loops;
      return undefined;
  }
}

process.on("message", (word: Word) => {
  void answer(word).then((tally) => process.send?.(tally ?? "done"));
});
// The bench was interrupted: nobody asks any more.
process.once("disconnect", () => process.exit());
process.send?.("ready");
