import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkHistory, findBase } from "../../src/project/check/base.js";
import { keptFiles } from "../../src/project/check/kept.js";
import { openProject, type Project } from "../../src/project/config.js";
import { installHooks, uninstallHooks } from "../../src/project/hooks.js";
import { replaceRevisions, restoreFiles, surveyRevisions } from "../../src/revision/directory.js";
import { revisionTexts } from "../../src/revision/texts.js";
import { revisionOf, writeSketches } from "../support/revisions.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const environment = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ana",
  GIT_AUTHOR_EMAIL: "ana@clinic.example",
  GIT_COMMITTER_NAME: "Ana",
  GIT_COMMITTER_EMAIL: "ana@clinic.example",
};

interface Ran {
  readonly code: number;
  readonly printed: string;
}

function git(cwd: string, ...argv: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile("git", argv, { cwd, env: environment }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, printed: stdout + stderr });
    });
  });
}

let base: string;
let template: string;
let count = 0;

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), "dm-hooks-"));
  template = path.join(base, "template");
  const project = path.join(template, "it's below");
  await mkdir(path.join(project, "schema"), { recursive: true });
  await mkdir(path.join(project, "node_modules/.bin"), { recursive: true });
  await writeFile(path.join(template, ".gitignore"), "node_modules\n");
  await writeFile(path.join(project, "dm.yaml"), "environments: {local: {database: 'pglite:.dm/local'}}\n");
  await writeFile(path.join(project, "schema/app.sql"), "CREATE TABLE a ();\n");
  const shim = path.join(project, "node_modules/.bin/dm");
  await writeFile(shim, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  await chmod(shim, 0o755);
  await writeSketches(path.join(project, "revisions"), [
    { id: "0", kind: "planned", up: "CREATE TABLE a ();", down: "DROP TABLE a;" },
    { id: "1", kind: "planned", parents: ["0"], up: "CREATE TABLE b ();", down: "DROP TABLE b;" },
  ]);
  await git(template, "init", "-q", "-b", "main");
  await git(template, "add", "-A");
  expect(await git(template, "commit", "-qm", "begin")).toMatchObject({ code: 0 });
}, 300_000);

afterAll(() => rm(base, { recursive: true }));

/** A repository whose project is in a folder of it. */
async function repository() {
  const top = path.join(base, String(count++));
  await cp(template, top, { recursive: true, verbatimSymlinks: true });
  const root = path.join(top, "it's below");
  return { top, root, project: await openProject({ cwd: root, env: "local" }) };
}

const first = "revisions/20250101000000_000000000000_revision_0.sql";
const second = "revisions/20250101000100_111111111111_revision_1.sql";

describe("a commit", { timeout: 300_000 }, () => {
  test("without a fault passes, also of single files and with -a", async () => {
    const { top, root, project } = await repository();
    await installHooks(project);
    await writeFile(path.join(root, "note.txt"), "x");
    await git(top, "add", "-A");
    expect(await git(top, "commit", "-qm", "note")).toEqual({ code: 0, printed: "" });
    await writeFile(path.join(root, "note.txt"), "y");
    expect(await git(root, "commit", "-qm", "note", "note.txt")).toEqual({ code: 0, printed: "" });
    await writeFile(path.join(root, "schema/app.sql"), "CREATE TABLE a ();\n-- more\n");
    const { code, printed } = await git(root, "commit", "-qam", "schema");
    expect({ code, printed }).toMatchObject({ code: 0 });
    expect(printed).toContain("no revision comes with them");
  });

  const faults: [string, (root: string) => Promise<unknown>, RegExp][] = [
    ["a deleted revision", (root) => rm(path.join(root, second)), /DM7102[\s\S]*was deleted/],
    [
      "a renamed revision",
      (root) => rename(path.join(root, second), path.join(root, second.replace("revision_1", "b"))),
      /DM7103/,
    ],
    ["an edited revision", (root) => writeFile(path.join(root, first), "-- mine\n", { flag: "a" }), /DM7104/],
    ["an edited dm.sum", (root) => writeFile(path.join(root, "revisions/dm.sum"), "total x\n"), /DM700[45]/],
    [
      "a schema file that is no SQL",
      (root) => writeFile(path.join(root, "schema/app.sql"), "CREATE TABEL"),
      /TABEL/,
    ],
  ];
  test.each(faults)(
    "with %s is stopped; --no-verify gets past, and CI finds it",
    async (name, fault, told) => {
      const { top, root, project } = await repository();
      await installHooks(project);
      await fault(root);
      await git(top, "add", "-A");
      const { code, printed } = await git(top, "commit", "-qm", "fault");
      expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringMatching(told) });
      expect(await git(top, "commit", "-qm", "fault", "--no-verify")).toMatchObject({ code: 0 });
      if (!name.includes("revision")) return;
      const found = await findBase(project, undefined, { CI_COMMIT_BEFORE_SHA: "HEAD~1" });
      const survey = await surveyRevisions(project.revisions);
      if (found === undefined) expect.unreachable();
      expect(checkHistory(project, found, survey, []).map((one) => one.code)[0]).toMatch(
        told.source.slice(0, 6),
      );
    },
  );
});

describe("a commit that moves a revision, as dm rebase does", { timeout: 300_000 }, () => {
  /** A clone with a third revision in a commit of its own, which {@link move} gives another id. */
  async function clone() {
    const { top, root, project } = await repository();
    const origin = path.join(base, `origin${count}`);
    await git(base, "clone", "-q", "--bare", top, origin);
    await git(top, "remote", "add", "origin", origin);
    await git(top, "fetch", "-q", "origin");
    await installHooks(project);
    const sketch = { id: "2", kind: "planned", parents: ["1"], up: "CREATE TABLE c ();" } as const;
    await replaceRevisions(project.revisions, [], [revisionOf({ ...sketch, down: "DROP TABLE c;" }, 2)]);
    const commit = async () => {
      await git(top, "add", "-A");
      return git(root, "commit", "-qm", "mine");
    };
    const move = async () => {
      const old = (await revisionTexts(project.revisions)).filter(({ name }) =>
        name.includes("_222222222222_"),
      );
      const moved = revisionOf({ ...sketch, id: "3", down: "DROP TABLE c;" }, 3);
      await replaceRevisions(project.revisions, old, [moved]);
    };
    return { top, root, project, commit, move };
  }

  test("passes where only this branch has it, also when that was pushed", async () => {
    const { top, commit, move } = await clone();
    await git(top, "checkout", "-qb", "feature");
    expect(await commit()).toEqual({ code: 0, printed: "" });
    expect(await git(top, "push", "-q", "-u", "origin", "feature")).toMatchObject({ code: 0 });
    await move();
    expect(await commit()).toEqual({ code: 0, printed: "" });
  });

  test("passes on main before it is pushed, and is stopped afterwards", async () => {
    const { top, root, commit, move } = await clone();
    expect(await commit()).toEqual({ code: 0, printed: "" });
    await move();
    expect(await commit()).toEqual({ code: 0, printed: "" });
    await git(top, "reset", "-q", "--hard", "HEAD~1");
    await git(top, "push", "-q", "origin", "main");
    await move();
    const { code, printed } = await commit();
    expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringContaining("DM7102") });
    // What main has is known to others on every branch.
    await git(top, "reset", "-q", "--hard");
    await git(top, "checkout", "-qb", "feature");
    await rm(path.join(root, first));
    expect((await commit()).printed).toContain("DM7102");
  });

  test("without a remote, passes on a branch beside main, and not on main", async () => {
    const { top, commit, move } = await clone();
    await git(top, "remote", "remove", "origin");
    await git(top, "checkout", "-qb", "feature");
    expect(await commit()).toEqual({ code: 0, printed: "" });
    await move();
    expect(await commit()).toEqual({ code: 0, printed: "" });
    await git(top, "reset", "-q", "--hard", "HEAD~1");
    await git(top, "checkout", "-q", "main");
    await git(top, "merge", "-q", "feature");
    await git(top, "branch", "-qD", "feature");
    await move();
    expect((await commit()).printed).toContain("DM7102");
  });
});

describe("a commit of a revision that replaces others", { timeout: 300_000 }, () => {
  /** What CI says of the last commit. */
  const inCi = async (project: Project) => {
    const found = await findBase(project, undefined, { CI_COMMIT_BEFORE_SHA: "HEAD~1" });
    const survey = await surveyRevisions(project.revisions);
    if (found === undefined) expect.unreachable();
    return checkHistory(project, found, survey, await keptFiles(survey)).map((one) => one.code);
  };

  test.each(["replaced", "before_222222222222"])(
    "passes where they are kept in %s as they were",
    async (place) => {
      const { top, root, project } = await repository();
      await installHooks(project);
      const old = await revisionTexts(project.revisions);
      const kept = await restoreFiles(path.join(project.revisions, place), old);
      const replaces = ["000000000000", "111111111111"];
      const squashed = revisionOf({
        id: "2",
        kind: "planned",
        replaces,
        up: "CREATE TABLE a ();\n\nCREATE TABLE b ();",
      });
      await replaceRevisions(project.revisions, old, [squashed]);
      await git(top, "add", "-A");
      expect(await git(top, "commit", "-qm", "squash")).toEqual({ code: 0, printed: "" });
      expect(await inCi(project)).toEqual([]);

      await git(top, "reset", "-q", "--soft", "HEAD~1");
      await writeFile(kept[0] ?? "", "-- other\n", { flag: "a" });
      await rm(kept[1] ?? "");
      await git(top, "add", "-A");
      const { code, printed } = await git(root, "commit", "-qm", "squash");
      expect({ code, printed }).toMatchObject({
        code: 1,
        printed: expect.stringContaining("is not kept as it was"),
      });
      await git(top, "commit", "-qm", "squash", "--no-verify");
      expect(await inCi(project)).toEqual(["DM7102", "DM7102"]);
    },
  );
});

describe("dm hooks install", { timeout: 300_000 }, () => {
  test("keeps a hook that is there, runs before it, and goes without a trace", async () => {
    const { top, root, project } = await repository();
    const file = path.join(top, ".git/hooks/pre-commit");
    const own = '#!/usr/bin/env bash\necho "mine ran" >&2\nexec true\n';
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, own, { mode: 0o755 });
    expect(await installHooks(project)).toMatchObject({ place: "git", file, state: "installed" });
    expect(await installHooks(project)).toMatchObject({ state: "kept" });
    await writeFile(path.join(root, "note.txt"), "x");
    await git(top, "add", "-A");
    expect(await git(top, "commit", "-qm", "note")).toEqual({ code: 0, printed: "mine ran\n" });
    await rm(path.join(root, second));
    expect((await git(top, "commit", "-qam", "gone")).code).toBe(1);
    expect(await uninstallHooks(project)).toMatchObject({ state: "removed" });
    expect(await readFile(file, "utf8")).toBe(own);
    expect(await uninstallHooks(project)).toMatchObject({ state: "absent" });
  });

  test("removes the file that it made itself", async () => {
    const { top, project } = await repository();
    await installHooks(project);
    await uninstallHooks(project);
    await expect(readFile(path.join(top, ".git/hooks/pre-commit"))).rejects.toThrow("ENOENT");
  });

  test("follows core.hooksPath", async () => {
    const { top, root, project } = await repository();
    await git(top, "config", "core.hooksPath", "tools/hooks");
    const result = await installHooks(project);
    expect(result).toMatchObject({ place: "hooksPath", file: path.join(top, "tools/hooks/pre-commit") });
    await rm(path.join(root, second));
    expect((await git(top, "commit", "-qam", "gone")).printed).toContain("DM7102");
  });

  test("adds itself to husky's hook", async () => {
    const { top, project } = await repository();
    await mkdir(path.join(top, ".husky"));
    await git(top, "config", "core.hooksPath", ".husky/_");
    const file = path.join(top, ".husky/pre-commit");
    await writeFile(file, "npm test\n");
    expect(await installHooks(project)).toMatchObject({ place: "husky", file });
    expect(await readFile(file, "utf8")).toMatch(
      /^# >>> dm[\s\S]*dm check --staged[\s\S]*<<<.*\nnpm test\n$/,
    );
    await uninstallHooks(project);
    expect(await readFile(file, "utf8")).toBe("npm test\n");
  });

  test.each([
    ["commands", "# ours\npre-commit:\n  parallel: true\n  commands:\n    test:\n      run: npm test\n"],
    ["jobs", "# ours\npre-commit:\n  jobs:\n    - name: test\n      run: npm test\n"],
  ])("adds itself to lefthook's %s, and keeps its comments", async (_, own) => {
    const { top, project } = await repository();
    const file = path.join(top, "lefthook.yml");
    await writeFile(file, own);
    expect(await installHooks(project)).toMatchObject({ place: "lefthook", file, state: "installed" });
    const text = await readFile(file, "utf8");
    expect(text).toContain(own);
    expect(text).toContain("dm check --staged");
    expect(await installHooks(project)).toMatchObject({ state: "kept" });
    await uninstallHooks(project);
    expect(await readFile(file, "utf8")).toBe(own);
  });

  test("leaves a hook in another language alone, and says what to add", async () => {
    const { top, project } = await repository();
    const file = path.join(top, ".git/hooks/pre-commit");
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, "#!/usr/bin/env python3\nprint('mine')\n");
    await expect(installHooks(project)).rejects.toMatchObject({
      code: "DM7502",
      next: [expect.stringContaining("dm check --staged")],
    });
    expect(await readFile(file, "utf8")).toContain("print('mine')");
  });

  test("says that there is no repository", async () => {
    const root = path.join(base, "none");
    await mkdir(root);
    await writeFile(path.join(root, "dm.yaml"), "environments: {local: {database: 'pglite:x'}}\n");
    const project = await openProject({ cwd: root, env: "local" });
    await expect(installHooks(project)).rejects.toMatchObject({ code: "DM7501" });
  });
});
