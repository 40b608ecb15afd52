import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connect, withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { openPglite, pgliteExtensions } from "../../src/database/pglite.js";
import { cacheDirectory, pgliteMajor, pgliteVersion } from "../../src/database/pglite-template.js";
import { eachPostgres, skipAloud } from "../support/databases.js";

const skipped = skipAloud(!eachPostgres.includes("pglite"), "PGlite: DM_TEST_SERVERS leaves it out");

let place = "";
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "dm-pglite-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true, force: true });
});

/** Opens, works, closes. */
async function within<T>(
  directory: string | undefined,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openPglite(directory);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

describe.skipIf(skipped)("an embedded database", () => {
  it("is a PostgreSQL like any other", async () => {
    await within(undefined, async (database) => {
      expect(
        await database.query("SELECT current_user::text AS role, current_database()::text AS name"),
      ).toEqual([{ role: "postgres", name: "postgres" }]);
      expect(await database.query("SHOW allow_system_table_mods")).toEqual([
        { allow_system_table_mods: "off" },
      ]);
      expect(database.version.major).toBe(Number(pgliteMajor));
    });
  });

  it("keeps its notices to itself", async () => {
    const said = [vi.spyOn(console, "log"), vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
    await within(undefined, async (database) => {
      await database.script(
        "DO $$ BEGIN RAISE NOTICE 'n'; RAISE WARNING 'w'; END $$; DROP TABLE IF EXISTS nothing",
      );
    });
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it("in a directory is there again when it is opened again", async () => {
    const url = `pglite:${join(place, "new/db")}`;
    await withDatabase(url, (database) =>
      database.script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)"),
    );
    await withDatabase(url, async (database) => {
      expect(database.description).toBe(url);
      expect(await database.query("SELECT a FROM t")).toEqual([{ a: 1 }]);
    });
  });

  it("opens with the extensions that were created in it", async () => {
    const directory = join(place, "db");
    await within(directory, (database) =>
      database.script("CREATE EXTENSION citext; CREATE TABLE t (a citext); INSERT INTO t VALUES ('A')"),
    );
    await within(directory, async (database) => {
      expect(await database.query("SELECT count(*)::int AS n FROM t WHERE a = 'a'")).toEqual([{ n: 1 }]);
    });
  });

  it("creates every extension of the list, and has no other", async () => {
    await within(undefined, async (database) => {
      const available = await database.query<{ name: string }>(
        `SELECT name::text AS name FROM pg_available_extensions
         WHERE name <> 'plpgsql' ORDER BY name COLLATE "C"`,
      );
      expect(available.map(({ name }) => name)).toEqual([...pgliteExtensions].sort());
      for (const extension of pgliteExtensions) {
        await database.query(`CREATE EXTENSION IF NOT EXISTS "${extension}" CASCADE`);
      }
      expect(
        await database.query("SELECT digest('a', 'sha256') IS NOT NULL AS pgcrypto, 'A'::citext = 'a' AS c"),
      ).toEqual([{ pgcrypto: true, c: true }]);
    });
  });

  it("holds a large schema in one transaction", async () => {
    await within(undefined, async (database) => {
      const tables = Array.from(
        { length: 2500 },
        (_, n) => `CREATE TABLE t${n} (a int PRIMARY KEY, b int); CREATE INDEX ON t${n} (b);`,
      );
      await database.trial(async () => {
        await database.script(tables.join("\n"));
        expect(
          await database.query("SELECT count(*)::int AS n FROM pg_class WHERE relname ~ '^t\\d+$'"),
        ).toEqual([{ n: 2500 }]);
      });
    });
  });
});

describe.skipIf(skipped)("a PGlite directory", () => {
  it.each([
    ["another PostgreSQL's", { PG_VERSION: "17\n" }, /holds a database of PostgreSQL 17/],
    [
      "somebody's",
      { "letter.txt": "Dear Ada" },
      /neither empty nor a PGlite directory: it holds letter\.txt/,
    ],
    ["damaged", { PG_VERSION: "18\n" }, /does not open/],
  ])("that is %s is refused and left as it is", async (_, files, message) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
    const error = await openPglite(place).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "DM1110", message: expect.stringMatching(message) });
    for (const [name, text] of Object.entries(files))
      expect(readFileSync(join(place, name), "utf8")).toBe(text);
    expect(existsSync(join(place, "dm.lock"))).toBe(false);
  });

  it("that is a file is refused", async () => {
    writeFileSync(join(place, "file"), "");
    await expect(openPglite(join(place, "file"))).rejects.toMatchObject({ code: "DM1110" });
  });

  it("is unpacked again when an interruption left half of it", async () => {
    const directory = join(place, "db");
    await within(directory, async () => undefined);
    rmSync(join(directory, "PG_VERSION"));
    rmSync(join(directory, "base"), { recursive: true });
    await within(directory, async (database) => {
      expect(await database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });
  });
});

describe.skipIf(skipped)("the lock of a PGlite directory", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  async function otherProcess(): Promise<ChildProcess> {
    const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"]);
    children.push(child);
    await once(child, "spawn");
    return child;
  }

  const lock = (pid: number | undefined, host = hostname()) => {
    mkdirSync(join(place, "db"), { recursive: true });
    writeFileSync(join(place, "db/dm.lock"), JSON.stringify({ pid, host }));
  };

  it("keeps a second session of the same process out until the first closes", async () => {
    const directory = join(place, "db");
    const first = await openPglite(directory);
    await expect(openPglite(directory)).rejects.toMatchObject({ code: "DM1109" });
    await expect(connect(`pglite:${directory}/../db`)).rejects.toMatchObject({ code: "DM1109" });
    expect(await first.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await first.close();
    await within(directory, async () => undefined);
    expect(existsSync(join(directory, "dm.lock"))).toBe(false);
  });

  it("keeps out while the other process lives, and is taken over once it is dead", async () => {
    const child = await otherProcess();
    lock(child.pid);
    const error = await openPglite(join(place, "db")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "DM1109", message: expect.stringContaining(`process ${child.pid}`) });
    child.kill("SIGKILL");
    await once(child, "exit");
    await within(join(place, "db"), async () => undefined);
  });

  it("of another machine is respected", async () => {
    lock(1, "elsewhere");
    const error = await openPglite(join(place, "db")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "DM1109", message: expect.stringContaining("on elsewhere") });
  });

  it("that has our process id, but is not ours, is stale", async () => {
    lock(process.pid);
    await within(join(place, "db"), async () => undefined);
  });

  it("that is unreadable is stale", async () => {
    mkdirSync(join(place, "db"));
    writeFileSync(join(place, "db/dm.lock"), "{");
    await within(join(place, "db"), async () => undefined);
  });
});

describe.skipIf(skipped)("the cache of the initialised directory", () => {
  const file = () => join(place, "dm", `pglite-${pgliteVersion()}.tar`);
  const answers = () =>
    within(undefined, async (database) => {
      expect(await database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });

  it("is written once, used from then on, and replaced when it is damaged", async () => {
    vi.stubEnv("XDG_CACHE_HOME", place);
    await answers();
    const { size, mtimeMs } = statSync(file());
    expect(size).toBeGreaterThan(1_000_000);
    await answers();
    expect(statSync(file()).mtimeMs).toBe(mtimeMs);
    expect(readdirSync(join(place, "dm"))).toHaveLength(1);

    truncateSync(file(), 1_000_000);
    await answers();
    expect(statSync(file()).size).toBe(size);
    expect(readdirSync(join(place, "dm"))).toHaveLength(1);
  });

  it("is done without where it cannot be written", async () => {
    writeFileSync(join(place, "file"), "");
    vi.stubEnv("XDG_CACHE_HOME", join(place, "file"));
    await answers();
    expect(existsSync(file())).toBe(false);
  });

  it.each([
    ["linux", { XDG_CACHE_HOME: "/x" }, "/x/dm"],
    ["linux", {}, "/home/ada/.cache/dm"],
    ["darwin", {}, "/home/ada/Library/Caches/dm"],
    ["win32", { LOCALAPPDATA: "/local" }, "/local/dm"],
  ] as const)("is on %s where %j says", (platform, env, expected) => {
    expect(cacheDirectory(env, platform, "/home/ada")).toBe(expected);
  });
});
