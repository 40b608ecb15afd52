import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { status } from "../../src/project/status.js";
import { newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { blockingIn, transactions, withClinic } from "./clinic.js";

const before = `
  CREATE TABLE u (id int PRIMARY KEY);
  CREATE TABLE r (id int PRIMARY KEY);
  CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL CHECK (a > 0) REFERENCES r, b int UNIQUE);
  CREATE INDEX t_a ON t (a);
  CREATE TABLE w (id int, k int NOT NULL, PRIMARY KEY (id),
    c int NOT NULL CONSTRAINT c CHECK (c > 0), d int REFERENCES u UNIQUE, e text NOT NULL);
  CREATE INDEX w_c ON w (c);
  CREATE INDEX w_d ON w (d, c);
  CREATE TABLE gone (id int PRIMARY KEY, u_id int REFERENCES u CHECK (u_id > 0));
  CREATE MATERIALIZED VIEW m AS SELECT id FROM w;
  CREATE INDEX m_id ON m (id);
  CREATE TABLE p (id int, a int NOT NULL CHECK (a > 0), UNIQUE (id, a)) PARTITION BY RANGE (id);
  CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
  CREATE INDEX p_a ON p (a);
  CREATE TABLE q (id int, a int) PARTITION BY RANGE (id);
  CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (100);`;
const after = `
  CREATE TABLE u (id int PRIMARY KEY);
  CREATE TABLE r (id bigint PRIMARY KEY);
  CREATE TABLE t (id int PRIMARY KEY, a bigint NOT NULL CHECK (a > 0) REFERENCES r, b bigint UNIQUE);
  CREATE INDEX t_a ON t (a);
  CREATE TABLE w (id int, k int NOT NULL, PRIMARY KEY (id, k),
    c int CONSTRAINT c CHECK (c > -1), d int, n int GENERATED ALWAYS AS IDENTITY);
  CREATE INDEX w_c ON w (c DESC);
  CREATE MATERIALIZED VIEW m AS SELECT id, k FROM w;
  CREATE INDEX m_id ON m (id);
  CREATE TABLE p (id int, a int) PARTITION BY RANGE (id);
  CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
  CREATE TABLE q (id int, a int) PARTITION BY RANGE (id);
  CREATE TABLE q1 (id int, a int);`;
/** Columns that came are in quarantine afterwards. */
const tables = {
  r: "id",
  t: "id, a, b",
  w: "id, k, c, d, e",
  gone: "id, u_id",
  p: "id, a",
  q: "id, a",
};
const rows = `INSERT INTO u SELECT i FROM generate_series(1, 20) i;
  INSERT INTO r SELECT i FROM generate_series(1, 20) i;
  INSERT INTO t SELECT i, i, i FROM generate_series(1, 20) i;
  INSERT INTO w SELECT i, i, i, i, i::text FROM generate_series(1, 20) i;
  INSERT INTO gone SELECT i, i FROM generate_series(1, 20) i;
  INSERT INTO p SELECT i, i FROM generate_series(1, 20) i;
  INSERT INTO q SELECT i, i FROM generate_series(1, 20) i;`;

describe.skipIf(newestServer() === undefined)("the way back of every online form", () => {
  it("holds no lock that others wait for while it works, and gives back rows", { timeout: 240_000 }, () =>
    withClinic(newestServer()?.major ?? 0, { schema: before, rows }, async (project, url) => {
      const read = () =>
        withDatabase(url, (database) =>
          database.script(
            Object.entries(tables)
              .map(([table, columns]) => `SELECT ${columns} FROM ${table} ORDER BY 1`)
              .join("; "),
          ),
        );
      const began = await read();
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "everything" });
      expect(revisions.map(({ phase }) => phase)).toEqual(["additive", "backfill", "constraint", "cleanup"]);
      expect(blockingIn(revisions, "down")).toEqual([]);
      // It is the locks that are measured: what is built and read is told of.
      for (const text of revisions.flatMap(({ up, down }) => [up, down].flatMap(transactions)))
        expect(text.includes("NOT VALID") && text.includes("VALIDATE")).toBe(false);
      const told = revisions.flatMap(({ down }) => down.map(({ sql }) => sql)).join("\n");
      expect(told).toMatch(/hazard INDEX_BUILD[\s\S]*hazard FULL_SCAN/);
      await applyRevisions(project, { cleanup: true, allow: ["all"] });
      await rollbackRevisions(project, { target: "-4", allow: ["all"] });
      expect(await read()).toEqual(began);
      expect((await status(project)).drift.changes).toBe(0);
    }),
  );
});
