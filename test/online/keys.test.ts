import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import { status } from "../../src/project/status.js";
import { newestServer } from "../support/databases.js";
import { writeSchema } from "../support/project.js";
import { statementsOf, withClinic } from "./clinic.js";

const newest = newestServer()?.major;

/** Plans the schema in phases, applies all, takes all back, and tells what was planned. */
async function thereAndBack(project: Project, url: string, after: string, tables: readonly string[]) {
  const read = () =>
    withDatabase(url, (database) =>
      Promise.all(tables.map((table) => database.query(`SELECT t::text AS row FROM ${table} t ORDER BY 1`))),
    );
  const began = await read();
  await writeSchema(project.root, { "clinic.sql": after });
  const { revisions } = await planRevision(project, { message: "keys" });
  await applyRevisions(project, { cleanup: true, allow: ["all"] });
  expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
  await rollbackRevisions(project, { target: `-${revisions.length}`, allow: ["all"] });
  expect((await status(project)).drift.changes).toBe(0);
  expect(await read()).toEqual(began);
  return revisions;
}

const placed = (statements: readonly string[], text: RegExp) =>
  statements.findIndex((statement) => text.test(statement));

describe.skipIf(newest === undefined || newest < 18)("keys WITHOUT OVERLAPS", () => {
  const rows = (tables: readonly string[]) =>
    tables.map((table) => `INSERT INTO ${table} VALUES ('[1,2)', '[2025-01-01,2025-02-01)');`).join("\n");
  const room = (name: string, keys = "", more = "") =>
    `CREATE TABLE ${name} (id int4range, during daterange${keys && `, ${keys}`}) ${more};`;
  const temporal = "(id, during WITHOUT OVERLAPS)";
  const partition = (name: string, of: string) =>
    `CREATE TABLE ${name} PARTITION OF ${of} FOR VALUES FROM ('[0,1)') TO ('[5,6)');`;
  const references = (table: string) => `FOREIGN KEY (id, PERIOD during) REFERENCES ${table}`;

  it("come as they are, after NOT NULL holds for all rows, and say whom they make wait", {
    timeout: 120_000,
  }, () => {
    const tables = ["room", "stay", "was_unique", "was_stay", "was_temporal", "bed", "ward", "ward_1"];
    const before = [
      ...[room("room"), room("stay")],
      ...[room("was_unique", "CONSTRAINT a UNIQUE (id, during)"), room("was_stay")],
      room("was_temporal", `CONSTRAINT b PRIMARY KEY ${temporal}`),
      ...[room("bed", "", "PARTITION BY RANGE (id)"), partition("bed_1", "bed")],
      ...[room("ward", `PRIMARY KEY ${temporal}`, "PARTITION BY RANGE (id)"), room("ward_1")],
    ].join("\n");
    const after = [
      ...[room("room", `PRIMARY KEY ${temporal}`), room("stay", references("room"))],
      room("was_unique", `CONSTRAINT a PRIMARY KEY ${temporal}`),
      room("was_stay", references("was_unique")),
      room("was_temporal", "CONSTRAINT b UNIQUE (id, during)"),
      ...[room("bed", `PRIMARY KEY ${temporal}`, "PARTITION BY RANGE (id)"), partition("bed_1", "bed")],
      ...[room("ward", `PRIMARY KEY ${temporal}`, "PARTITION BY RANGE (id)"), partition("ward_1", "ward")],
    ].join("\n");
    const filled = tables.filter((table) => table !== "ward");
    return withClinic(newest ?? 0, { schema: before, rows: rows(filled) }, async (project, url) => {
      const revisions = await thereAndBack(project, url, after, tables);
      const statements = statementsOf(revisions);
      const key = placed(
        statements,
        /room ADD CONSTRAINT room_pkey PRIMARY KEY \(id, during WITHOUT OVERLAPS\)/,
      );
      expect(key).toBeGreaterThan(placed(statements, /room VALIDATE CONSTRAINT room_id_not_null/));
      const step = revisions.flatMap(({ up }) => up).find(({ sql }) => sql.includes("room_pkey PRIMARY KEY"));
      expect(step && hazardsIn(step).map(({ code }) => code)).toEqual(
        expect.arrayContaining(["BLOCKS_READS", "BLOCKS_WRITES", "INDEX_BUILD"]),
      );
      // ATTACH builds the partition's, which is built once.
      expect(statements.join("\n")).not.toMatch(/ward_1 (?:ADD|DROP) CONSTRAINT ward_1_pkey/);
    });
  });

  it("keep a column from changing its type by another one, and those that reference it with it", {
    timeout: 120_000,
  }, () => {
    const before = `${room("room", `PRIMARY KEY ${temporal}`)} ${room("stay", references("room"))}`;
    const using = "-- @using int8range(lower(id), upper(id))";
    const after = before.replaceAll("id int4range,", `\nid int8range, ${using}\n`);
    const tables = ["room", "stay"];
    return withClinic(newest ?? 0, { schema: before, rows: rows(tables) }, async (project, url) => {
      const revisions = await thereAndBack(project, url, after, tables);
      expect(revisions.map(({ phase }) => phase)).toEqual([undefined]);
    });
  });
});

describe.skipIf(newest === undefined)("a key that takes another one's place under its name", () => {
  const before = `
    CREATE TABLE t (a int, b int, CONSTRAINT k PRIMARY KEY (a, b));
    COMMENT ON CONSTRAINT k ON t IS 'of two';
    CREATE TABLE u (a int, b int, CONSTRAINT l UNIQUE (a));
    CREATE TABLE w (a int, b int);
    CREATE UNIQUE INDEX m ON w (a);
    CREATE TABLE p (a int, b int) PARTITION BY RANGE (a);
    CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    CREATE UNIQUE INDEX n ON p (a);
    CREATE TABLE f (a int, b int, CONSTRAINT g PRIMARY KEY (a, b));
    CREATE TABLE h (a int, b int, CONSTRAINT i PRIMARY KEY (a, b));
    CREATE TABLE r (a int, b int, c int);
    CREATE TABLE s (a int, "b\nc" int);
    CREATE TABLE attached (id int, note text);
    CREATE TABLE hashed (id int, note text) PARTITION BY HASH (id);
    CREATE VIEW v AS SELECT a FROM t;`;
  const after = `
    CREATE TABLE t (a int, b int, CONSTRAINT k PRIMARY KEY (a));
    COMMENT ON CONSTRAINT k ON t IS 'of one';
    CREATE TABLE u (a int, b int, CONSTRAINT l UNIQUE (a, b));
    CREATE TABLE w (a int, b int);
    CREATE UNIQUE INDEX m ON w (a, b);
    CREATE TABLE p (a int, b int) PARTITION BY RANGE (a);
    CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    CREATE UNIQUE INDEX n ON p (a, b);
    CREATE TABLE f (a int, CONSTRAINT g PRIMARY KEY (a));
    CREATE TABLE h (a int, CONSTRAINT j PRIMARY KEY (a));
    CREATE TABLE r (a int REFERENCES t, b int, c int,
      FOREIGN KEY (a, b) REFERENCES u (a, b), FOREIGN KEY (a, c) REFERENCES w (a, b),
      FOREIGN KEY (b, c) REFERENCES p (a, b));
    CREATE TABLE s (a int, "b\nc" int, PRIMARY KEY (a) INCLUDE ("b\nc"));
    CREATE TABLE hashed (id int, note text) PARTITION BY HASH (id);
    CREATE TABLE attached PARTITION OF hashed FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    CREATE VIEW v AS SELECT a, b FROM t GROUP BY a;`;
  const tables = ["t", "u", "w", "p", "f", "h", "r", "s", "attached", "v"];
  const rows = `INSERT INTO t VALUES (1, 2); INSERT INTO u VALUES (1, 2); INSERT INTO w VALUES (1, 3); INSERT INTO p VALUES (2, 3);
    INSERT INTO f VALUES (1, 2); INSERT INTO h VALUES (1, 2);
    INSERT INTO r VALUES (1, 2, 3); INSERT INTO s VALUES (1, 2); INSERT INTO attached VALUES (1, 'a');`;

  it("is there before what stands on it, which reads no rows in that moment", { timeout: 120_000 }, () =>
    withClinic(newest ?? 0, { schema: before, rows }, async (project, url) => {
      const statements = statementsOf(await thereAndBack(project, url, after, tables));
      const keys = statements.filter((one) => one.includes("FOREIGN KEY"));
      expect(keys).toHaveLength(4);
      for (const one of keys) expect(one).toMatch(/NOT VALID;$/);
      // However its columns are called.
      expect(statements.join("\n")).toContain("CREATE UNIQUE INDEX CONCURRENTLY s_pkey");
      // What a hash demands names the partitioned table, which is made before, here and wherever the state is built.
      expect(placed(statements, /attached VALIDATE CONSTRAINT dm_bound_/)).toBeGreaterThan(-1);
    }),
  );
});

describe.skipIf(newest === undefined)("a key of a small table that a large one references", () => {
  const schema = (type: string) => `
    CREATE TABLE t (id ${type} PRIMARY KEY);
    -- @online
    CREATE TABLE u (t_id ${type} REFERENCES t);`;

  it("changes its type with the other one, where the old and the new cannot be compared", {
    timeout: 120_000,
  }, () => {
    const rows = "INSERT INTO t VALUES (1); INSERT INTO u VALUES (1)";
    return withClinic(newest ?? 0, { schema: schema("int"), rows }, async (plain, url) => {
      const project: Project = { ...plain, online: { ...plain.online, mode: "auto" } };
      const revisions = await thereAndBack(project, url, schema("text"), ["t", "u"]);
      expect(revisions.map(({ phase }) => phase)).toContain("constraint");
      expect(statementsOf(revisions).join("\n")).not.toContain(" TYPE text");
    });
  });
});

describe.skipIf(newest === undefined)("a table that gets another partition key, or none", () => {
  const schema = (first: string, second: string, partitions: readonly string[]) =>
    ["p", "p_1", "p_2", "q", "q_1"]
      .map((table) => {
        const of = partitions.includes(table) && table.slice(0, 1);
        const key = { p: first, q: second }[table] ?? "";
        const bounds = `FROM (${table.endsWith("_2") ? "10) TO (20" : "0) TO (10"})`;
        return of
          ? `CREATE TABLE ${table} PARTITION OF ${of} FOR VALUES ${bounds};`
          : `CREATE TABLE ${table} (id int, x int) ${key};`;
      })
      .join("\n");
  const before = schema("PARTITION BY RANGE (id)", "PARTITION BY RANGE (id)", ["p_1", "q_1"]);
  const after = schema("PARTITION BY RANGE (x)", "", ["p_2"]);

  it("is made anew with its partitions, which come and go at once", { timeout: 120_000 }, () => {
    const rows = "INSERT INTO p VALUES (1, 1); INSERT INTO p_2 VALUES (2, 12); INSERT INTO q VALUES (3, 3)";
    return withClinic(newest ?? 0, { schema: before, rows }, async (project, url) => {
      const revisions = await thereAndBack(project, url, after, ["p", "p_1", "p_2", "q", "q_1"]);
      expect(revisions.map(({ phase }) => phase)).toEqual([undefined]);
    });
  });
});
