import { describe, expect, it } from "vitest";
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
