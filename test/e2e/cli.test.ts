import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { newestServer, withTemporaryDatabase } from "../support/databases.js";
import { dm, ended, removeCache, start } from "./built.js";

const directories: string[] = [];

async function directory(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), "dm-cli-"));
  directories.push(made);
  return made;
}
afterAll(async () => {
  await Promise.all(directories.map((one) => rm(one, { recursive: true, force: true })));
  await removeCache();
});

const first = `
CREATE SCHEMA app;
CREATE TABLE app.patient (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name varchar(50) NOT NULL
);
CREATE VIEW app.roster AS SELECT id, name FROM app.patient;
`;
const second = first.replace("varchar(50) NOT NULL", "varchar(80) NOT NULL,\n  recall_on date");

describe("a project on an embedded database", { timeout: 240_000 }, () => {
  test("goes from nothing through change, drift and rollback", async () => {
    const root = await directory();
    const database = `pglite:${path.join(root, ".dm/local")}`;
    const run = async (...argv: string[]) => {
      const ran = await dm(root, argv, { GIT_AUTHOR_NAME: "Ana", GIT_AUTHOR_EMAIL: "ana@clinic.example" });
      expect({ argv, ...ran }).toMatchObject({ stderr: "" });
      return ran;
    };
    const json = async (...argv: string[]) => {
      const { code, stdout } = await run(...argv, "--json");
      return { code, ...JSON.parse(stdout) };
    };

    expect((await run("init")).stdout).toContain("written  dm.yaml");
    expect((await run("init")).stdout).toContain("kept     dm.yaml");
    for (const name of await readdir(path.join(root, "schema"))) await rm(path.join(root, "schema", name));
    const schema = path.join(root, "schema", "app.sql");

    await writeFile(schema, first);
    expect((await run("plan", "--check")).code).toBe(2);
    expect(await readdir(path.join(root, "revisions"))).toEqual([]);
    const planned = await run("plan", "-m", "First tables");
    expect(planned.code).toBe(0);
    expect(planned.stdout).toContain("+ table app.patient");
    expect((await run("apply", "--dry-run")).stdout).toMatch(/^would apply {2}[0-9a-f]{12} {2}First tables/);
    expect((await run("apply")).stdout).toMatch(/^applied/);
    expect((await run("apply")).stdout).toMatch(/^nothing to do/);
    expect((await run("plan", "--check")).code).toBe(0);

    await writeFile(schema, second);
    const change = await json("plan", "-m", "Recall");
    expect(change).toMatchObject({
      code: 0,
      version: 1,
      command: "plan",
      revisions: [{ message: "Recall", author: "Ana <ana@clinic.example>" }],
    });
    const [{ id }] = change.revisions;
    await withDatabase(database, (one) => one.script("INSERT INTO app.patient (name) VALUES ('Bo')"));
    expect((await json("apply")).applied).toMatchObject([{ id, direction: "up" }]);

    expect((await run("show", id)).stdout).toContain(`id: ${id}`);
    expect((await run("show", id.slice(0, 5), "--sql", "down")).stdout).toContain(
      "RENAME COLUMN recall_on TO dm_archived_",
    );
    const history = (await run("history")).stdout.trimEnd().split("\n");
    expect(history).toHaveLength(2);
    expect(history[0]).toMatch(new RegExp(`^${id}.*Ana.*Recall.*head`));

    expect((await run("drift")).stdout).toContain("no differences");
    expect((await run("snapshot", "env:local", "-o", "before.snapshot.json")).code).toBe(0);
    await withDatabase(database, (one) => one.script("ALTER TABLE app.patient ADD COLUMN by_hand text"));
    const drift = await run("drift");
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain("+ column by_hand  text");
    expect((await run("drift", "--format", "html")).stdout).toMatch(/^<!doctype html>/);
    const snapshot = await run("diff", "before.snapshot.json", "env:local", "--exit-code", "--format", "sql");
    expect(snapshot.code).toBe(2);
    expect(snapshot.stdout).toContain("ALTER TABLE app.patient ADD COLUMN by_hand text;");

    const drifted = await dm(root, ["rollback", "--yes"]);
    expect(drifted.code).toBe(3);
    expect(drifted.stderr).toContain("by_hand");
    await withDatabase(database, (one) => one.script("ALTER TABLE app.patient DROP COLUMN by_hand"));
    expect((await dm(root, ["rollback"])).code).toBe(3);
    expect((await run("rollback", "--yes")).stdout).toMatch(/^undone/);
    const rows = await withDatabase(database, (one) => one.query("SELECT name FROM app.patient"));
    expect(rows).toEqual([{ name: "Bo" }]);

    const status = await json("status");
    expect(status).toMatchObject({
      environment: "local",
      pending: [{ id }],
      drift: { recorded: true, changes: 0 },
    });
    expect((await run("status")).stdout).toMatch(/^pending +1 revision: dm apply$/m);
    expect((await run("new", "-m", "Fill in recall dates")).stdout).toMatch(/^written {2}revisions\//);
  });
});

describe("bad input", { timeout: 120_000 }, () => {
  let root = "";
  beforeAll(async () => {
    root = await directory();
    await dm(root, ["init"]);
    await writeFile(path.join(root, "broken.sql"), "CREATE TABLE a (id int);\nCREATE TABEL b (id int);\n");
    await writeFile(path.join(root, "x.snapshot.json"), "{}");
    await writeFile(path.join(root, "bad.yaml"), "enviroments: {}\n");
  });

  test.each([
    { line: "status --config nowhere.yaml", exit: 1, says: "nowhere.yaml" },
    { line: "status --config bad.yaml", exit: 1, says: "enviroments" },
    { line: "status --env nowhere", exit: 1, says: "nowhere" },
    { line: "status --database mysql://db/x", exit: 1, says: "mysql" },
    { line: "status --database postgres://ana:s3cr3t@127.0.0.1:1/x", exit: 1, says: "127.0.0.1" },
    { line: "diff empty nowhere", exit: 1, says: "names no state" },
    { line: "diff empty broken.sql", exit: 1, says: "broken.sql:2:8" },
    { line: "diff empty x.snapshot.json", exit: 1, says: "not a dm snapshot" },
    { line: "diff empty rev:abc", exit: 1, says: "abc" },
    { line: "show abc", exit: 1, says: "abc" },
    { line: "apply abc", exit: 1, says: "abc" },
    { line: "rollback -1 --yes", exit: 1, says: "DM" },
    { line: "drift", exit: 1, says: "no apply has recorded" },
    { line: "pull", exit: 1, says: "schema files already" },
  ])("dm $line exits $exit and says why", async ({ line, exit, says }) => {
    const { code, stdout, stderr } = await dm(root, line.split(" "));
    expect({ code, stdout, stderr }).toMatchObject({ code: exit, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/^error DM\d{4}: /);
    expect(stderr).not.toMatch(/s3cr3t|\n {4}at .*\.js:/);
  });

  test("an edited revision file is refused, with exit 3", async () => {
    const project = await directory();
    await cp(path.join(root, "dm.yaml"), path.join(project, "dm.yaml"));
    await cp(path.join(root, "schema"), path.join(project, "schema"), { recursive: true });
    await dm(project, ["plan", "-m", "First"]);
    const [file = ""] = (await readdir(path.join(project, "revisions"))).filter((name) =>
      name.endsWith(".sql"),
    );
    const place = path.join(project, "revisions", file);
    await writeFile(place, (await readFile(place, "utf8")).replace("title text", "title varchar"));
    const { code, stderr } = await dm(project, ["apply"]);
    expect(code).toBe(3);
    expect(stderr).toContain(file);
  });
});

test("a reader that stops early is no error", { timeout: 60_000 }, async () => {
  const root = await directory();
  const child = start(root, ["--help"]);
  child.stdout?.destroy();
  expect(await ended(child)).toMatchObject({ stderr: "" });
});

test("without a config DATABASE_URL names the database", { timeout: 60_000 }, async () => {
  const root = await directory();
  const { code, stdout } = await dm(root, ["status"], { DATABASE_URL: `pglite:${path.join(root, "data")}` });
  expect(code).toBe(0);
  expect(stdout).toContain("no revision is applied");
});

describe.skipIf(newestServer() === undefined)("Ctrl-C on a server", { timeout: 120_000 }, () => {
  test("rolls back what runs, exits 130 and says where the database stands", async () => {
    const { major } = newestServer() ?? { major: 18 };
    await withTemporaryDatabase(major, async (database, url) => {
      const root = await directory();
      await writeFile(
        path.join(root, "dm.yaml"),
        `environments: { local: { database: ${JSON.stringify(url)} } }\n`,
      );
      const written = await dm(root, ["new", "-m", "Slow", "--json"]);
      const { file } = JSON.parse(written.stdout);
      const text = await readFile(file, "utf8");
      const shadow = "current_database() LIKE 'dm_shadow%'";
      const up = `CREATE TABLE a (id int);\nSELECT pg_sleep(CASE WHEN ${shadow} THEN 0 ELSE 60 END);`;
      const filled = text.replace("-- dm:up\n", `$&\n${up}\n`).replace("-- dm:down\n", "$&\nDROP TABLE a;\n");
      await writeFile(file, filled);
      await mkdir(path.join(root, "schema"));
      await writeFile(path.join(root, "schema", "a.sql"), "CREATE TABLE a (id int);");
      const proven = await dm(root, ["plan", "-m", "Nothing"]);
      expect(proven).toMatchObject({ code: 0, stderr: "" });
      expect(proven.stdout).toContain(`proven   ${path.basename(file)}`);
      const child = start(root, ["apply"]);
      const result = ended(child);
      const sleeping =
        "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
      while ((await database.query(sleeping)).length === 0) {
        if (child.exitCode !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      child.kill("SIGINT");
      const { code, stderr } = await result;
      expect({ code, stderr }).toEqual({
        code: 130,
        stderr: "interrupted: the database is as after the last completed step\n",
      });
      expect(await database.query("SELECT FROM pg_class WHERE relname = 'a'")).toEqual([]);
    });
  });
});
