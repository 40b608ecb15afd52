import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DmError } from "../../src/error.js";
import { commute } from "../../src/project/commute.js";
import { openProject } from "../../src/project/config.js";
import type { Workbench } from "../../src/project/workbench.js";
import { graphOf, readRevisions, writeRevisions } from "../../src/revision/directory.js";
import type { Revision } from "../../src/revision/revision.js";
import { idOf, openBench, revisionOf, type Sketch } from "../support/revisions.js";

const base: Sketch = {
  id: "0",
  up: `CREATE TABLE patient (id int PRIMARY KEY, name text, fee int DEFAULT 1);
       CREATE TABLE doctor (id int GENERATED ALWAYS AS IDENTITY, name text);`,
  down: "DROP TABLE doctor, patient;",
};

/** Two revisions on the base, by their ways up and down. */
interface Pair {
  readonly a: readonly [up: string, down: string];
  readonly b: readonly [up: string, down: string];
}

let bench: Workbench;
let close: () => Promise<void>;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dm-commute-"));
  ({ bench, close } = await openBench(await openProject({ cwd: root, database: `pglite:${root}/none` })));
});

afterAll(async () => {
  await close();
  await rm(root, { recursive: true });
});

let count = 0;

async function commutation({ a, b }: Pair, more: readonly Sketch[] = [], ofA: Partial<Revision> = {}) {
  const directory = join(root, String(count++));
  const revisions = [
    base,
    { id: "a", parents: ["0"], up: a[0], down: a[1] },
    { id: "b", parents: ["0"], up: b[0], down: b[1] },
    ...more,
  ].map(revisionOf);
  await writeRevisions(
    directory,
    revisions.map((one) => (one.id === idOf("a") ? { ...one, ...ofA } : one)),
  );
  const set = await readRevisions(directory);
  const chain = { set, graph: graphOf(set) };
  const [one = "", other = ""] = chain.graph.heads;
  return commute(bench, chain, one, other);
}

const email: Pair["a"] = ["ALTER TABLE patient ADD email text;", "ALTER TABLE patient DROP email;"];
const phone: Pair["a"] = ["ALTER TABLE patient ADD phone text;", "ALTER TABLE patient DROP phone;"];
const view: Pair["a"] = ["CREATE VIEW all_patients AS SELECT * FROM patient;", "DROP VIEW all_patients;"];

describe("revisions on one parent commute", () => {
  const pairs: [string, Pair][] = [
    [
      "when both fill one table with different rows that a sequence numbers",
      {
        a: ["INSERT INTO doctor (name) VALUES ('Ana');", "DELETE FROM doctor WHERE name = 'Ana';"],
        b: ["INSERT INTO doctor (name) VALUES ('Ben');", "DELETE FROM doctor WHERE name = 'Ben';"],
      },
    ],
    [
      "when rows come out otherwise each time",
      { a: ["UPDATE patient SET name = random()::text;", ""], b: phone },
    ],
  ];
  test.each(pairs)("%s", async (_, pair) => {
    const result = await commutation(pair);
    expect(result).toMatchObject({ commutes: true, obstacles: [], differences: [], rows: [] });
    expect(result.common).toEqual([idOf("0")]);
    expect(result.own).toEqual([[idOf("a")], [idOf("b")]]);
  });

  test("when one needs a transaction of its own", async () => {
    const step = { sql: "CREATE INDEX CONCURRENTLY patient_name ON patient (name);", comments: [] };
    const result = await commutation({ a: ["", "DROP INDEX patient_name;"], b: phone }, [], {
      up: [{ ...step, mode: "autocommit" }],
    });
    expect(result.commutes).toBe(true);
  });

  test("when each adds a column, though their places differ, and one has an index more", async () => {
    const result = await commutation({ a: email, b: phone }, [
      { id: "c", parents: ["b"], up: "CREATE INDEX i ON patient (phone);", down: "DROP INDEX i;" },
    ]);
    expect(result).toMatchObject({ commutes: true, own: [[idOf("a")], [idOf("b"), idOf("c")]] });
  });
});

describe("revisions on one parent do not commute", () => {
  test("when one sees what the other has made: the state differs", async () => {
    const result = await commutation({ a: email, b: view });
    expect(result.commutes).toBe(false);
    expect(result.differences.map(({ type }) => type)).not.toEqual([]);
  });

  test("when one takes away what the other needs: one order does not run", async () => {
    const rename: Pair["a"] = [
      "ALTER TABLE patient RENAME name TO full_name;",
      "ALTER TABLE patient RENAME full_name TO name;",
    ];
    const index: Pair["a"] = ["CREATE INDEX by_name ON patient (name);", "DROP INDEX by_name;"];
    const { commutes, obstacles } = await commutation({ a: rename, b: index });
    expect(commutes).toBe(false);
    expect(obstacles).toMatchObject([
      { first: idOf("a"), second: idOf("b"), revision: idOf("b"), direction: "up" },
    ]);
    expect(obstacles[0]?.message).toContain("name");
  });

  test("when both make the same thing: neither order runs", async () => {
    const { obstacles } = await commutation({ a: email, b: email });
    expect(obstacles.map(({ first, second }) => [first, second])).toEqual([
      [idOf("a"), idOf("b")],
      [idOf("b"), idOf("a")],
    ]);
  });

  test("when both insert the same row", async () => {
    const row: Pair["a"] = ["INSERT INTO patient VALUES (77);", "DELETE FROM patient WHERE id = 77;"];
    const { obstacles } = await commutation({ a: row, b: row });
    expect(obstacles).toHaveLength(2);
    expect(obstacles[0]?.message).toContain("duplicate key");
  });

  test("when rows come out otherwise", async () => {
    const { commutes, rows, differences } = await commutation({
      a: ["UPDATE patient SET fee = fee + 1;", "UPDATE patient SET fee = fee - 1;"],
      b: ["UPDATE patient SET fee = fee * 2;", "UPDATE patient SET fee = fee / 2;"],
    });
    expect({ commutes, rows, differences }).toEqual({
      commutes: false,
      rows: ["table public.patient"],
      differences: [],
    });
  });

  test("when a way back takes away what the other has made", async () => {
    const make = "CREATE TABLE IF NOT EXISTS fee (id int);";
    const { obstacles } = await commutation({
      a: [make, "DROP TABLE fee;"],
      b: [make, "DROP TABLE fee;"],
    });
    expect(obstacles).toMatchObject([{ direction: "down" }, { direction: "down" }]);
  });
});

test("a line that does not run by itself is told as such", async () => {
  const error: DmError = await commutation({ a: ["ALTER TABLE nobody ADD x int;", ""], b: phone }).then(
    () => expect.unreachable(),
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ code: "DM3404" });
  expect(error.message).toContain(idOf("a"));
});
