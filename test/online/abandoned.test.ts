import { describe, expect, it } from "vitest";
import { recordProgress } from "../../src/apply/journal.js";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { status } from "../../src/project/status.js";
import type { Revision } from "../../src/revision/revision.js";
import { newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { interrupted } from "./clients.js";
import { transactions, withClinic } from "./clinic.js";

const schema =
  "CREATE TABLE visit (id int PRIMARY KEY, room int, kind text); CREATE INDEX visit_kind ON visit (kind);";
/** The unique index of the old column goes after the swap. */
const demanding = `${schema} CREATE UNIQUE INDEX visit_room ON visit (room);`;
const rows = "INSERT INTO visit SELECT i, i, 'kind' FROM generate_series(1, 20) i;";

describe.skipIf(newestServer() === undefined)("a revision that did not get to its end", () => {
  const clinic = (work: (project: Project, url: string) => Promise<void>) =>
    withClinic(newestServer()?.major ?? 0, { schema, rows }, work);
  const indexes = async ({ environment }: Project) => {
    const found = await withDatabase(environment.database, (database) =>
      database.query<{ name: string }>(
        `SELECT indexrelid::regclass || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END AS name
         FROM pg_index WHERE indrelid = 'visit'::regclass ORDER BY 1`,
      ),
    );
    return found.map(({ name }) => name);
  };
  const began = ["visit_kind", "visit_pkey"];
  const run = ({ environment }: Project, text: string) =>
    withDatabase(environment.database, (database) => database.script(text));

  it("is taken back from where its connection was lost, in its first step", { timeout: 120_000 }, () =>
    clinic(async (project, url) => {
      await writeSchema(project.root, {
        "clinic.sql": `${schema} CREATE INDEX visit_room ON visit (room);`,
      });
      const [first] = (await planRevision(project, { message: "index" })).revisions;
      expect(first?.up.map(({ mode }) => mode)).toEqual(["autocommit"]);
      await interrupted(url, "visit", () => applyRevisions(project, {}));
      expect(await indexes(project)).toEqual([...began, "visit_room INVALID"]);
      expect((await status(project)).unfinished).toMatchObject({ id: first?.id, done: 0 });
      const { applied, heads } = await rollbackRevisions(project, {});
      expect([applied.map(({ id }) => id), heads]).toEqual([[first?.id], first?.parents]);
      expect(await indexes(project)).toEqual(began);
      expect((await status(project)).unfinished).toBeUndefined();

      // After that it begins anew.
      expect((await applyRevisions(project, {})).applied).toHaveLength(1);
      expect(await indexes(project)).toEqual([...began, "visit_room"]);
    }),
  );

  it(
    "is taken back where a later step cannot succeed, but for what somebody else did",
    { timeout: 120_000 },
    () =>
      clinic(async (project) => {
        const changed = schema
          .replace("(kind)", "(kind DESC)")
          .replace("kind text", "kind text, UNIQUE (kind)");
        await writeSchema(project.root, {
          "clinic.sql": changed.replace("room int", "room int NOT NULL"),
        });
        const { revisions } = await planRevision(project, { message: "unique" });
        expect(revisions.map(({ phase }) => phase)).toEqual(["constraint"]);
        // No query beforehand finds what comes later.
        const [{ id = "" } = {}] = revisions;
        const applying = async () => {
          await run(project, "DELETE FROM visit WHERE id > 1");
          const busy = applyRevisions(project, {
            progress: (text) => {
              if (text.startsWith("applying"))
                void run(project, rows.replace("1, 20", "2, 20")).catch(() => 0);
            },
          });
          await expect(busy).rejects.toMatchObject({ code: "DM5202" });
        };
        await applying();
        expect((await status(project)).unfinished).toMatchObject({ id, direction: "up" });
        const between = await indexes(project);
        expect(between).not.toEqual(began);

        await run(project, "CREATE INDEX stranger ON visit (id, room)");
        await expect(rollbackRevisions(project, {})).rejects.toMatchObject({ code: "DM5301" });
        expect(await indexes(project)).toEqual([...between, "stranger"].sort());
        await run(project, "DROP INDEX stranger");
        await rollbackRevisions(project, {});
        expect(await indexes(project)).toEqual(began);
        expect((await status(project)).unfinished).toBeUndefined();
        expect((await status(project)).drift.changes).toBe(0);
      }),
  );

  it("is taken back where its steps are done, and the state is not as it promised", {
    timeout: 120_000,
  }, () => {
    const watched = `${schema}
      CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('clinic.odd', true) = 'yes' THEN COMMENT ON TABLE visit IS 'odd'; END IF;
      END $$;
      CREATE EVENT TRIGGER told ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION tell();`;
    return withClinic(newestServer()?.major ?? 0, { schema: watched, rows }, async (project) => {
      await writeSchema(project.root, {
        "clinic.sql": watched.replace("room int", "room int CONSTRAINT room_is CHECK (room > 0)"),
      });
      const [first] = (await planRevision(project, { message: "check" })).revisions;
      const makeOdd = (set: string) =>
        run(project, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ${set}', current_database()); END $$`);
      await makeOdd("SET clinic.odd = yes");
      const apply = () => applyRevisions(project, { target: "+1" });
      await expect(apply()).rejects.toThrow("not as it promised");
      const done = first?.up.length;
      expect((await status(project)).unfinished).toMatchObject({ id: first?.id, direction: "up", done });

      await makeOdd("RESET clinic.odd");
      await run(project, "COMMENT ON TABLE visit IS NULL");
      const { applied, heads } = await rollbackRevisions(project, {});
      expect([applied.map(({ id }) => id), heads]).toEqual([[first?.id], first?.parents]);
      expect((await apply()).applied).toHaveLength(1);
    });
  });

  /** As a process leaves it that ends after so many steps. */
  const stopAfter = (project: Project, { id, up }: Revision, done: number) =>
    withDatabase(project.environment.database, async (database) => {
      for (const steps of transactions(up.slice(0, done))) await database.script(steps);
      await recordProgress(database, { id, direction: "up", done });
    });

  it("is taken back, and that is gone on with where it was interrupted, too", { timeout: 120_000 }, () =>
    clinic(async (project, url) => {
      await writeSchema(project.root, {
        "clinic.sql": `${schema} CREATE INDEX visit_room ON visit (room);
          CREATE INDEX visit_both ON visit (room, kind); CREATE INDEX visit_last ON visit (kind, room);`,
      });
      const [first] = (await planRevision(project, { message: "indexes" })).revisions;
      if (first === undefined) throw new Error("there is nothing to do");
      await stopAfter(project, first, 2);
      expect(await indexes(project)).toHaveLength(4);

      const back = () => rollbackRevisions(project, {});
      await interrupted(url, "visit", back, "visit");
      expect((await indexes(project)).filter((name) => name.endsWith("INVALID"))).toHaveLength(1);
      expect((await status(project)).unfinished).toMatchObject({ id: first.id, direction: "down" });
      await expect(applyRevisions(project, {})).rejects.toMatchObject({ code: "DM5201" });

      const { heads, notes } = await back();
      expect([heads, notes.join()]).toEqual([
        first.parents,
        expect.stringContaining("going on to take it back"),
      ]);
      expect(await indexes(project)).toEqual(began);
      expect((await status(project)).drift.changes).toBe(0);
      expect((await applyRevisions(project, {})).applied).toHaveLength(1);

      // The file's own way back, likewise.
      await interrupted(url, "visit", back, "visit");
      expect((await status(project)).unfinished).toMatchObject({ id: first.id, direction: "down" });
      expect((await back()).heads).toEqual(first.parents);
      expect(await indexes(project)).toEqual(began);
      expect((await status(project)).drift.changes).toBe(0);
    }),
  );

  it("is finished first where names have changed places", { timeout: 120_000 }, () =>
    withClinic(newestServer()?.major ?? 0, { schema: demanding, rows }, async (project) => {
      await writeSchema(project.root, { "clinic.sql": demanding.replace("room int", "room bigint") });
      const { revisions } = await planRevision(project, { message: "type" });
      const swap = revisions.find(({ phase }) => phase === "constraint");
      if (swap === undefined) throw new Error("there is no swap");
      await applyRevisions(project, { target: swap.parents[0] ?? "" });
      const done = swap.up.findIndex(({ sql }) => sql.includes("RENAME COLUMN")) + 1;
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(swap.up.length);
      await stopAfter(project, swap, done);
      const types = () =>
        withDatabase(project.environment.database, (database) =>
          database.query(`SELECT attname, atttypid::regtype::text AS type FROM pg_attribute
            WHERE attrelid = 'visit'::regclass AND attnum > 0 ORDER BY attnum`),
        );
      const swapped = await types();
      await expect(rollbackRevisions(project, {})).rejects.toMatchObject({
        code: "DM5201",
        next: [`finish it first: dm apply ${swap.id}`, "then dm rollback"],
      });
      expect(await types()).toEqual(swapped);

      await applyRevisions(project, { target: swap.id });
      await rollbackRevisions(project, { target: "-3" });
      expect((await types()).slice(0, 3)).toEqual([
        { attname: "id", type: "integer" },
        { attname: "room", type: "integer" },
        { attname: "kind", type: "text" },
      ]);
      expect((await status(project)).drift.changes).toBe(0);
    }),
  );
});
