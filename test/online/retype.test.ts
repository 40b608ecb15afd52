import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { purgeArchive } from "../../src/project/archive.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfServers, newestServer, type Postgres, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";
import { blockingIn } from "./clinic.js";

const before = `
  CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CHECK (code <> ''), label varchar(20), serial serial);
  CREATE TABLE u (id int PRIMARY KEY, t_id int NOT NULL REFERENCES t ON DELETE CASCADE, note text);
  CREATE INDEX t_label ON t (label);
  CREATE UNIQUE INDEX t_code ON t (code, serial);
  CREATE VIEW v AS SELECT id, code FROM t;`;
const after = `
  CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code int NOT NULL CHECK (code > 0), -- @using substr(code, 2)::int
    label varchar(10), serial bigserial);
  CREATE TABLE u (id int PRIMARY KEY, t_id bigint NOT NULL REFERENCES t ON DELETE CASCADE, note text);
  CREATE INDEX t_label ON t (label);
  CREATE UNIQUE INDEX t_code ON t (code, serial);
  CREATE VIEW v AS SELECT id, code FROM t;`;
const rows = `
  INSERT INTO t (code, label) SELECT 'c' || i, 'label' FROM generate_series(1, 20) i;
  DELETE FROM t WHERE id = 20;
  INSERT INTO u SELECT i, i, 'note' FROM generate_series(1, 19) i`;
const phases = ["additive", "backfill", "constraint", "cleanup"];
const allow = ["DATA_LOSS", "IRREVERSIBLE", "TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"];

async function withTables<T>(
  postgres: Postgres,
  mode: "always" | "never",
  work: (project: Project) => Promise<T>,
  tables = { before, after, rows },
): Promise<T> {
  const body = (url?: string) =>
    withProject({ schema: { "a.sql": tables.before }, ...(url && { database: url }) }, async (project) => {
      await planRevision(project, { message: "tables" });
      await applyRevisions(project, {});
      await run(project, tables.rows);
      await writeSchema(project.root, { "a.sql": tables.after });
      return work({ ...project, online: { ...project.online, mode } });
    });
  return postgres === "pglite" ? body() : withTemporaryDatabase(postgres, (_, url) => body(url));
}

const run = (project: Project, text: string) =>
  withDatabase(project.environment.database, (database) => database.script(text));
const query = (project: Project, text: string) =>
  withDatabase(project.environment.database, (database) => database.query<Record<string, unknown>>(text));
const oldRows = (project: Project) => query(project, "SELECT id, code, label, serial FROM t ORDER BY id");

describe.each(endsOfServers)("a column of another type on %s", (postgres) => {
  it("takes the place of the old one in phases, and comes back from each", { timeout: 300_000 }, () =>
    withTables(postgres, "always", async (project) => {
      const began = await oldRows(project);
      const { revisions } = await planRevision(project, { message: "types" });
      expect(revisions.map(({ phase }) => phase)).toEqual(phases);
      expect(revisions.flatMap(({ hazards = [] }) => hazards)).not.toContain("IRREVERSIBLE");
      expect(blockingIn(revisions, "down")).toEqual([]);
      for (const [at, { id }] of revisions.slice(0, 3).entries()) {
        await applyRevisions(project, { target: id, allow, cleanup: true });
        expect(await oldRows(project), phases[at] ?? "").toHaveLength(19);
        await rollbackRevisions(project, { target: `-${at + 1}`, allow });
        expect(await oldRows(project), phases[at] ?? "").toEqual(began);
      }
      await applyRevisions(project, { allow, cleanup: true });
      const [row] = await query(
        project,
        "SELECT pg_typeof(id)::text, code, label, serial FROM t WHERE code = 7",
      );
      expect(row).toMatchObject({ pg_typeof: "bigint", code: 7, label: "label" });
      await run(project, "INSERT INTO t (code) VALUES (77)");
      const [last] = await query(project, "SELECT id::int, serial::int FROM t WHERE code = 77");
      expect(last).toEqual({ id: 21, serial: 21 });
      await run(project, "DELETE FROM t WHERE id = 3");
      expect(await query(project, "SELECT FROM u WHERE t_id = 3")).toEqual([]);
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await run(project, "UPDATE t SET code = 99 WHERE id = 5");
      const { restored } = await rollbackRevisions(project, { target: "-4", allow });
      expect(restored.map(({ column, original, converted }) => [column, original, converted])).toEqual([
        ["column public.t.code", 17, 2],
        ["column public.t.label", 19, 0],
      ]);
      // What nobody has written since comes back as it was, though no cast would make it.
      const returned = began
        .filter(({ id }) => id !== 3)
        .map((old) => ({ ...old, code: old.id === 5 ? "99" : old.code }));
      expect(await oldRows(project)).toEqual([...returned, { id: 21, code: "77", label: null, serial: 21 }]);
    }),
  );
});

describe.skipIf(newestServer() === undefined)("a column of another type", () => {
  const postgres = newestServer()?.major ?? 0;

  it("gets the values of @using where it changes at once", { timeout: 120_000 }, () =>
    withTables(postgres, "never", async (project) => {
      const { revisions } = await planRevision(project, { message: "types" });
      expect(revisions).toHaveLength(1);
      await applyRevisions(project, { allow, cleanup: true });
      expect(await query(project, "SELECT code FROM t WHERE id = 7")).toEqual([{ code: 7 }]);
    }),
  );

  it("gets them also beside a new column that is filled", { timeout: 120_000 }, () =>
    withTables(
      postgres,
      "never",
      async (project) => {
        const { revisions } = await planRevision(project, { message: "types" });
        expect(revisions).toHaveLength(1);
        await applyRevisions(project, { allow });
        expect(await query(project, "SELECT code, twice FROM t")).toEqual([{ code: 7, twice: 14 }]);
      },
      {
        before: "CREATE TABLE t (id int, code text);",
        after: `CREATE TABLE t (id int, code int, -- @using substr(code, 2)::int
          twice int NOT NULL -- @backfill id * 2
          );`,
        rows: "INSERT INTO t VALUES (7, 'c7')",
      },
    ),
  );

  it("moves to an enum without some of its labels, or with others first", { timeout: 300_000 }, () =>
    withTables(
      postgres,
      "always",
      async (project) => {
        const moods = () => query(project, "SELECT id, mood::text, moods::text FROM t ORDER BY id");
        const began = await moods();
        const { revisions } = await planRevision(project, { message: "moods" });
        expect(revisions.map(({ phase }) => phase)).toEqual(phases);
        const hazards = revisions.flatMap((revision) => revision.hazards ?? []);
        expect(hazards.filter((code) => allow.includes(code))).toEqual([]);
        for (const { id, phase } of revisions) {
          await applyRevisions(project, { target: id, cleanup: true });
          // Whoever names the type goes on as before.
          await run(
            project,
            `INSERT INTO t (id, mood) VALUES (${10 + phases.indexOf(phase ?? "")}, 'ill'::mood)`,
          );
        }
        await expect(query(project, "SELECT 'bored'::mood")).rejects.toMatchObject({ sqlstate: "22P02" });
        expect(await query(project, "SELECT mood FROM t WHERE id IN (1, 2) ORDER BY mood, id")).toEqual([
          { mood: "ill" },
          { mood: "well" },
        ]);
        await run(project, "UPDATE t SET mood = 'ill' WHERE id = 2");
        await rollbackRevisions(project, { target: "-4" });
        const [one, two, three] = began;
        expect((await moods()).slice(0, 3)).toEqual([one, { ...two, mood: "ill" }, three]);
        await applyRevisions(project, { cleanup: true });
        await purgeArchive(project, "0d");
        expect(await query(project, "SELECT typname FROM pg_type WHERE typname ~ '^dm_(old|new)'")).toEqual(
          [],
        );
      },
      {
        before: `CREATE TYPE mood AS ENUM ('well', 'ill', 'bored');
          CREATE TABLE t (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'well', moods mood[]);
          CREATE INDEX t_mood ON t (mood);
          CREATE VIEW v AS SELECT id FROM t WHERE mood = 'ill';`,
        after: `CREATE TYPE mood AS ENUM ('ill', 'well');
          CREATE TABLE t (id int PRIMARY KEY,
            mood mood NOT NULL DEFAULT 'well', -- @using CASE mood::text WHEN 'bored' THEN 'ill' ELSE mood::text END
            moods mood[]);
          CREATE INDEX t_mood ON t (mood);
          CREATE VIEW v AS SELECT id FROM t WHERE mood = 'ill';`,
        rows: "INSERT INTO t VALUES (1, 'bored', '{well,ill}'), (2, 'well', NULL), (3, 'bored', '{}')",
      },
    ),
  );

  it("is read and written all the while, and agrees with the old one", { timeout: 300_000 }, () =>
    withTables(
      postgres,
      "always",
      async (project) => {
        const { revisions } = await planRevision(project, { message: "types" });
        const url = project.environment.database;
        let isOver = false;
        let count = 0;
        /** An application that goes on as it did. */
        const client = () =>
          withDatabase(url, async (database) => {
            for (; !isOver; count++) {
              const [made] = await database.query<{ id: number }>(
                `INSERT INTO t (n) VALUES (${count}) RETURNING id::int`,
              );
              const id = made?.id ?? 0;
              await database.script(`UPDATE t SET n = n + 1 WHERE id = ${id}`);
              await database.script(`INSERT INTO u (t_id) VALUES (${id})`);
              const [read] = await database.query<{ n: number }>(`SELECT n::int FROM t WHERE id = ${id}`);
              if (read?.n !== count + 1) throw new Error(`${id} has ${read?.n}`);
            }
          });
        /** How many rows differ between two columns after each phase; what was there before is filled by the second. */
        const differing: unknown[] = [];
        /** Only rows that are written from now on. */
        const nextRows = async (table: string) => {
          const [last] = await query(project, `SELECT max(id)::int AS id FROM ${table}`);
          const until = count + 5;
          while (count < until && !isOver) await new Promise((resolve) => setTimeout(resolve, 20));
          return `AND id > ${last?.id}`;
        };
        const steps = async () => {
          for (const { id, phase } of revisions) {
            await applyRevisions(project, { target: id, allow, cleanup: true });
            if (phase === "cleanup") continue;
            if (phase === "constraint") {
              await rollbackRevisions(project, { target: "-3", allow });
              await applyRevisions(project, { target: id, allow, cleanup: true });
            }
            for (const [table, column] of [
              ["t", "n"],
              ["u", "t_id"],
            ]) {
              const twins = await query(
                project,
                `SELECT attname AS name FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname ~ '^dm_'`,
              );
              const isTwin = twins.map(({ name }) => `${column} IS DISTINCT FROM ${name}`).join(" AND ");
              const recent = phase === "additive" ? await nextRows(table ?? "") : "";
              const [found] = await query(
                project,
                `SELECT count(*)::int AS n FROM ${table} WHERE ${isTwin} ${recent}`,
              );
              differing.push(found?.n);
            }
          }
        };
        const running = client();
        await Promise.race([running, steps()]);
        isOver = true;
        await running;
        expect(count).toBeGreaterThan(10);
        expect(differing).toEqual([0, 0, 0, 0, 0, 0]);
        const [last] = await query(
          project,
          "SELECT count(*)::int AS t, (SELECT count(*)::int FROM u) AS u FROM t",
        );
        expect(last).toEqual({ t: 20 + count, u: count });
      },
      {
        before: `CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n int);
          CREATE TABLE u (id serial PRIMARY KEY, t_id int NOT NULL REFERENCES t);`,
        after: `CREATE TABLE t (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n bigint);
          CREATE TABLE u (id serial PRIMARY KEY, t_id bigint NOT NULL REFERENCES t);`,
        rows: "INSERT INTO t (n) SELECT i FROM generate_series(1, 20) i",
      },
    ),
  );
});
