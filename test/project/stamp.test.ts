import { readFile, rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { DmError } from "../../src/error.js";
import { applyRevisions } from "../../src/project/apply.js";
import { planRevision } from "../../src/project/plan.js";
import { repair } from "../../src/project/repair.js";
import { stamp } from "../../src/project/stamp.js";
import { status } from "../../src/project/status.js";
import { readRevisions } from "../../src/revision/directory.js";
import { newestServer, type Postgres, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const postgres: Postgres = newestServer()?.major ?? "pglite";
const table = (more = "") => ({ "patient.sql": `CREATE TABLE patient (id int PRIMARY KEY${more});\n` });
const caught = (error: DmError) => error;

describe("stamp and repair", () => {
  it("record without running, forget, and bring lost files back as they were", async () => {
    await withTemporaryDatabase(postgres, async (database, url) => {
      const setup = { schema: table(), ...(postgres !== "pglite" && { database: url }) };
      await withProject(setup, async (project) => {
        const a = await planRevision(project, { message: "a" });
        await applyRevisions(project, {});
        await writeSchema(project.root, table(", name text"));
        const b = await planRevision(project, { message: "b" });
        const [one = "", two = ""] = [a, b].map(({ revisions }) => revisions[0]?.id);

        expect(await stamp(project, { target: "head" })).toMatchObject({
          recorded: [two],
          forgotten: [],
          heads: [two],
          notes: [expect.stringContaining(`the database is not as ${two} leaves one`)],
        });
        expect((await status(project)).pending).toEqual([]);
        if (postgres !== "pglite") {
          const columns = await database.query("SELECT * FROM patient");
          expect(columns).toEqual([]);
          const journal = await database.query("SELECT revision, direction FROM dm.journal ORDER BY id");
          expect(journal.at(-1)).toEqual({ revision: two, direction: "stamp" });
        }
        expect(await stamp(project, { target: "-1" })).toMatchObject({ forgotten: [two], heads: [one] });
        expect((await applyRevisions(project, {})).applied).toMatchObject([{ id: two }]);

        const file = b.files[0] ?? "";
        const text = await readFile(file, "utf8");
        await rm(file);
        expect(await applyRevisions(project, {}).catch(caught)).toMatchObject({ code: "DM4103" });
        expect((await repair(project)).files).toEqual([file]);
        expect(await readFile(file, "utf8")).toBe(text);
        expect((await readRevisions(project.revisions)).differences).toEqual([]);
        expect((await repair(project)).files).toEqual([]);

        const sum = `${project.revisions}/dm.sum`;
        for (const path of [file, a.files[0] ?? "", sum]) await rm(path);
        expect(await stamp(project, { target: "base" }).catch(caught)).toMatchObject({ code: "DM4102" });
        const { forgotten } = await stamp(project, { target: "base", purge: true });
        expect([...forgotten].sort()).toEqual([one, two].sort());
        expect((await status(project)).heads).toEqual([]);
      });
    });
  }, 300_000);
});
