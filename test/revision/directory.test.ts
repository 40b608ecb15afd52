import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  graphOf,
  readRevisions,
  readSum,
  writeRevision,
  writeRevisions,
  writeSum,
} from "../../src/revision/directory.js";
import { formatRevision } from "../../src/revision/format.js";
import { formatSum, mergeSum, sumOf } from "../../src/revision/sum.js";
import { bare, recallDate, step } from "./samples.js";

const first = bare({ id: "aaaaaaaaaaaa", message: "first", created: "2025-01-01T00:00:00Z" });
const second = bare({
  id: "bbbbbbbbbbbb",
  message: "second",
  created: "2025-01-02T00:00:00Z",
  parents: [first.id],
});
const firstName = "20250101000000_aaaaaaaaaaaa_first.sql";
const secondName = "20250102000000_bbbbbbbbbbbb_second.sql";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dm-revisions-"));
});
afterEach(() => rm(directory, { recursive: true }));

const edit = async (name: string, change: (text: string) => string) => {
  const path = join(directory, name);
  await writeFile(path, change(await readFile(path, "utf8")));
};

describe("a directory of revisions", () => {
  test("reads back what was written to it, in the order of creation", async () => {
    await writeRevisions(directory, [second, first, recallDate]);
    const set = await readRevisions(directory);
    expect(set.revisions).toEqual([first, second, recallDate]);
    expect(set.differences).toEqual([]);
    expect(set.files.map(({ path }) => path)).toContain(join(directory, secondName));
  });

  test("holds nothing when it does not exist", async () => {
    const set = await readRevisions(join(directory, "none"));
    expect(set).toMatchObject({ files: [], sum: undefined, differences: [] });
  });

  test("passes over what is no revision, and over what an interrupted write left", async () => {
    await writeRevision(directory, first);
    await writeFile(join(directory, "README.md"), "ours");
    await writeFile(join(directory, `.${secondName}.0123.tmp`), "half");
    expect((await readRevisions(directory)).revisions).toEqual([first]);
  });

  test("leaves no temporary file, and a sum that a person can read", async () => {
    expect(await writeRevision(directory, first)).toBe(join(directory, firstName));
    expect((await readdir(directory)).sort()).toEqual([firstName, "dm.sum"]);
    const lines = (await readFile(join(directory, "dm.sum"), "utf8")).split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/^total [A-Za-z0-9+/]{43}=$/),
      expect.stringMatching(new RegExp(`^${firstName} [A-Za-z0-9+/]{43}=$`)),
      "",
    ]);
  });

  test("never overwrites a revision, and writes none of several when one cannot be", async () => {
    await writeRevision(directory, first);
    const again = writeRevisions(directory, [second, { ...first, message: "another" }]);
    await expect(again).rejects.toMatchObject({ code: "DM4013", at: join(directory, firstName) });
    const broken = writeRevisions(directory, [
      second,
      bare({ id: "cccccccccccc", up: [step("SELECT 'open")] }),
    ]);
    await expect(broken).rejects.toMatchObject({ code: "DM4009" });
    expect((await readdir(directory)).sort()).toEqual([firstName, "dm.sum"]);
  });

  test("has a graph, whose errors name the file and line", async () => {
    await writeRevisions(directory, [first, second]);
    expect(graphOf(await readRevisions(directory)).heads).toEqual([second.id]);
    await rm(join(directory, firstName));
    const set = await readRevisions(directory);
    expect(() => graphOf(set)).toThrow(
      expect.objectContaining({
        code: "DM4031",
        at: expect.objectContaining({ line: 3, text: "parents: [aaaaaaaaaaaa]" }),
      }),
    );
  });

  test("keeps no part of a write that fails", async () => {
    await mkdir(join(directory, "dm.sum", "in the way"), { recursive: true });
    await expect(writeSum(directory, sumOf([]))).rejects.toMatchObject({ code: "DM4001" });
    await expect(writeRevision(directory, first)).rejects.toMatchObject({ code: "DM4001" });
    expect(await readdir(directory)).toEqual(["dm.sum"]);
  });

  test("names two files of one revision", async () => {
    await writeRevision(directory, first);
    await writeFile(join(directory, "20250101000000_aaaaaaaaaaaa_copy.sql"), await formatRevision(first));
    await expect(readRevisions(directory)).rejects.toMatchObject({
      code: "DM4012",
      at: { file: join(directory, firstName), line: 2 },
    });
  });

  test("names a file whose name and header disagree, and one that has no revision's name", async () => {
    await writeFile(join(directory, "20250101000000_cccccccccccc.sql"), await formatRevision(first));
    await expect(readRevisions(directory)).rejects.toMatchObject({ code: "DM4011", at: { line: 2 } });
    await rename(join(directory, "20250101000000_cccccccccccc.sql"), join(directory, "fix.sql"));
    await expect(readRevisions(directory)).rejects.toMatchObject({ code: "DM4010" });
  });
});

describe("dm.sum", () => {
  beforeEach(() => writeRevisions(directory, [first, second]));

  test("tells an edit, a deletion, an addition and a new name apart", async () => {
    await edit(secondName, (text) => text.replace("second", "seconds"));
    expect((await readRevisions(directory)).differences).toEqual([{ kind: "edited", file: secondName }]);
    await rm(join(directory, secondName));
    expect((await readRevisions(directory)).differences).toEqual([{ kind: "deleted", file: secondName }]);
    const third = "20250103000000_cccccccccccc.sql";
    await writeFile(join(directory, third), await formatRevision(bare({ id: "cccccccccccc" })));
    await rename(join(directory, firstName), join(directory, firstName.replace("first", "1st")));
    expect((await readRevisions(directory)).differences).toEqual([
      { kind: "renamed", from: firstName, file: firstName.replace("first", "1st") },
      { kind: "deleted", file: secondName },
      { kind: "added", file: third },
    ]);
  });

  test("is the same after a checkout with CR LF", async () => {
    for (const name of await readdir(directory)) await edit(name, (text) => text.replaceAll("\n", "\r\n"));
    expect((await readRevisions(directory)).differences).toEqual([]);
  });

  test("shows that it was edited itself, and takes no new revision then", async () => {
    await edit("dm.sum", (text) => text.split("\n").toSpliced(1, 1).join("\n"));
    expect((await readRevisions(directory)).differences).toEqual([
      { kind: "added", file: firstName },
      { kind: "total", file: "dm.sum" },
    ]);
    await expect(writeRevision(directory, recallDate)).rejects.toMatchObject({ code: "DM4023", exit: 3 });
  });

  test("does not bless an edit when another revision is written", async () => {
    await edit(secondName, (text) => text.replace("second", "seconds"));
    await writeRevision(directory, recallDate);
    expect((await readRevisions(directory)).differences).toEqual([{ kind: "edited", file: secondName }]);
  });

  test("without it every file is added; writing it anew blesses them", async () => {
    await rm(join(directory, "dm.sum"));
    const set = await readRevisions(directory);
    expect(set.differences.map(({ kind }) => kind)).toEqual(["added", "added"]);
    await writeSum(directory, sumOf(set.files));
    expect((await readRevisions(directory)).differences).toEqual([]);
  });

  test("a merge conflict is named with its line and resolved to the lines of both sides", async () => {
    const path = join(directory, "dm.sum");
    const ours = await readFile(path, "utf8");
    const theirs = formatSum(sumOf([{ name: "20250103000000_cccccccccccc.sql", text: "theirs" }]));
    const conflict = `<<<<<<< HEAD\n${ours}=======\n${theirs}>>>>>>> feature\n`;
    await writeFile(path, conflict);
    await expect(readSum(directory)).rejects.toMatchObject({ code: "DM4021", at: { file: path, line: 1 } });
    await expect(writeRevision(directory, recallDate)).rejects.toMatchObject({ code: "DM4021" });
    expect([...mergeSum(conflict, path).checksums.keys()]).toEqual([
      firstName,
      secondName,
      "20250103000000_cccccccccccc.sql",
    ]);
    const edited = formatSum(sumOf([{ name: firstName, text: "edited" }]));
    expect(() => mergeSum(`${ours}=======\n${edited}`, path)).toThrow(
      expect.objectContaining({ code: "DM4022" }),
    );
  });

  test("a damaged line is named", async () => {
    await edit("dm.sum", (text) => `${text}what is this\n`);
    await expect(readSum(directory)).rejects.toMatchObject({
      code: "DM4020",
      at: { line: 4, text: "what is this" },
    });
  });
});
