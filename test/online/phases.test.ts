import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { DmError } from "../../src/error.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import type { OnlineMode } from "../../src/project/online-modes.js";
import { planRevision } from "../../src/project/plan.js";
import { status } from "../../src/project/status.js";
import type { Revision } from "../../src/revision/revision.js";
import { endsOfServers, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";
import { transactions } from "./clinic.js";

const before = `
CREATE TABLE customer (id int PRIMARY KEY, email text);
CREATE TABLE visit (id int PRIMARY KEY, minutes int, kind text, room int NOT NULL, note text);
CREATE INDEX visit_kind ON visit (kind);
CREATE INDEX visit_note ON visit (note);
CREATE VIEW long_visit AS SELECT id, minutes FROM visit WHERE minutes > 30;
`;

const after = `
CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL, UNIQUE (email));
CREATE TABLE visit (
  id int PRIMARY KEY,
  minutes int NOT NULL CHECK (minutes > 0),
  kind text,
  lot double precision NOT NULL DEFAULT random(),
  seconds bigint NOT NULL, -- @backfill minutes * 60
  customer varchar REFERENCES customer (email)
);
CREATE INDEX visit_kind ON visit (kind DESC);
CREATE INDEX visit_minutes ON visit (minutes);
CREATE VIEW long_visit AS SELECT id, minutes FROM visit WHERE minutes > 30;
`;

const rows = `
INSERT INTO customer SELECT i, 'c' || i FROM generate_series(1, 20) AS i;
INSERT INTO visit SELECT i, i, 'kind ' || i % 3, i, 'note ' || i FROM generate_series(1, 20) AS i;
`;

/** A project whose first state is applied and has rows. */
function withVisits(url: string | undefined, work: (project: Project) => Promise<void>): Promise<void> {
  const options = { schema: { "clinic.sql": before }, ...(url === undefined ? {} : { database: url }) };
  return withProject(options, async (project) => {
    await planRevision(project, { message: "first" });
    await applyRevisions(project, {});
    await withDatabase(project.environment.database, (database) => database.script(rows));
    await work(project);
  });
}

const inMode = (project: Project, mode: OnlineMode): Project => ({
  ...project,
  online: { ...project.online, mode },
});

const valuesOf = ({ environment }: Project) =>
  withDatabase(environment.database, async (database) => [
    await database.query("SELECT id, minutes, kind, room, note FROM visit ORDER BY id"),
    await database.query("SELECT id, email FROM customer ORDER BY id"),
  ]);

const blocking = ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"];
const codesOf = ({ up }: Revision) => up.flatMap(hazardsIn).map(({ code }) => code);

describe.each(endsOfServers)("phases on %s", (postgres) => {
  const clinic = (work: (project: Project) => Promise<void>) =>
    postgres === "pglite"
      ? withVisits(undefined, work)
      : withTemporaryDatabase(postgres, (_, url) => withVisits(url, work));

  it(
    "go around what blocks, keep every row, and can be abandoned between any two",
    { timeout: 300_000 },
    () =>
      clinic(async (project) => {
        const always = inMode(project, "always");
        const values = await valuesOf(project);
        await writeSchema(project.root, { "clinic.sql": after });
        const { revisions } = await planRevision(always, { message: "everything" });
        expect(revisions.map(({ phase }) => phase)).toEqual([
          "additive",
          "backfill",
          "constraint",
          "cleanup",
        ]);
        expect(new Set(revisions.map(({ plan }) => plan)).size).toBe(1);
        expect(revisions.flatMap(codesOf).filter((code) => blocking.includes(code))).toEqual([]);
        for (const text of revisions.flatMap(({ up }) => transactions(up))) {
          expect(text.includes("NOT VALID") && text.includes("VALIDATE")).toBe(false);
        }

        const allow = ["all"];
        for (const length of [1, 3]) {
          const applied = await applyRevisions(always, { target: `+${length}` });
          expect(applied.applied).toHaveLength(length);
          await rollbackRevisions(always, { target: `-${length}`, allow });
          expect(await valuesOf(project)).toEqual(values);
        }
        const held = await applyRevisions(always, {});
        expect(held.applied).toHaveLength(3);
        expect(held.notes.join()).toContain("--cleanup");
        expect((await status(always)).pending.map(({ phase }) => phase)).toEqual(["cleanup"]);
        const { id = "" } = revisions.at(-1) ?? {};
        const refused = await applyRevisions(always, { target: id }).catch((error: DmError) => error);
        expect(refused).toMatchObject({ code: "DM5210", exit: 3 });

        await withDatabase(project.environment.database, async (database) => {
          // The old version of the application goes on writing.
          await database.script("UPDATE visit SET note = 'later' WHERE id = 1");
          const [row] = await database.query(
            "SELECT count(*)::int AS n FROM visit WHERE seconds = minutes * 60",
          );
          expect(row).toEqual({ n: 20 });
        });
        await applyRevisions(always, { cleanup: true, allow });
        expect((await planRevision(always, { message: "again" })).revisions).toEqual([]);
      }),
  );
});

describe("small tables", () => {
  it("change at once, and new columns get the values that the schema files give them", () =>
    withVisits(undefined, async (project) => {
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "everything" });
      expect(revisions).toHaveLength(1);
      expect(revisions[0]?.phase).toBeUndefined();
      await applyRevisions(project, { allow: ["all"] });
      const [row] = await withDatabase(project.environment.database, (database) =>
        database.query(
          "SELECT count(*)::int AS n FROM visit WHERE seconds = minutes * 60 AND lot IS NOT NULL",
        ),
      );
      expect(row).toEqual({ n: 20 });
    }));

  it("refuse a NOT NULL column that nothing gives a value", () =>
    withVisits(undefined, async (project) => {
      await writeSchema(project.root, { "clinic.sql": after.replace("-- @backfill minutes * 60", "") });
      const refused = await planRevision(project, { message: "x" }).catch((error: DmError) => error);
      expect(refused).toMatchObject({ code: "DM3303", exit: 3 });
      expect((refused as DmError).next).toHaveLength(3);
    }));
});
