import { describe, expect, it } from "vitest";
import { connect } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { DatabaseError } from "../../src/database/error.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { withClinic } from "./clinic.js";

/** How a version of an application names what it reads and writes. */
interface Names {
  readonly table: string;
  readonly mail: string;
  readonly score: string;
}

/** A version of an application at work. */
interface Client {
  readonly names: Names;
  /** The row that it has written last, for all to read. */
  last?: string;
  /** How often it has counted up the row that all count up. */
  counted: number;
  stop: () => Promise<void>;
}

const pause = (milliseconds = 10) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** undefined_column, undefined_table. */
const isAbsent = (error: unknown) =>
  error instanceof DatabaseError && ["42703", "42P01"].includes(error.sqlstate);

/** Works on a connection of its own until it is stopped, and beside what else is done. */
function atWork(url: string, turn: (database: Database, at: number) => Promise<unknown>) {
  const work = { isOver: false, turns: 0 };
  const run = async () => {
    const database = await connect(url);
    try {
      for (; !work.isOver; work.turns++) {
        await turn(database, work.turns);
        await pause();
      }
    } finally {
      work.isOver = true;
      await database.close();
    }
  };
  const running = run();
  // Whoever stops it hears of it.
  running.catch(() => undefined);
  return async () => {
    const least = work.turns + 3;
    while (!work.isOver && work.turns < least) await pause();
    work.isOver = true;
    await running;
  };
}

/** A version of the application, from when on its names are there. What it then sees as an error fails the test. */
function version(url: string, label: string, names: Names, others: () => readonly Client[]): Client {
  const { table, mail, score } = names;
  const client: Client = { names, counted: 0, stop: () => Promise.resolve() };
  const scoreOf = async (database: Database, key: string) => {
    const rows = await database.query(`SELECT ${score} AS score FROM ${table} WHERE ${mail} = $1`, [key]);
    return rows.map((row) => row.score);
  };
  let isThere = false;
  client.stop = atWork(url, async (database, at) => {
    if (!isThere) {
      try {
        await database.query(`SELECT ${mail}, ${score} FROM ${table} LIMIT 0`);
        isThere = true;
      } catch (error) {
        if (!isAbsent(error)) throw error;
        return;
      }
    }
    const key = `${label} ${at}`;
    const written = others().flatMap(({ last }) => last ?? []);
    await database.transaction(async () => {
      await database.query(`INSERT INTO ${table} (${mail}, ${score}) VALUES ($1, 1)`, [key]);
      await database.query(`UPDATE ${table} SET ${score} = ${score} + 1 WHERE ${mail} = $1`, [key]);
      await database.query("INSERT INTO visit (person) VALUES ($1)", [key]);
      for (const one of [key, ...written]) {
        const read = await scoreOf(database, one);
        if (read.length !== 1 || read[0] !== 2) throw new Error(`${label} reads ${read} of ${one}`);
      }
      await database.query(
        `INSERT INTO ${table} AS one (${mail}, ${score}) VALUES ('shared', 1)
         ON CONFLICT (${mail}) DO UPDATE SET ${score} = one.${score} + 1`,
      );
    });
    client.counted++;
    client.last = key;
  });
  return client;
}

interface Pair {
  /** The names between which a column changes. */
  readonly names: readonly [old: string, own: string];
  readonly type: string;
  /** In rows with greater keys they agree. */
  since: number | undefined;
}

/** Looks all the time whether both columns of the pairs have the same values. */
function looking(url: string, pairs: readonly Pair[]) {
  const found = { differing: 0, together: 0 };
  const look = async (database: Database) => {
    const columns = await database.query<{ table: string; name: string; type: string }>(
      `SELECT c.oid::regclass::text AS table, attname AS name, format_type(atttypid, -1) AS type
       FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
       WHERE c.relname IN ('person', 'people') AND c.relkind = 'r' AND attnum > 0 AND NOT attisdropped
         AND EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgname LIKE '%dm_%')`,
    );
    const [first] = columns;
    if (first === undefined) {
      for (const pair of pairs) pair.since = undefined;
      return;
    }
    const names = columns.map(({ name }) => name);
    for (const pair of pairs) {
      const twin = columns.find(({ name, type }) => type === pair.type && name.startsWith("dm_"));
      const [one, other] = pair.names.every((name) => names.includes(name))
        ? pair.names
        : [pair.names[0], twin?.name];
      if (other === undefined) continue;
      if (pair.since === undefined) {
        const [last] = await database.query<{ id: number }>(`SELECT max(id) AS id FROM ${first.table}`);
        pair.since = last?.id ?? 0;
      }
      const [row] = await database.query<{ differing: number }>(
        `SELECT count(*)::int AS differing FROM ${first.table}
         WHERE id > ${pair.since} AND ${one} IS DISTINCT FROM ${other}`,
      );
      found.differing += row?.differing ?? 0;
      if (pair.names[1] === other) found.together++;
    }
  };
  const stop = atWork(url, async (database) => {
    try {
      await look(database);
    } catch (error) {
      // What is looked at has just changed its name.
      if (!isAbsent(error)) throw error;
    }
  });
  return { found, stop };
}

const schema = (table: string, columns: string) => `${table} (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${columns});
  CREATE TABLE visit (id serial PRIMARY KEY, person text);`;
const before = schema(
  "CREATE TABLE person",
  "mail text NOT NULL UNIQUE CHECK (mail <> ''), points int DEFAULT 7",
);
const rows = "INSERT INTO person (mail, points) SELECT 'm' || i, 2 FROM generate_series(1, 50) i;";

describe.skipIf(newestServer() === undefined)("two versions of an application at work", () => {
  it.each<{
    what: string;
    after: string;
    names: readonly [Names, Names];
    columns: Omit<Pair, "since">[];
    lengths: number[];
  }>([
    {
      what: "columns",
      after: schema(
        "CREATE TABLE person",
        `email text NOT NULL UNIQUE CHECK (email <> ''), -- @renamed from=mail
         score int DEFAULT 7 -- @renamed from=points
        `,
      ),
      names: [
        { table: "person", mail: "mail", score: "points" },
        { table: "person", mail: "email", score: "score" },
      ],
      columns: [
        { names: ["mail", "email"], type: "text" },
        { names: ["points", "score"], type: "integer" },
      ],
      lengths: [1, 2, 3],
    },
    {
      what: "a table and a column",
      after: schema(
        "-- @renamed from=person\nCREATE TABLE people",
        `mail text NOT NULL UNIQUE CHECK (mail <> ''),
         score int DEFAULT 7 -- @renamed from=points
        `,
      ),
      names: [
        { table: "person", mail: "mail", score: "points" },
        { table: "people", mail: "mail", score: "score" },
      ],
      columns: [{ names: ["points", "score"], type: "integer" }],
      lengths: [3],
    },
  ])(
    "see each other's writes under two names of $what, through every phase and back",
    { timeout: 240_000 },
    ({ after, names, columns, lengths }) =>
      withClinic(newestServer()?.major ?? 0, { schema: before, rows }, async (project, url) => {
        await writeSchema(project.root, { "clinic.sql": after });
        const { revisions } = await planRevision(project, { message: "names" });
        expect(revisions.slice(0, 3).map(({ phase }) => phase)).toEqual([
          "additive",
          "backfill",
          "constraint",
        ]);
        expect(revisions.findIndex(({ phase }) => phase === "cleanup")).toBe(revisions.length - 1);
        const pairs = columns.map((pair): Pair => ({ ...pair, since: undefined }));
        const clients: Client[] = [];
        const start = (at: 0 | 1) => {
          const client = version(url, `version ${clients.length}`, names[at], () => clients);
          clients.push(client);
          return client;
        };
        const looks = looking(url, pairs);
        const old = start(0);
        // Back from each point, then on to where both names are there.
        for (const length of lengths) {
          const fresh = start(1);
          await applyRevisions(project, { target: `+${length}` });
          if (length > 1) for (const pair of pairs) pair.since = 0;
          await pause(100);
          await fresh.stop();
          expect(fresh.counted > 0).toBe(length === 3);
          await rollbackRevisions(project, { target: `-${length}` });
        }
        const fresh = start(1);
        await applyRevisions(project, {});
        await pause(100);
        await old.stop();
        await looks.stop();
        expect(looks.found.differing).toBe(0);
        expect(looks.found.together).toBeGreaterThan(0);
        // The old version is gone; the other one does not notice the cleanup, nor its way back.
        await applyRevisions(project, { cleanup: true });
        await rollbackRevisions(project, { target: "-1" });
        const again = start(0);
        await pause(100);
        await again.stop();
        await fresh.stop();
        const counted = clients.reduce((sum, client) => sum + client.counted, 0);
        const database = await connect(url);
        const { table, mail, score } = names[0];
        expect(await database.query(`SELECT ${score} AS n FROM ${table} WHERE ${mail} = 'shared'`)).toEqual([
          { n: counted },
        ]);
        await database.close();
      }),
  );
});
