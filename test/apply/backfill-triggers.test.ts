import { describe, expect, test } from "vitest";
import { createJournal } from "../../src/apply/journal.js";
import type { Database } from "../../src/database/database.js";
import { endsOfPostgres } from "../support/databases.js";
import { missingRoles } from "../support/roles.js";
import { backfill, backfillStep, emptiedDatabase } from "./backfill.js";

const setup = `
  CREATE TABLE t (id int PRIMARY KEY, a int, b int, fired int DEFAULT 0);
  INSERT INTO t SELECT i, i FROM generate_series(1, 20) i;
  CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.fired := OLD.fired + 1; RETURN NEW; END';
  CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fire();`;
const statement = "UPDATE public.t SET b = a WHERE b IS NULL";

describe.each(endsOfPostgres)("the table's own triggers on %s", (postgres) => {
  const prepare = emptiedDatabase(postgres);
  const fired = async (database: Database) => {
    const [row] = await database.query<{ n: number }>("SELECT sum(fired)::int AS n FROM t WHERE b = a");
    return row?.n;
  };

  test("do not fire unless the step asks for them", async () => {
    const { database } = await prepare(setup);
    expect((await backfill(database, statement)).notes).toEqual([]);
    expect(await fired(database)).toBe(0);
    await database.query("UPDATE t SET b = NULL, fired = 0");
    expect((await backfill(database, backfillStep(statement, { triggers: true }))).notes).toEqual([]);
    expect(await fired(database)).toBe(40);
  });

  const loud: [string, string, RegExp][] = [
    [
      "a foreign key of what is set",
      "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES t",
      /constraint f$/,
    ],
    [
      "a foreign key to what is set",
      "ALTER TABLE t ADD UNIQUE (b); CREATE TABLE o (b int CONSTRAINT f REFERENCES t (b))",
      /constraint f$/,
    ],
    ["a deferrable constraint", "ALTER TABLE t ADD CONSTRAINT u UNIQUE (b) DEFERRABLE", /constraint u$/],
    [
      "a foreign key of a column generated from what is set",
      "ALTER TABLE t ADD g int GENERATED ALWAYS AS (b) STORED CONSTRAINT f REFERENCES t",
      /constraint f$/,
    ],
    ["a trigger that always fires", "ALTER TABLE t ENABLE ALWAYS TRIGGER touch", /touch is ENABLEd ALWAYS/],
  ];
  test.each(loud)("fire, and it is said, where %s would go unchecked or unfired", async (_, more, reason) => {
    const { database } = await prepare(`${setup} ${more}`);
    const { notes } = await backfill(database, statement);
    expect(notes).toEqual([expect.stringMatching(/^the triggers of public\.t fire \(touch\): /)]);
    expect(notes[0]).toMatch(reason);
    expect(await fired(database)).toBe(20);
  });

  test("a foreign key of another column does not matter, nor a trigger of another", async () => {
    const { database } = await prepare(
      `${setup} ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES t;
       CREATE TRIGGER other BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION fire();
       ALTER TABLE t ENABLE ALWAYS TRIGGER other`,
    );
    expect((await backfill(database, statement)).notes).toEqual([]);
    expect(await fired(database)).toBe(0);
  });

  test("fire, and it is said, where the role may not silence them", async () => {
    const { database } = await prepare(`${missingRoles(["dm_writer"])}; ${setup}`);
    await createJournal(database);
    await database.script(
      "GRANT ALL ON SCHEMA dm, public TO dm_writer; GRANT ALL ON t TO dm_writer; SET ROLE dm_writer",
    );
    try {
      expect((await backfill(database, statement)).notes).toEqual([
        "the triggers of public.t fire (touch): the role may not set session_replication_role",
      ]);
    } finally {
      await database.script("RESET ROLE");
    }
    expect(await fired(database)).toBe(20);
  });

  test("of a partition count too", async () => {
    const { database } = await prepare(
      `CREATE TABLE t (id int PRIMARY KEY, a int, b int, fired int DEFAULT 0) PARTITION BY HASH (id);
       CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0);
       INSERT INTO t SELECT i, i FROM generate_series(1, 20) i;
       CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.fired := OLD.fired + 1; RETURN NEW; END';
       CREATE TRIGGER touch BEFORE UPDATE ON t1 FOR EACH ROW EXECUTE FUNCTION fire()`,
    );
    expect((await backfill(database, statement)).notes).toEqual([]);
    expect(await fired(database)).toBe(0);
  });

  test("a row that a policy hides is an error, not left out", async () => {
    const { database } = await prepare(
      `${missingRoles(["dm_writer"])}; ${setup} ALTER TABLE t ENABLE ROW LEVEL SECURITY;
       CREATE POLICY p ON t USING (id < 10)`,
    );
    await createJournal(database);
    await database.script(
      "GRANT ALL ON SCHEMA dm, public TO dm_writer; GRANT ALL ON t TO dm_writer; SET ROLE dm_writer",
    );
    try {
      await expect(backfill(database, statement)).rejects.toMatchObject({ sqlstate: "42501" });
    } finally {
      await database.script("RESET ROLE");
    }
  });
});
