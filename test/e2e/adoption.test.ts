import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openProject } from "../../src/project/config.js";
import { drift } from "../../src/project/drift.js";
import { initProject } from "../../src/project/init.js";
import { planRevision } from "../../src/project/plan.js";
import { status } from "../../src/project/status.js";
import { servers, withTemporaryDatabase } from "../support/databases.js";

const inUse = `
  CREATE SCHEMA app;
  CREATE TYPE app.state AS ENUM ('open', 'closed');
  CREATE TABLE app.account (
    id serial PRIMARY KEY,
    kind varchar(10) NOT NULL CHECK (kind IN ('a', 'b')),
    state app.state NOT NULL DEFAULT 'open'
  );
  CREATE VIEW app.open_account AS SELECT id, kind FROM app.account WHERE state = 'open';
  INSERT INTO app.account (kind) VALUES ('a'), ('b')`;

describe.each(servers())("a database in use on PostgreSQL $major", ({ major }) => {
  it("is taken over as files and a baseline, and nothing of it changes", async () => {
    await withTemporaryDatabase(major, async (database, url) => {
      await database.script(inUse);
      const root = await mkdtemp(join(tmpdir(), "dm-adopted-"));
      try {
        const { files } = await initProject({ directory: root, database: url });
        expect(files.map(({ path }) => path)).toContain(join(root, "schema", "app", "tables", "account.sql"));
        expect(await readFile(join(root, "dm.yaml"), "utf8")).not.toContain(
          encodeURIComponent("a secret of"),
        );
        expect(await readdir(join(root, "revisions"))).toEqual([
          expect.stringMatching(/baseline\.sql$/),
          "dm.sum",
        ]);

        const project = await openProject({ cwd: root, env: "local", database: url });
        expect(await status(project)).toMatchObject({
          pending: [],
          drift: { recorded: true, changes: 0 },
          sum: [],
        });
        expect((await drift(project)).changes).toEqual([]);
        expect((await planRevision(project, { message: "nothing" })).changes).toEqual([]);
        expect(await database.query("SELECT count(*)::int AS rows FROM app.account")).toEqual([{ rows: 2 }]);
      } finally {
        await rm(root, { recursive: true, force: true });
      }
    });
  });
});
