import { expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { status } from "../../src/project/status.js";
import { newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { withClinic } from "./clinic.js";

const before = `
  CREATE TABLE p (k int, a int, b int, PRIMARY KEY (k, b)) PARTITION BY RANGE (k);
  CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
  CREATE INDEX p_a ON p (a) INCLUDE (b);
  CREATE TABLE q (k int, a int, b int) PARTITION BY RANGE (k);
  CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (100);
  CREATE INDEX q_a ON q (a) INCLUDE (b);
  CREATE MATERIALIZED VIEW m AS SELECT a FROM p;
  GRANT SELECT (a) ON m TO dm_reader WITH GRANT OPTION;
  SET ROLE dm_reader; GRANT SELECT (a) ON m TO PUBLIC; RESET ROLE;`;
const after = `
  CREATE TABLE p (k int, a int) PARTITION BY RANGE (k);
  CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
  CREATE INDEX p_a ON p (a);
  CREATE TABLE q (k int, a int) PARTITION BY RANGE (k);
  CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (100);
  CREATE INDEX q_a ON q (a);
  CREATE MATERIALIZED VIEW m AS SELECT k FROM p;`;
const rows = `INSERT INTO p SELECT i, i, i FROM generate_series(1, 20) i;
  INSERT INTO q SELECT i, i, i FROM generate_series(1, 20) i; REFRESH MATERIALIZED VIEW m;`;

it.skipIf(newestServer() === undefined)(
  "what changes takes along what hangs on it: indexes of partitions, grants on a view's columns",
  { timeout: 120_000 },
  () =>
    withClinic(newestServer()?.major ?? 0, { schema: before, rows }, async (project, url) => {
      const read = () =>
        withDatabase(url, (database) =>
          Promise.all(["p", "q"].map((table) => database.query(`SELECT k, a, b FROM ${table} ORDER BY k`))),
        );
      const began = await read();
      await writeSchema(project.root, { "clinic.sql": after });
      const { revisions } = await planRevision(project, { message: "less" });
      expect(revisions.map(({ phase }) => phase)).toEqual(["additive", "constraint", "cleanup"]);
      await applyRevisions(project, { cleanup: true, allow: ["all"] });
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
      await rollbackRevisions(project, { target: "-3", allow: ["all"] });
      expect((await status(project)).drift.changes).toBe(0);
      expect(await read()).toEqual(began);
    }),
);
