import { readFile, writeFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { acceptEdits } from "../../src/project/check/check.js";
import { readLog } from "../../src/project/log.js";
import { status } from "../../src/project/status.js";
import { withProject } from "../support/project.js";
import { idOf, writeSketches } from "../support/revisions.js";

const author = "Ana <ana@clinic.example>";

describe("the journal", { timeout: 300_000 }, () => {
  test("says who, what, when, how long, from where and why not; so does the log file", async () => {
    await withProject({}, async (plain) => {
      const project = { ...plain, logFile: join(plain.root, "logs/dm.jsonl") };
      await writeSketches(project.revisions, [
        { id: "0", author, up: "CREATE TABLE a (x int);", down: "DROP TABLE a;" },
        { id: "1", parents: ["0"], up: "SELECT 1 / (SELECT count(*) FROM a);", down: "" },
      ]);
      await expect(applyRevisions(project, {})).rejects.toMatchObject({ code: "DM5202" });
      const told = { role: "postgres", osUser: userInfo().username, host: hostname() };
      const lines = await readLog(project);
      expect(lines).toMatchObject([
        { ...told, revision: idOf("0"), direction: "up", author },
        { ...told, revision: idOf("1"), error: { sqlstate: "22012", message: "division by zero" } },
      ]);
      expect(lines[0]).not.toHaveProperty("error");
      expect(lines[1]?.milliseconds).toBeGreaterThanOrEqual(0);
      const file = (await readFile(project.logFile, "utf8")).trimEnd().split("\n");
      expect(file.map((line) => JSON.parse(line))).toMatchObject([
        { ...told, revision: idOf("0"), author, environment: "local", error: null },
        { ...told, revision: idOf("1"), error: { sqlstate: "22012", message: "division by zero" } },
      ]);

      const ids = async (request: Parameters<typeof readLog>[1]) =>
        (await readLog(project, request)).map(({ revision }) => revision);
      expect(await ids({ failed: true })).toEqual([idOf("1")]);
      expect(await ids({ revision: "000" })).toEqual([idOf("0")]);
      const today = lines[0]?.at.slice(0, 10) ?? "";
      expect(await ids({ since: today, until: today, revision: "0" })).toEqual([idOf("0")]);
      expect(await ids({ since: lines[1]?.at ?? "" })).toEqual([idOf("1")]);
      expect(await ids({ until: "2001-01-01" })).toEqual([]);
      await expect(readLog(project, { since: "soon" })).rejects.toMatchObject({ code: "DM6008" });
    });
  });

  test("of an earlier version is read and added to", async () => {
    await withProject({}, async (project) => {
      await writeSketches(project.revisions, [
        { id: "0", author, up: "CREATE TABLE a (x int);", down: "DROP TABLE a;" },
        { id: "1", author, parents: ["0"], irreversible: "nobody knows how", up: "DROP TABLE a;" },
      ]);
      await applyRevisions(project, { target: "+1" });
      await withDatabase(project.environment.database, (database) =>
        database.script("ALTER TABLE dm.journal DROP author"),
      );
      expect(await readLog(project)).toHaveLength(1);
      await applyRevisions(project, { allow: ["all"] });
      expect(await readLog(project)).toMatchObject([{}, { author }]);

      // A revision without a way back says why, in every status and when it is rolled back.
      expect((await status(project)).irreversible).toMatchObject([{ irreversible: "nobody knows how" }]);
      await expect(rollbackRevisions(project, {})).rejects.toMatchObject({ code: "DM5203", exit: 3 });
    });
  });
});

test("a revision that was edited by hand is accepted when it is proven, and never once it is applied", async () => {
  await withProject({}, async (project) => {
    const [file = ""] = await writeSketches(project.revisions, [
      { id: "0", kind: "planned", up: "CREATE TABLE a (x int);", down: "DROP TABLE a;" },
    ]);
    const edit = async (from: string, to: string) =>
      writeFile(file, (await readFile(file, "utf8")).replace(from, to));

    await edit("DROP TABLE a;", "");
    await expect(acceptEdits(project)).rejects.toMatchObject({ code: "DM3401" });
    await expect(applyRevisions(project, {})).rejects.toMatchObject({ code: "DM4103", exit: 3 });

    await edit("-- dm:down\n", "-- dm:down\n\nDROP TABLE a;\n");
    await edit("x int", "x bigint");
    expect(await acceptEdits(project)).toHaveLength(1);
    expect(await readFile(file, "utf8")).toMatch(/kind: written[\s\S]*checks: \[up, down, up again\]/);
    await applyRevisions(project, {});

    await edit("x bigint", "x text");
    await expect(acceptEdits(project)).rejects.toMatchObject({ code: "DM4104", exit: 3 });
    await expect(applyRevisions(project, {})).rejects.toMatchObject({ exit: 3 });
  });
}, 300_000);
