import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfServers } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { besideClients, stepByStep } from "./clients.js";
import { blockingIn, statementsOf, withClinic } from "./clinic.js";

const partitions = `
  CREATE TABLE past PARTITION OF visit FOR VALUES FROM (MINVALUE) TO (50);
  CREATE TABLE present PARTITION OF visit FOR VALUES FROM (50) TO (MAXVALUE) PARTITION BY LIST (note);
  CREATE TABLE noted PARTITION OF present DEFAULT;`;
const tables = [
  {
    table: "large table",
    schema: "CREATE TABLE visit (day int NOT NULL, note text, CONSTRAINT visit_pkey PRIMARY KEY (day));",
    after: `
      CREATE TABLE visit (
        day int NOT NULL, note text, id bigint GENERATED ALWAYS AS IDENTITY,
        CONSTRAINT visit_pkey PRIMARY KEY (id),
        CONSTRAINT visit_day UNIQUE (day)
      );`,
  },
  {
    table: "large partitioned table",
    schema: `CREATE TABLE visit (day int NOT NULL, note text NOT NULL) PARTITION BY RANGE (day);${partitions}`,
    after: `
      CREATE TABLE visit (
        day int NOT NULL, note text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,
        CONSTRAINT visit_pkey PRIMARY KEY (id, day, note)
      ) PARTITION BY RANGE (day);${partitions}`,
  },
];
const rows = "INSERT INTO visit SELECT i, 'note ' || i FROM generate_series(1, 100) AS i";

/** Knows nothing of the new column. */
const client = async (database: Database, at: number) => {
  await database.query("INSERT INTO visit (day, note) VALUES ($1, 'new')", [at]);
  await database.query("UPDATE visit SET note = 'read' WHERE day = $1", [at]);
  expect(await database.query("SELECT note FROM visit WHERE day = $1", [at])).toEqual([{ note: "read" }]);
  await database.query("DELETE FROM visit WHERE day = $1 AND day > 0", [at]);
};

const everywhere = endsOfServers.flatMap((postgres) => tables.map((one) => ({ postgres, ...one })));

describe.each(everywhere)("a new identity column of a $table on $postgres", ({ postgres, schema, after }) => {
  it("is filled while others write, becomes the key, and goes on counting", { timeout: 300_000 }, () =>
    withClinic(postgres, { schema, rows }, async (project, url) => {
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "numbers" });
      expect(revisions.map(({ phase }) => phase)).toEqual(["additive", "backfill", "constraint"]);
      expect(blockingIn(revisions)).toEqual([]);
      const hazards = revisions.flatMap(({ up }) => up.flatMap(hazardsIn));
      const broken = hazards.filter(({ code }) => code === "BREAKS_OLD_CODE").map(({ what }) => what);
      // What writes into a partition itself gets no number from the table above before version 17.
      const isAlone = postgres !== "pglite" && postgres < 17;
      expect(broken.length > 0).toBe(isAlone && schema.includes("PARTITION"));
      expect(broken.join()).not.toContain("public.visit.id");
      const lines = statementsOf(revisions);
      expect(lines.filter((line) => /UNIQUE INDEX CONCURRENTLY/.test(line))).toHaveLength(2);
      expect(lines.filter((line) => /PRIMARY KEY USING INDEX|UNIQUE USING INDEX/.test(line))).toHaveLength(2);
      const apply = () => applyRevisions(project, { allow: ["all"] });
      const numbers = (database: Database) =>
        database.query(`
          SELECT count(*) = count(DISTINCT id) AS apart, min(id) > 0 AS given,
                 max(id) <= (SELECT last_value FROM visit_id_seq) AS counted FROM visit`);
      await besideClients(postgres, url, client, apply);
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await withDatabase(url, async (database) => {
        await client(database, -1);
        expect(await numbers(database)).toEqual([{ apart: true, given: true, counted: true }]);
      });
      // Back to where the rows have their numbers, and the sequence counts.
      await besideClients(postgres, url, client, () => rollbackRevisions(project, { allow: ["all"] }));
      await withDatabase(url, async (database) => {
        await client(database, -2);
        expect(await numbers(database)).toEqual([{ apart: true, given: true, counted: true }]);
      });
      await rollbackRevisions(project, { target: "-2", allow: ["all"] });
      await withDatabase(url, async (database) => {
        await stepByStep(database, revisions, client);
        expect(await numbers(database)).toEqual([{ apart: true, given: true, counted: true }]);
      });
    }),
  );
});
