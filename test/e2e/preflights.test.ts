import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { type DmError, exitCode } from "../../src/error.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { openProject, type Project } from "../../src/project/config.js";
import { newRevision } from "../../src/project/new.js";
import { planRevision } from "../../src/project/plan.js";
import { snapshotSizes } from "../../src/project/snapshot.js";
import { withServerProject, writeSchema } from "../support/project.js";

const failure = (work: Promise<unknown>): Promise<DmError> =>
  work.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: DmError) => error,
  );

const clinic = (patient: string, visit = "patient int") => ({
  "clinic.sql": `CREATE TABLE patient (id int PRIMARY KEY, ${patient}); CREATE TABLE visit (id int PRIMARY KEY, ${visit});\n`,
});

/** A project whose first revision is applied, and rows in its tables. */
function withRows(
  before: Readonly<Record<string, string>>,
  rows: string,
  work: (project: Project, database: Database) => Promise<void>,
): Promise<void> {
  return withServerProject({ schema: before }, async (project) => {
    await planRevision(project, { message: "first" });
    await applyRevisions(project, {});
    await withDatabase(project.environment.database, (database) => database.script(rows));
    await work(project, { ...lazily(project) });
  });
}

/** Connects for each query. */
function lazily({ environment }: Project): Database {
  const ask = <T>(work: (database: Database) => Promise<T>) => withDatabase(environment.database, work);
  return {
    query: (text: string) => ask((database) => database.query(text)),
    script: (text: string) => ask((database) => database.script(text)),
  } as Database;
}

describe("a preflight query", () => {
  it("finds rows under the names before a rename, before anything has changed", async () => {
    await withRows(clinic("mail text"), "INSERT INTO patient VALUES (1, NULL)", async (project, database) => {
      await writeSchema(project.root, {
        "clinic.sql": `-- @renamed from=patient
CREATE TABLE person (id int PRIMARY KEY,
  -- @renamed from=mail
  email text NOT NULL);
CREATE TABLE visit (id int PRIMARY KEY, patient int);
`,
      });
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "stricter" });
      expect(revision?.hazards).toEqual(["MAY_FAIL_ON_DATA", "BREAKS_OLD_CODE"]);
      const error = await failure(applyRevisions(project, {}));
      expect(error).toMatchObject({ code: "DM5207", exit: exitCode.refused });
      expect(error.message).toContain("public.person: rows without email");
      expect(error.details).toEqual(["1 found:", '{"id":1}', "nothing of it was changed"]);
      await database.script("UPDATE patient SET mail = ''");
      expect((await applyRevisions(project, {})).applied).toHaveLength(1);
    });
  });

  it.each(["never", "always"] as const)(
    "finds the rows that bounds exclude, there and on the way back (online: %s)",
    { timeout: 60_000 },
    async (mode) => {
      const allow = ["all"];
      const table = "(id int, at date)";
      const visits = `CREATE TABLE visit ${table} PARTITION BY RANGE (at);
        CREATE TABLE visit_other PARTITION OF visit DEFAULT;\n`;
      const apart = { "clinic.sql": `${visits}CREATE TABLE visit_2020 ${table};` };
      const attached = {
        "clinic.sql": `${visits}CREATE TABLE visit_2020 PARTITION OF visit FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');`,
      };
      const rows = `INSERT INTO visit_2020 VALUES (1, '2020-05-05'), (2, '2022-02-02'), (3, NULL);
        INSERT INTO visit VALUES (4, '2020-03-03'), (5, '2022-02-02')`;
      await withRows(apart, rows, async (plain, database) => {
        const project = { ...plain, online: { ...plain.online, mode } };
        await writeSchema(project.root, attached);
        await planRevision(project, { message: "attach" });
        const strays = await failure(applyRevisions(project, { allow }));
        expect(strays.message).toContain("public.visit_2020: rows that its bounds exclude");
        expect(strays.details?.[0]).toBe("2 found:");
        await database.script("DELETE FROM visit_2020 WHERE at IS NULL OR at > '2021-01-01'");
        const misplaced = await failure(applyRevisions(project, { allow }));
        expect(misplaced.message).toContain("public.visit_other: rows that belong to public.visit_2020");
        expect(misplaced.details?.[0]).toBe("1 found:");
        await database.script("DELETE FROM visit WHERE id = 4");
        await applyRevisions(project, { allow });
        await writeSchema(project.root, apart);
        await planRevision(project, { message: "detach" });
        const { applied } = await applyRevisions(project, { allow, cleanup: true });
        await database.script("INSERT INTO visit_2020 VALUES (6, '2023-03-03')");
        const back = await failure(rollbackRevisions(project, { target: `-${applied.length}`, allow }));
        expect(back).toMatchObject({ code: "DM5207", exit: exitCode.refused });
        expect(back.message).toContain("public.visit_2020: rows that its bounds exclude");
      });
    },
  );

  it("does not ask a foreign table, of whose rows PostgreSQL asks nothing", async () => {
    const elsewhere = (columns: string) => ({
      "elsewhere.sql": `CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
        CREATE FOREIGN TABLE visit (${columns}) SERVER nowhere;\n`,
    });
    await withRows(elsewhere("id int, at date"), "", async (project) => {
      await writeSchema(project.root, elsewhere("id int NOT NULL CHECK (id > 0), at date"));
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "stricter" });
      expect(revision?.preflights).toBeUndefined();
      expect((await applyRevisions(project, {})).applied).toHaveLength(1);
    });
  });

  it("of a table that an earlier revision makes waits for it", async () => {
    await withRows(clinic("age int"), "", async (project) => {
      await writeSchema(project.root, { "more.sql": "CREATE TABLE more (id int);\n" });
      await planRevision(project, { message: "more" });
      await writeSchema(project.root, { "more.sql": "CREATE TABLE more (id int UNIQUE);\n" });
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "unique" });
      expect(revision?.preflights?.up).toHaveLength(1);
      const { applied, notes } = await applyRevisions(project, {});
      expect(applied).toHaveLength(2);
      expect(notes.join()).not.toContain("nothing to look at");
    });
  });

  it("leaves rows alone that a hand-written revision mends first", async () => {
    await withRows(clinic("age int"), "INSERT INTO patient VALUES (1, NULL)", async (project) => {
      const { file } = await newRevision(project, { message: "mend" });
      const text = await readFile(file, "utf8");
      await writeFile(
        file,
        text.replace(
          /-- dm:up\n[\s\S]*?-- dm:down\n[\s\S]*$/,
          "-- dm:up\nUPDATE patient SET age = 7 WHERE age IS NULL;\n\n-- dm:down\n",
        ),
      );
      await writeSchema(project.root, clinic("age int NOT NULL"));
      await planRevision(project, { message: "not null" });
      expect((await applyRevisions(project, {})).applied).toHaveLength(2);
    });
  });

  it("looks before a way back, too", async () => {
    await withRows(clinic("age int NOT NULL"), "", async (project, database) => {
      await writeSchema(project.root, clinic("age int"));
      await planRevision(project, { message: "looser" });
      await applyRevisions(project, {});
      await database.script("INSERT INTO patient VALUES (1, NULL)");
      expect(await failure(rollbackRevisions(project, {}))).toMatchObject({ code: "DM5207" });
    });
  });
});

describe("the size of a table", () => {
  const many = "INSERT INTO patient SELECT n, n FROM generate_series(1, 3000) n; ANALYZE patient";
  const index = { "index.sql": "CREATE INDEX patient_age ON patient (age);\n" };
  const configure = async (project: Project, lines: string) => {
    const file = join(project.root, "dm.yaml");
    await writeFile(file, `${lines}\n${await readFile(file, "utf8")}`);
    return openProject({ cwd: project.root, env: "local" });
  };

  it("decides what waits for approval", async () => {
    await withRows(clinic("age int"), many, async (small) => {
      await writeSchema(small.root, index);
      expect(
        (await planRevision(small, { message: "x", dryRun: true })).revisions[0]?.hazards,
      ).toBeUndefined();
      const project = await configure(small, "online: { mode: never, rows: 2000 }");
      const around = { ...project, online: { ...project.online, mode: "auto" as const } };
      const { revisions } = await planRevision(around, { message: "x", dryRun: true });
      expect(revisions.map(({ hazards, phase }) => ({ hazards, phase }))).toEqual([
        { hazards: ["INDEX_BUILD"], phase: "constraint" },
      ]);
      const {
        revisions: [revision],
        sizes,
      } = await planRevision(project, { message: "an index" });
      expect(sizes).toBe("the database");
      expect(revision?.hazards).toEqual(["BLOCKS_WRITES", "INDEX_BUILD"]);
      expect(revision?.up[0]?.sql).toMatch(/locks public.patient: SHARE \(3,000 rows, .*index build/);
      expect(await failure(applyRevisions(project, {}))).toMatchObject({ code: "DM5206" });
    });
  });

  it("is looked at again where a revision runs", async () => {
    await withRows(clinic("age int"), "", async (first, database) => {
      const project = await configure(first, "online: { rows: 2000 }");
      await writeSchema(project.root, index);
      const {
        revisions: [revision],
      } = await planRevision(project, { message: "an index" });
      expect(revision?.hazards).toBeUndefined();
      expect(revision?.ifLarge).toEqual({ "public.patient": ["BLOCKS_WRITES"] });
      await database.script(many);
      const error = await failure(applyRevisions(project, {}));
      expect(error).toMatchObject({ code: "DM5208", exit: exitCode.refused });
      expect(error.details[0]).toMatch(/^public.patient: 3,000 rows, .*; BLOCKS_WRITES$/);
      expect(error.next).toContain('  dm plan --env local -m "an index"');
      expect((await applyRevisions(project, { allow: ["blocks-writes"] })).applied).toHaveLength(1);
    });
  });

  it("is production's, also where a plan is made elsewhere; what cannot be asked counts as large", async () => {
    await withRows(clinic("age int"), many, async (first) => {
      const file = join(first.root, "dm.yaml");
      const config = await readFile(file, "utf8");
      const laptop = async (sizesFrom: string) => {
        const more = `  laptop: { database: "pglite:.dm/laptop" }\n  far: { database: "\${NO_SUCH_VARIABLE}" }\n`;
        await writeFile(
          file,
          `online: { mode: never, rows: 2000, sizes_from: ${sizesFrom} }\n${config}${more}`,
        );
        return openProject({ cwd: first.root, env: "laptop" });
      };
      await applyRevisions(await laptop("local"), {});
      await writeSchema(first.root, index);
      const asked = await planRevision(await laptop("local"), { message: "x", dryRun: true });
      expect(asked).toMatchObject({ sizes: "environment local", notes: [] });
      expect(asked.revisions[0]?.hazards).toEqual(["BLOCKS_WRITES", "INDEX_BUILD"]);
      expect(asked.revisions[0]?.up[0]?.sql).toContain("3,000 rows");
      const unknown = await planRevision(await laptop("far"), { message: "x", dryRun: true });
      expect(unknown.notes?.[0]).toMatch(/^far did not tell its sizes: .*NO_SUCH_VARIABLE/);
      expect(unknown.revisions[0]?.hazards).toEqual(["BLOCKS_WRITES", "INDEX_BUILD"]);
    });
  });

  it("is read from the committed file, and what that does not name counts as large", async () => {
    await withRows(clinic("age int"), many, async (first) => {
      const { file, large } = await snapshotSizes(await configure(first, "online: { rows: 2000 }"), {});
      expect(large).toEqual(["public.patient"]);
      expect(await readFile(file, "utf8")).toMatch(
        /^ {2}public.patient: \{ rows: 3000, bytes: \d+, indexes: \d+ \}$/m,
      );
      await writeFile(
        file,
        "from: production\ntaken: 2025-03-04\nrelations:\n  public.patient: { rows: 7, bytes: 1, indexes: 1 }\n",
      );
      await writeSchema(first.root, {
        "index.sql": `${index["index.sql"]}CREATE INDEX ON visit (patient);\n`,
      });
      const direct = { ...first, online: { ...first.online, mode: "never" as const } };
      const {
        revisions: [revision],
        sizes,
      } = await planRevision(direct, { message: "x", dryRun: true });
      expect(sizes).toBe("dm.sizes.yaml, of production on 2025-03-04");
      expect(revision?.hazards).toEqual(["BLOCKS_WRITES", "INDEX_BUILD"]);
      expect(Object.keys(revision?.ifLarge ?? {})).toEqual(["public.patient"]);
      expect(await readdir(first.revisions)).toHaveLength(2);
    });
  });
});
