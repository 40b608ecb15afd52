import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfServers, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";
import { besideClients, type Client, stepByStep } from "./clients.js";
import { blockingIn, withClinic } from "./clinic.js";

const before = `
  CREATE TABLE visit (id int PRIMARY KEY, minutes int NOT NULL, kind text, first text, last text, mark int);
  CREATE INDEX visit_last ON visit (last);`;
const after = `
  CREATE TABLE visit (
    id int PRIMARY KEY,
    minutes int NOT NULL,
    kind text NOT NULL, -- @backfill 'visit'
    seconds bigint NOT NULL, -- @backfill visit.minutes * 60
    mark text NOT NULL, -- @backfill visit.minutes + 1000
    odd int, -- @backfill nullif(visit.minutes % 2, 0)
    "full" varchar NOT NULL -- @backfill first || ' ' || last
  );`;
const rows =
  "INSERT INTO visit SELECT i, i, nullif('kind ' || i % 3, 'kind 0'), 'a', 'b' || i, nullif(i % 4, 0) FROM generate_series(1, 200) AS i";

/** Knows nothing of the new columns, and gives the one that becomes NOT NULL no value. */
const old = async (database: Database, at: number) => {
  await database.query("INSERT INTO visit (id, minutes, first, last) VALUES ($1, 5, 'c', 'd')", [at]);
  await database.query("UPDATE visit SET minutes = minutes WHERE id = $1", [at % 200]);
  const found = await database.query("SELECT minutes, first || last AS name FROM visit WHERE id = $1", [at]);
  expect(found).toEqual([{ minutes: 5, name: "cd" }]);
};

/** Gives the columns values of its own. */
const young = async (database: Database, at: number) => {
  const values = [at, 5, "own", 7, "e f", "12"];
  await database.query(
    `INSERT INTO visit (id, minutes, kind, seconds, "full", mark) VALUES ($1, $2, $3, $4, $5, $6)`,
    values,
  );
  await database.query("UPDATE visit SET minutes = 6 WHERE id = $1", [at]);
  const found = await database.query(`SELECT minutes, kind, seconds::int, "full" FROM visit WHERE id = $1`, [
    at,
  ]);
  expect(found).toEqual([{ minutes: 6, kind: "own", seconds: 7, full: "e f" }]);
};

describe.each(endsOfServers.slice(-1))("columns that become NOT NULL on %s", (postgres) => {
  it("have values for what the old version writes, until it is gone", { timeout: 300_000 }, () =>
    withClinic(postgres, { schema: before, rows }, async (project, url) => {
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "columns" });
      expect(revisions.map(({ phase }) => phase)).toEqual(["additive", "backfill", "constraint", "cleanup"]);
      expect(blockingIn(revisions)).toEqual([]);
      const hazards = revisions.flatMap(({ up }) => up.flatMap(hazardsIn));
      expect(hazards.filter(({ what }) => what.includes("function"))).toEqual([]);
      const asking = revisions.map(({ up }) =>
        up.flatMap(hazardsIn).filter(({ what }) => what.includes("needs a value")),
      );
      expect(asking.map(({ length }) => length)).toEqual([0, 0, 0, 4]);

      const allow = ["all"];
      const apply = (target: string) => () => applyRevisions(project, { target, allow });
      const back = (target: string) => () => rollbackRevisions(project, { target, allow });
      const clear = () =>
        withDatabase(url, (database) => database.script("DELETE FROM visit WHERE id > 200"));
      const beside = async (client: Client, work: () => Promise<unknown>) => {
        await besideClients(postgres, url, client, work);
        await clear();
      };
      for (const length of [1, 2]) {
        await beside(old, apply(`+${length}`));
        await beside(old, back(`-${length}`));
      }
      await besideClients(postgres, url, old, apply("+3"));
      await withDatabase(url, async (database) => {
        await young(database, 201);
        const [wrong] = await database.query(
          `SELECT count(*)::int AS n FROM visit WHERE id <> 201 AND (seconds <> minutes * 60
             OR kind <> CASE WHEN id <= 200 AND id % 3 > 0 THEN 'kind ' || id % 3 ELSE 'visit' END
             OR mark <> CASE WHEN id <= 200 AND id % 4 > 0 THEN (id % 4)::text ELSE (minutes + 1000)::text END
             OR (id <= 200 AND odd IS DISTINCT FROM nullif(minutes % 2, 0))
             OR "full" <> first || ' ' || last)`,
        );
        expect(wrong).toEqual({ n: 0 });
      });
      await clear();
      await beside(young, () => applyRevisions(project, { cleanup: true, allow }));
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await beside(young, back("-1"));
      await beside(old, back("-3"));
      await withDatabase(url, async (database) => {
        await stepByStep(database, revisions.slice(0, 3), old);
        await clear();
        await stepByStep(database, revisions.slice(3), young);
      });
    }),
  );
});

const partitions = `
  CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100);
  CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (100) TO (200) PARTITION BY LIST (kind);
  CREATE TABLE visit_2a PARTITION OF visit_2 DEFAULT;`;
const partitioned = (columns: string) => `
  CREATE TABLE visit (day int NOT NULL, id int, kind text NOT NULL${columns}) PARTITION BY RANGE (day);
  ${partitions}`;

/** Knows nothing of the new columns, and moves rows between partitions. */
const mover = async (database: Database, at: number) => {
  const columns = "(day, id, kind)";
  await database.query(`INSERT INTO visit ${columns} VALUES ($1 % 200, $1, 'k')`, [at]);
  await database.query(`INSERT INTO visit_1 ${columns} VALUES (5, -$1::int, 'k')`, [at]);
  // Who waits for a row that another client moves to another partition gets an error from PostgreSQL: each has its own.
  const shared = (at % 100) * 2 + (Math.floor(at / 1_000_000) % 2);
  await database.query("UPDATE visit SET day = 199 - day WHERE id IN ($1, -$1::int, $2)", [at, shared]);
  const found = await database.query("SELECT day, kind FROM visit WHERE id = $1", [at]);
  expect(found).toEqual([{ day: 199 - (at % 200), kind: "k" }]);
};

describe.each(endsOfServers)("columns of a partitioned table on %s", (postgres) => {
  it("come with values for every row, wherever it moves", { timeout: 300_000 }, () => {
    const columns = `, note text NOT NULL, -- @backfill 'note ' || id
      lot double precision NOT NULL DEFAULT random(),
      week int NOT NULL -- @backfill visit.day / 7`;
    const rows = "INSERT INTO visit SELECT i, i, 'k' FROM generate_series(0, 199) AS i";
    return withClinic(postgres, { schema: partitioned(", note text"), rows }, async (project, url) => {
      await writeSchema(project.root, {
        "clinic.sql": partitioned(columns).replace("day / 7)", "day / 7\n)"),
      });
      const { revisions } = await planRevision(project, { message: "columns" });
      expect(revisions.map(({ phase }) => phase)).toEqual(["additive", "backfill", "constraint", "cleanup"]);
      expect(blockingIn(revisions)).toEqual([]);
      const broken = revisions.map(({ up }) =>
        up.flatMap(hazardsIn).filter(({ code }) => /BREAKS/.test(code)),
      );
      expect(broken.map(({ length }) => length)).toEqual([0, 0, 0, 2]);
      const allow = ["all"];
      await besideClients(postgres, url, mover, () => applyRevisions(project, { target: "+3", allow }));
      await withDatabase(url, async (database) => {
        await mover(database, 300);
        const [wrong] = await database.query(
          `SELECT count(*)::int AS n FROM visit
           WHERE note <> 'note ' || id OR (week NOT IN (day / 7, (199 - day) / 7)) OR lot IS NULL`,
        );
        expect(wrong).toEqual({ n: 0 });
      });
      await applyRevisions(project, { cleanup: true, allow });
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await rollbackRevisions(project, { target: "-1", allow });
      await besideClients(
        postgres,
        url,
        (database, at) => mover(database, at + 10_000_000),
        () => rollbackRevisions(project, { target: "-3", allow }),
      );
      await withDatabase(url, (database) => stepByStep(database, revisions.slice(0, 3), mover));
    });
  });
});

describe.each(endsOfServers.slice(-1))("on a small table on %s", (postgres) => {
  it("empty rows get their value where the column's type changes, too", () =>
    withTemporaryDatabase(postgres, (_, url) => {
      const table = (column: string) => `CREATE TABLE visit (id int PRIMARY KEY, ${column});\n`;
      return withProject({ database: url, schema: { "a.sql": table("mark int") } }, async (project) => {
        const marks = () =>
          withDatabase(url, (database) => database.query("SELECT id, mark FROM visit ORDER BY id"));
        await planRevision(project, { message: "first" });
        await applyRevisions(project, {});
        await withDatabase(url, (database) => database.script("INSERT INTO visit VALUES (1, 7), (2, NULL)"));
        await writeSchema(project.root, { "a.sql": table("mark text NOT NULL -- @backfill 'of ' || id\n") });
        expect((await planRevision(project, { message: "second" })).revisions).toHaveLength(1);
        await applyRevisions(project, { allow: ["all"] });
        expect(await marks()).toEqual([
          { id: 1, mark: "7" },
          { id: 2, mark: "of 2" },
        ]);
      });
    }));
});
