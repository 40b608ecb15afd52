import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { besideClients } from "./clients.js";
import { blockingIn, statementsOf, withClinic } from "./clinic.js";

const schema = (number: string, kind: string, comment = { number: "", kind: "" }) => `
  CREATE TABLE visit (day int, -- by which rows find their partition
    ${number} int NOT NULL, ${comment.number}
    ${kind} text NOT NULL DEFAULT 'first', ${comment.kind}
    minutes int, PRIMARY KEY (day, ${number})) PARTITION BY RANGE (day);
  CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100);
  CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (day);
  CREATE TABLE visit_2a PARTITION OF visit_2 FOR VALUES FROM (100) TO (200);
  ALTER TABLE visit_1 ALTER ${kind} SET DEFAULT 'recall';
  CREATE INDEX visit_kind ON visit (${kind}, minutes);`;
const rows = "INSERT INTO visit SELECT i, i, 'kind ' || i % 3, i FROM generate_series(0, 199) AS i";

/** Moves rows between partitions, and finds them by the key. */
const client = (number: string, kind: string) => async (database: Database, at: number) => {
  const columns = `(day, ${number}, ${kind})`;
  const insert = `INSERT INTO visit ${columns} VALUES ($1 % 200, $1, 'a')`;
  await database.query(`${insert} ON CONFLICT (day, ${number}) DO NOTHING`, [at]);
  await database.query(`${insert} ON CONFLICT (day, ${number}) DO UPDATE SET ${kind} = 'b'`, [at]);
  await database.query(`INSERT INTO visit_1 (day, ${number}) VALUES (7, -$1::int)`, [at]);
  await database.query(`UPDATE visit SET day = 199 - day, minutes = 4 WHERE ${number} IN ($1, -$1::int)`, [
    at,
  ]);
  const found = await database.query(
    `SELECT ${number} AS number, ${kind} AS kind FROM visit WHERE ${number} IN ($1, -$1::int) ORDER BY 1`,
    [at],
  );
  expect(found).toEqual([
    { number: -at, kind: "recall" },
    { number: at, kind: "b" },
  ]);
  await database.query(`DELETE FROM visit WHERE ${number} IN ($1, -$1::int)`, [at]);
};
const old = client("id", "kind");
const young = client("number", "sort");

describe.skipIf(newestServer() === undefined)("columns of a partitioned table", () => {
  const postgres = newestServer()?.major ?? 0;

  it("have both names until the cleanup, wherever their rows move", { timeout: 300_000 }, () =>
    withClinic(postgres, { schema: schema("id", "kind"), rows }, async (project, url) => {
      const query = (text: string) => withDatabase(url, (database) => database.query(text));
      const began = await query("SELECT day, id, kind, minutes FROM visit ORDER BY id");
      const renamed = { number: "-- @renamed from=id", kind: "-- @renamed from=kind" };
      await writeSchema(project.root, { "clinic.sql": schema("number", "sort", renamed) });
      const { revisions, notes } = await planRevision(project, { message: "names" });
      expect(notes).toEqual([]);
      expect(revisions.map(({ phase }) => phase)).toEqual(["additive", "backfill", "constraint", "cleanup"]);
      expect([...blockingIn(revisions), ...blockingIn(revisions, "down")]).toEqual([]);
      expect(statementsOf(revisions).filter((line) => /INDEX CONCURRENTLY/.test(line))).toHaveLength(4);
      const allow = ["all"];
      await besideClients(postgres, url, old, () => applyRevisions(project, { target: "+3", allow }));
      await withDatabase(url, async (database) => {
        await young(database, 500);
        await old(database, 501);
        await database.query("INSERT INTO visit (day, id, kind) VALUES (1, 900, 'old')");
        await database.query("INSERT INTO visit (day, number, sort) VALUES (101, 901, 'new')");
        const both = await database.query(
          "SELECT id, kind FROM visit WHERE number > 899 AND (id, kind) = (number, sort) ORDER BY id",
        );
        expect(both).toEqual([
          { id: 900, kind: "old" },
          { id: 901, kind: "new" },
        ]);
        await database.query("DELETE FROM visit WHERE id > 899");
      });
      const back = (target: string) => () => rollbackRevisions(project, { target, allow });
      await besideClients(postgres, url, young, () => applyRevisions(project, { cleanup: true, allow }));
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await besideClients(postgres, url, young, back("-1"));
      await besideClients(postgres, url, old, back("-3"));
      expect(await query("SELECT day, id, kind, minutes FROM visit ORDER BY id")).toEqual(began);
    }),
  );
});
