import { expect, test } from "vitest";
import { factId } from "../../src/catalog/identity.js";
import { withDatabase } from "../../src/database/connect.js";
import { openPglite } from "../../src/database/pglite.js";
import { introspect } from "../../src/introspect/introspect.js";
import { indexUses } from "../../src/project/index-uses.js";
import { endsOfPostgres, withTemporaryDatabase } from "../support/databases.js";
import { withProject } from "../support/project.js";

const servers = endsOfPostgres.filter((postgres) => postgres !== "pglite");
const tables = `
  CREATE SCHEMA "Clinic";
  CREATE TABLE "Clinic".large (id int PRIMARY KEY, a int, b int);
  CREATE INDEX "by A" ON "Clinic".large (a);
  CREATE INDEX by_b ON "Clinic".large (b);
  INSERT INTO "Clinic".large SELECT i, i, i FROM generate_series(1, 1000) i;
  CREATE TABLE wide (id int, note text);
  ALTER TABLE wide ALTER note SET STORAGE EXTERNAL;
  CREATE INDEX wide_idx ON wide (id);
  INSERT INTO wide SELECT i, repeat('x', 20000) FROM generate_series(1, 20) i;
  CREATE TABLE small (id int);
  CREATE INDEX small_idx ON small (id);
  ANALYZE`;
const index = (schema: string, name: string) => factId({ kind: "index", schema, name });

test.runIf(servers.length > 0).each(servers)(
  "a server's statistics tell how often indexes of large tables were used (PostgreSQL %s)",
  async (postgres) => {
    await withTemporaryDatabase(postgres, async (database, url) => {
      await database.script(tables);
      // What a session counted is told by the time it ends.
      await withDatabase(url, async (other) => {
        await other.script(`SET enable_seqscan = off; SET enable_bitmapscan = off`);
        for (const a of [1, 2, 3]) await other.query(`SELECT id FROM "Clinic".large WHERE a = $1`, [a]);
      });
      await withProject({ database: url }, async (project) => {
        const large = { ...project, online: { ...project.online, rows: 1000, bytes: 300_000 } };
        const read = async () => (await indexUses({ target: database, project: large })) ?? [];
        await expect
          .poll(async () => (await read()).find((one) => one.index === index("Clinic", "by A"))?.scans, {
            timeout: 20_000,
          })
          .toBe(3);
        const found = await read();
        expect(found.map((one) => one.index).sort()).toEqual(
          [
            index("Clinic", "by A"),
            index("Clinic", "by_b"),
            index("Clinic", "large_pkey"),
            index("public", "wide_idx"),
          ].sort(),
        );
        for (const { bytes, days, index: id, scans } of found) {
          expect({ id, bytes: bytes % 8192, isEmpty: bytes === 0, days }).toEqual({
            id,
            bytes: 0,
            isEmpty: false,
            days: 0,
          });
          if (id !== index("Clinic", "by A")) expect(scans).toBe(0);
        }
        const catalog = await introspect(database);
        expect(found.filter(({ index: id }) => catalog.has(id))).toHaveLength(3);

        await database.query("SELECT pg_stat_reset()");
        await expect
          .poll(async () => (await read()).map(({ scans }) => scans), { timeout: 20_000 })
          .toEqual([0, 0, 0, 0]);
      });
    });
  },
  120_000,
);

test("an embedded database has no statistics to tell", async () => {
  const target = await openPglite();
  try {
    await withProject({}, async (project) => {
      expect(await indexUses({ target, project })).toBeUndefined();
    });
  } finally {
    await target.close();
  }
}, 60_000);
