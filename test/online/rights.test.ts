import { expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { statementsOf, withClinic } from "./clinic.js";

const newest = newestServer();
const schemaWith = (columns: string) => `
  CREATE TABLE rate (kind text PRIMARY KEY, price int NOT NULL);
  ALTER TABLE rate OWNER TO one;
  ALTER TABLE rate ENABLE ROW LEVEL SECURITY;
  CREATE FUNCTION seconds(text) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN $1::bigint * 60;
  ALTER FUNCTION seconds OWNER TO one;
  REVOKE ALL ON FUNCTION seconds FROM PUBLIC;
  CREATE TABLE visit (id int PRIMARY KEY, kind text, ${columns}
  );
  ALTER TABLE visit OWNER TO one;
  GRANT SELECT, INSERT, UPDATE, DELETE ON visit TO dm_writer;`;
const before = "length text, note text";
const after = `
  length bigint, -- @using seconds(length)
  price int NOT NULL, -- @backfill (SELECT r.price FROM rate r WHERE r.kind = visit.kind)
  note text NOT NULL -- @backfill upper(visit.kind)`;
const rows = `INSERT INTO rate VALUES ('a', 10), ('b', 20);
  INSERT INTO visit SELECT i, 'a', i FROM generate_series(1, 20) i;`;

it.skipIf(newest === undefined)(
  "who may write a table may do so in every phase, whatever the values of columns are computed from",
  { timeout: 120_000 },
  () =>
    withClinic(newest?.major ?? 0, { schema: schemaWith(before), rows }, async (project, url) => {
      const asWriter = (sql: string) =>
        withDatabase(url, async (database) => {
          await database.script("SET ROLE dm_writer");
          return database.query(sql);
        });
      const writes = async (length: string) => {
        await asWriter(`INSERT INTO visit (id, kind, length) VALUES (100, 'b', '${length}')`);
        await asWriter("UPDATE visit SET kind = 'b' WHERE id = 100");
        const found = await asWriter("SELECT length::text FROM visit WHERE id = 100");
        expect(found).toEqual([{ length }]);
        await asWriter("DELETE FROM visit WHERE id = 100");
      };
      await expect(asWriter("SELECT seconds('1')")).rejects.toMatchObject({ sqlstate: "42501" });
      await expect(asWriter("SELECT * FROM rate")).rejects.toMatchObject({ sqlstate: "42501" });

      await writeSchema(project.root, { "clinic.sql": schemaWith(after) });
      const { revisions } = await planRevision(project, { message: "prices" });
      expect(revisions.map(({ phase }) => phase)).toEqual(["additive", "backfill", "constraint", "cleanup"]);
      const told = revisions.flatMap(({ up }) => up.flatMap(hazardsIn));
      expect(told.filter(({ code }) => code === "PRIVILEGES_CHANGE")).not.toEqual([]);
      // What is computed from the row alone needs nobody's rights.
      expect(statementsOf(revisions).filter((line) => line === " SECURITY DEFINER").length).toBeGreaterThan(
        1,
      );
      const functions = () =>
        withDatabase(url, (database) =>
          database.query(
            `SELECT prosecdef AS definer, proowner::regrole::text AS owner, has_function_privilege('dm_writer', oid, 'EXECUTE') AS callable
             FROM pg_proc WHERE proname ~ '^dm_' ORDER BY 1, 2`,
          ),
        );

      await applyRevisions(project, { target: "+1" });
      await writes("3");
      const ours = { definer: true, owner: "one", callable: false };
      expect(await functions()).toEqual([{ definer: false, owner: "postgres", callable: true }, ours, ours]);
      await applyRevisions(project, { target: "+1" });
      await writes("3");
      await applyRevisions(project, {});
      await writes("180");
      await asWriter("INSERT INTO visit (id, kind, length) VALUES (101, 'b', 60)");
      expect(await asWriter("SELECT price, note FROM visit WHERE id = 101")).toEqual([
        { price: 20, note: "B" },
      ]);
      await asWriter("DELETE FROM visit WHERE id > 99");

      await applyRevisions(project, { cleanup: true });
      expect(await functions()).toEqual([]);
      await rollbackRevisions(project, {});
      await writes("180");
      await rollbackRevisions(project, {});
      await writes("3");
      await rollbackRevisions(project, { target: "-2" });
      await writes("3");
      expect(await functions()).toEqual([]);
    }),
);
