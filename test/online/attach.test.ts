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

/** Tables of visits; those that are no partition have what a partition has. */
const schemaWith = (first: string, second: string, more = "") => `
  CREATE TABLE room (id int PRIMARY KEY);
  CREATE TABLE visit (
    day int NOT NULL, id int NOT NULL, room int, note text CHECK (note <> ''),
    CONSTRAINT visit_pkey PRIMARY KEY (day, id),
    CONSTRAINT visit_room FOREIGN KEY (room) REFERENCES room
  ) PARTITION BY RANGE (day);
  CREATE INDEX visit_note ON visit (note);
  CREATE TABLE visit_0 PARTITION OF visit FOR VALUES FROM (-100) TO (0);
  ${first}
  ${second}
  ${more}`;

const attached = (name: string, from: number) =>
  `CREATE TABLE ${name} PARTITION OF visit FOR VALUES FROM (${from}) TO (${from + 100});`;

/** As it came from elsewhere. */
const bare = (name: string) =>
  `CREATE TABLE ${name} (day int, id int NOT NULL, room int, note text, PRIMARY KEY (id));`;

/** As it was as a partition. */
const whole = (name: string) => `
  CREATE TABLE ${name} (
    day int NOT NULL, id int NOT NULL, room int, note text CONSTRAINT visit_note_check CHECK (note <> ''),
    PRIMARY KEY (day, id),
    CONSTRAINT visit_room FOREIGN KEY (room) REFERENCES room
  );
  CREATE INDEX ${name}_note_idx ON ${name} (note);`;

const before = schemaWith(attached("visit_1", 0), bare("visit_2"));
const after = schemaWith(whole("visit_1"), attached("visit_2", 100));

const rows = `
  INSERT INTO room SELECT generate_series(1, 10);
  INSERT INTO visit SELECT i, i, i % 10 + 1, 'note ' || i FROM generate_series(0, 99) AS i;
  INSERT INTO visit_2 SELECT i, i, i % 10 + 1, 'note ' || i FROM generate_series(100, 199) AS i;`;

/** Uses what the partitioned table has all the time, and both tables by their names. */
const client = async (database: Database, at: number) => {
  for (const [table, day] of [
    ["visit", -5],
    ["visit_1", 5],
    ["visit_2", 105],
  ] as const) {
    await database.query(`INSERT INTO ${table} VALUES ($1, $2, 1, 'new')`, [day, at]);
    await database.query(`UPDATE ${table} SET note = 'read' WHERE id = $1 AND day = $2`, [at, day]);
    expect(await database.query(`SELECT note FROM ${table} WHERE id = $1`, [at])).toEqual([{ note: "read" }]);
    await database.query(`DELETE FROM ${table} WHERE id = $1`, [at]);
  }
};

describe.each(endsOfServers)("partitions on %s", (postgres) => {
  it("come and go while others read and write", { timeout: 300_000 }, () =>
    withClinic(postgres, { schema: before, rows }, async (project, url) => {
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "partitions" });
      expect(blockingIn(revisions)).toEqual([]);
      const lines = statementsOf(revisions);
      expect(lines).toContain("ALTER TABLE public.visit DETACH PARTITION public.visit_1 CONCURRENTLY;");
      expect(lines.filter((line) => /VALIDATE CONSTRAINT dm_bound/.test(line))).toHaveLength(2);
      const apply = () => applyRevisions(project, { allow: ["all"] });
      await besideClients(postgres, url, client, apply);
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await rollbackRevisions(project, { target: `-${revisions.length}`, allow: ["all"] });
      await withDatabase(url, (database) => stepByStep(database, revisions, client));
    }),
  );
});

const tables = (partitions: readonly string[]) => `
  CREATE TABLE visit (day int NOT NULL, id int NOT NULL, note text) PARTITION BY RANGE (day);
  CREATE INDEX visit_note ON visit (note);
  CREATE TABLE tooth (id int NOT NULL, note text) PARTITION BY HASH (id);
  CREATE TABLE tooth_0 PARTITION OF tooth FOR VALUES WITH (MODULUS 4, REMAINDER 0);
  ${partitions.join("\n")}
  CREATE TABLE visit_1a PARTITION OF visit_1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE visit_1b PARTITION OF visit_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE TABLE visit_2a PARTITION OF visit_2 FOR VALUES IN ('new', 'read');
  CREATE TABLE visit_2b PARTITION OF visit_2 DEFAULT;`;
const noted = (name: string) => `CREATE INDEX ${name}_note_idx ON ${name} (note);`;
const nested = {
  before: tables([
    "CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (100) PARTITION BY HASH (id);",
    "CREATE TABLE visit_2 (day int, id int NOT NULL, note text) PARTITION BY LIST (note);",
    "CREATE TABLE tooth_1 PARTITION OF tooth FOR VALUES WITH (MODULUS 4, REMAINDER 1);",
    "CREATE TABLE tooth_2 (id int, note text);",
  ]),
  after: tables([
    `CREATE TABLE visit_1 (day int NOT NULL, id int NOT NULL, note text) PARTITION BY HASH (id); ${noted("visit_1")}`,
    "CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (100) TO (200) PARTITION BY LIST (note);",
    "CREATE TABLE tooth_1 (id int NOT NULL, note text);",
    "CREATE TABLE tooth_2 PARTITION OF tooth FOR VALUES WITH (MODULUS 4, REMAINDER 2);",
  ]),
  rows: `
    INSERT INTO visit SELECT i, i, 'note ' || i FROM generate_series(0, 99) AS i;
    INSERT INTO visit_2 SELECT i, i, 'note ' || i FROM generate_series(100, 199) AS i;
    INSERT INTO tooth SELECT i, 'x' FROM generate_series(1, 200) AS i
      WHERE satisfies_hash_partition('tooth'::regclass, 4, 0, i) OR satisfies_hash_partition('tooth'::regclass, 4, 1, i);
    INSERT INTO tooth_2 SELECT i, 'x' FROM generate_series(1, 200) AS i
      WHERE satisfies_hash_partition('tooth'::regclass, 4, 2, i);`,
};

/** Moves rows between partitions of partitions, and writes what a hash sends elsewhere. */
const nestedClient = async (database: Database, at: number) => {
  for (const [table, day] of [
    ["visit_1", 5],
    ["visit_2", 105],
  ] as const) {
    await database.query(`INSERT INTO ${table} VALUES ($1, $2, 'new')`, [day, at]);
    await database.query(`UPDATE ${table} SET note = note || 'er' WHERE id = $1`, [at]);
    expect(await database.query(`SELECT note FROM ${table} WHERE id = $1`, [at])).toEqual([
      { note: "newer" },
    ]);
    await database.query(`DELETE FROM ${table} WHERE id = $1 AND note = 'newer'`, [at]);
  }
  for (const table of ["tooth", "tooth_1", "tooth_2"]) {
    await database.query(`UPDATE ${table} SET note = $1::text WHERE id % 10 = $1::int % 10`, [at]);
    await database.query(`INSERT INTO ${table} SELECT * FROM ${table} LIMIT 1`);
  }
};

describe.each(endsOfServers.slice(-1))(
  "partitions of hashes, and with partitions of their own, on %s",
  (postgres) => {
    it("come and go while others read and write", { timeout: 300_000 }, () =>
      withClinic(postgres, { schema: nested.before, rows: nested.rows }, async (project, url) => {
        await writeSchema(project.root, { "clinic.sql": nested.after });
        const { revisions } = await planRevision(project, { message: "partitions" });
        expect(blockingIn(revisions)).toEqual([]);
        const lines = statementsOf(revisions);
        expect(lines.filter((line) => /DETACH PARTITION .* CONCURRENTLY/.test(line))).toHaveLength(2);
        expect(lines.filter((line) => /VALIDATE CONSTRAINT dm_bound/.test(line))).toHaveLength(4);
        await besideClients(postgres, url, nestedClient, () => applyRevisions(project, { allow: ["all"] }));
        expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
        await rollbackRevisions(project, { target: `-${revisions.length}`, allow: ["all"] });
        await withDatabase(url, (database) => stepByStep(database, revisions, nestedClient));
      }),
    );
  },
);

describe.each(endsOfServers.slice(-1))("a busy partitioned table on %s", (postgres) => {
  const schemaOf = (more: string) => `
    -- @online
    CREATE TABLE visit (day int, note text) PARTITION BY LIST (day);
    CREATE TABLE visit_0 PARTITION OF visit DEFAULT;
    ${more}`;
  const first = schemaOf(`
    CREATE TABLE visit_1 PARTITION OF visit FOR VALUES IN (1);
    CREATE TABLE visit_2 (day int, note text);`);
  const second = schemaOf(`
    CREATE TABLE visit_1 (day int, note text);
    CREATE TABLE visit_2 PARTITION OF visit FOR VALUES IN (2);`);

  it(
    "with a default partition lets others go at once, and says that it is read where they come",
    { timeout: 300_000 },
    () =>
      withClinic(postgres, { schema: first, rows: "INSERT INTO visit VALUES (0, '')" }, async (always) => {
        const project = { ...always, online: { ...always.online, mode: "auto" as const } };
        await writeSchema(project.root, { "clinic.sql": second });
        const { revisions } = await planRevision(project, { message: "partitions", dryRun: true });
        const lines = statementsOf(revisions);
        expect(lines).toContain("ALTER TABLE public.visit DETACH PARTITION public.visit_1;");
        const checked = lines.filter((line) => /ADD CONSTRAINT/.test(line)).map((line) => line.split(" ")[2]);
        expect(checked).toEqual(["public.visit_2"]);
        const hazards = revisions.flatMap(({ up }) => up.flatMap(hazardsIn));
        expect(hazards.find(({ code }) => code === "BLOCKS_READS")?.what).toMatch(
          /public\.visit_0.* cannot be read while public\.visit_0 is worked on/,
        );

        await writeSchema(project.root, { "clinic.sql": `${first} CREATE INDEX visit_day ON visit (day);` });
        const index = await planRevision(project, { message: "index", dryRun: true });
        const built = statementsOf(index.revisions).filter((line) => /CONCURRENTLY/.test(line));
        expect(built.map((line) => /ON public\.(\w+)/.exec(line)?.[1])).toEqual(["visit_0", "visit_1"]);
      }),
  );
});
