import { describe, expect, it } from "vitest";
import type { Database } from "../../src/database/database.js";
import { newestServer } from "../support/databases.js";
import { type Developer, withTeam } from "./team.js";

const postgres = newestServer()?.major ?? "pglite";

const patient = (more = "") => `CREATE TABLE patient (\n  id int PRIMARY KEY,\n  name text${more}\n);\n`;
const minutes = 60_000;
const start = { "patient.sql": patient() };

/** One head, and a database that comes to what the schema files ask for, which is what the files build from nothing. */
async function expectSettled(one: Developer): Promise<void> {
  expect((await one.json(["heads"])).heads).toHaveLength(1);
  await one.dm(["apply", "--allow", "all"]);
  await one.dm(["plan", "--check"]);
  expect((await one.json(["drift", "--against", "rev:head"])).changes).toEqual([]);
}

/** What is in `public`, by PostgreSQL's own catalogs: `patient(id,name)`. */
async function tables(database: Database): Promise<unknown[]> {
  const rows = await database.query(
    `SELECT c.relname || '(' || string_agg(a.attname, ',' ORDER BY a.attnum) || ')' AS it
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') GROUP BY c.oid ORDER BY 1`,
  );
  return rows.map(({ it: text }) => text);
}

describe("two developers who change different things", () => {
  it(
    "merge, and each database comes to the same state from wherever it is",
    async () => {
      await withTeam(postgres, ["ana", "bo", "new"], start, async (ana, bo, nobody) => {
        await nobody.dm(["rollback", "base", "--yes"]);
        await ana.change({ "visit.sql": "CREATE TABLE visit (id int PRIMARY KEY);\n" }, "visits");
        await bo.change({ "patient.sql": patient(",\n  email text") }, "emails");
        await ana.push();
        await bo.pull();
        expect(await bo.read("revisions/dm.sum")).toContain("<<<<<<<");
        expect((await bo.json(["heads"], 1)).error).toMatchObject({ code: "DM4021" });

        const { revision, joinedSum } = await bo.json(["merge"]);
        expect(joinedSum).toBe(true);
        expect(revision).toMatchObject({ parents: [expect.any(String), expect.any(String)] });
        await bo.commit("merge");
        await bo.push();
        await expectSettled(bo);

        for (const one of [ana, nobody]) {
          await one.git("pull", "--quiet");
          await expectSettled(one);
        }
        await ana.dm(["rollback", "--yes"]);
        expect((await ana.json(["status"])).heads).toHaveLength(2);
        expect((await ana.json(["rollback", "-1", "--yes"], 1)).error).toMatchObject({ code: "DM4045" });
        await ana.dm(["rollback", "base", "--yes", "--allow", "all"]);
        expect((await ana.json(["status"])).heads).toEqual([]);
      });
    },
    5 * minutes,
  );
});

describe("two developers who change the same thing", () => {
  it(
    "cannot merge, are told what, and rebase to what they agreed on in the schema",
    async () => {
      await withTeam(postgres, ["ana", "bo"], start, async (ana, bo) => {
        const theirs = await ana.change({ "patient.sql": patient(" DEFAULT 'a'") }, "a name");
        const mine = await bo.change({ "patient.sql": patient(" DEFAULT 'b'") }, "b name");
        await ana.push();
        await bo.pull({ "patient.sql": patient(" DEFAULT 'both'") });
        const { error } = await bo.json(["merge"], 3);
        expect(error).toMatchObject({ code: "DM4124" });
        expect((error as { details: string[] }).details.join("\n")).toContain("default public.patient.name");

        expect((await bo.json(["rebase"], 3)).error).toMatchObject({ code: "DM4126" });
        await bo.dm(["rollback", "--yes", "--allow", "all"]);
        const { moved } = await bo.json(["rebase"]);
        expect(moved).toMatchObject([{ from: [mine], isReplanned: true, revision: { parents: [theirs] } }]);
        await bo.commit("merge");
        await bo.push();
        await expectSettled(bo);
        expect(await bo.revisions()).toHaveLength(3);
        await ana.git("pull", "--quiet");
        await expectSettled(ana);
      });
    },
    5 * minutes,
  );
});

describe("three developers at once", () => {
  it(
    "who change different things merge one after the other, to one head and all three changes",
    async () => {
      await withTeam(postgres, ["ana", "bo", "cy"], start, async (ana, bo, cy) => {
        const emails = { "patient.sql": patient(",\n  email text") };
        const changes = [
          await ana.change({ "visit.sql": "CREATE TABLE visit (id int PRIMARY KEY);\n" }, "visits"),
          await bo.change(emails, "emails"),
          await cy.change(
            { "roster.sql": "CREATE VIEW roster AS SELECT id, name FROM patient;\n" },
            "roster",
          ),
        ];
        await ana.push();
        const merges = [];
        for (const one of [bo, cy]) {
          await one.pull();
          merges.push((await one.json(["merge"])).revision as { id: string; parents: string[] });
          await one.commit("merge");
          await one.push();
        }
        const [first, last] = merges;
        expect(new Set(first?.parents)).toEqual(new Set(changes.slice(0, 2)));
        expect(new Set(last?.parents)).toEqual(new Set([first?.id, changes[2]]));
        for (const one of [cy, ana, bo]) {
          if (one !== cy) await one.git("pull", "--quiet");
          await expectSettled(one);
          expect(await tables(one.database)).toEqual([
            "patient(id,name,email)",
            "roster(id,name)",
            "visit(id)",
          ]);
        }
      });
    },
    5 * minutes,
  );

  it(
    "of whom two change the same thing: the third merges, the second rebases behind the merge",
    async () => {
      await withTeam(postgres, ["ana", "bo", "cy"], start, async (ana, bo, cy) => {
        await ana.change({ "patient.sql": patient(" DEFAULT 'a'") }, "a name");
        const mine = await bo.change({ "patient.sql": patient(" DEFAULT 'b'") }, "b name");
        await cy.change({ "visit.sql": "CREATE TABLE visit (id int PRIMARY KEY);\n" }, "visits");
        await ana.push();
        await cy.pull();
        const merge = (await cy.json(["merge"])).revision as { id: string };
        await cy.commit("merge");
        await cy.push();

        await bo.pull({ "patient.sql": patient(" DEFAULT 'both'") });
        const before = await bo.revisions();
        const { error } = await bo.json(["merge"], 3);
        expect(error).toMatchObject({ code: "DM4124" });
        expect(await bo.revisions()).toEqual(before);
        await bo.dm(["rollback", "--yes", "--allow", "all"]);
        const { moved } = await bo.json(["rebase"]);
        expect(moved).toMatchObject([{ from: [mine], isReplanned: true, revision: { parents: [merge.id] } }]);
        await bo.commit("merge");
        await bo.push();

        for (const one of [bo, ana, cy]) {
          if (one !== bo) await one.git("pull", "--quiet");
          await expectSettled(one);
          expect(await tables(one.database)).toEqual(["patient(id,name)", "visit(id)"]);
          const [row] = await one.database.query("INSERT INTO patient VALUES (1) RETURNING name");
          expect(row).toEqual({ name: "both" });
        }
      });
    },
    5 * minutes,
  );
});
