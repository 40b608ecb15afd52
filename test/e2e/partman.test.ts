import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { subject } from "../../src/diff/diff.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { eachPostgres, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

/** Where the server also looks for extensions: version 18 has a setting for that. */
async function withExtension(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "dm-extension-"));
  try {
    await mkdir(join(directory, "extension"));
    const file = (name: string, text: string) => writeFile(join(directory, "extension", name), text);
    await file("pg_partman.control", "default_version = '5.2.4'\nrelocatable = false\n");
    // What of pg_partman matters here: the names that it gives.
    await file(
      "pg_partman--5.2.4.sql",
      "CREATE TABLE @extschema@.part_config (parent_table text PRIMARY KEY, control text, partition_interval text);",
    );
    await chmod(directory, 0o755);
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const schema = (more = "") => ({
  "app.sql": `
    CREATE SCHEMA partman;
    CREATE EXTENSION pg_partman SCHEMA partman;
    CREATE TABLE visit (id bigint, at date NOT NULL, note text) PARTITION BY RANGE (at);
    CREATE TABLE visit_note (id bigint);
    ${more}`,
});

const made = `
  CREATE TABLE partman.template_public_visit (LIKE visit);
  CREATE TABLE visit_p20250301 PARTITION OF visit FOR VALUES FROM ('2025-03-01') TO ('2025-04-01');
  CREATE TABLE visit_p20250401 PARTITION OF visit FOR VALUES FROM ('2025-04-01') TO ('2025-05-01');
  CREATE TABLE visit_default PARTITION OF visit DEFAULT;
  CREATE TABLE visit_p20250201 (LIKE visit);
  INSERT INTO visit SELECT g, date '2025-03-20' + g, 'x' FROM generate_series(1, 90) g;`;

const isMissing = skipAloud(!eachPostgres.includes(18), "pg_partman: no PostgreSQL 18 here");

describe.skipIf(isMissing)("partitions that pg_partman looks after", { timeout: 120_000 }, () => {
  test("are left alone, while the table that they are of changes", async () => {
    await withExtension((directory) =>
      withTemporaryDatabase(18, async (database, url) => {
        const options = encodeURIComponent(`-c extension_control_path=${directory}:$system`);
        await withProject({ database: `${url}?options=${options}`, schema: schema() }, async (project) => {
          await planRevision(project, { message: "first" });
          await applyRevisions(project, {});
          await database.script(made);

          const left = [
            { kind: "table", name: "partman.template_public_visit", tool: "pg_partman" },
            { kind: "table", name: "public.visit_*", tool: "pg_partman" },
          ];
          expect(await drift(project)).toMatchObject({ changes: [], leftOut: left });

          await writeSchema(
            project.root,
            schema("ALTER TABLE visit ADD COLUMN room int DEFAULT 7; CREATE INDEX ON visit (id);"),
          );
          const planned = await planRevision(project, { message: "rooms" });
          expect(planned.changes.map((change) => `${change.type} ${subject(change).id}`).sort()).toEqual([
            "create column public.visit.room",
            "create default public.visit.room",
            "create index public.visit_id_idx",
          ]);
          await applyRevisions(project, {});
          const [inside] = await database.query(
            "SELECT count(*)::int AS rows, sum(room)::int AS rooms FROM ONLY visit_p20250401",
          );
          expect(inside).toEqual({ rows: 30, rooms: 210 });

          await rollbackRevisions(project, { target: "-1" });
          expect(await database.query("SELECT count(*)::int AS rows FROM visit")).toEqual([{ rows: 90 }]);
          expect((await drift(project)).changes).toEqual([]);
        });
      }),
    );
  });
});
