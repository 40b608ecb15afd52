import { describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.js";
import { endsOfPostgres } from "../support/databases.js";
import { backfill, beginOrGoOn, brisk, emptiedDatabase, report } from "./backfill.js";

const rows = (database: Database, query: string, values: readonly unknown[] = []) =>
  database.query(query, values);

describe.each(endsOfPostgres)("a backfill on %s", (postgres) => {
  const prepare = emptiedDatabase(postgres);
  const withTable = async (setup: string, work: (database: Database) => Promise<void>) =>
    work((await prepare(setup)).database);

  /** How often each row was changed: xmin cannot tell, a trigger would be silenced, so the statement counts. */
  const counting = "SET b = a, changes = changes + 1 WHERE b IS NULL";

  const walks: [string, string][] = [
    ["an integer key", "id int PRIMARY KEY"],
    ["a bigint key beyond what a double holds", "id bigint PRIMARY KEY"],
    ["a key of text", "id text PRIMARY KEY"],
    // PGlite has no ICU.
    [
      "a key of text in a collation of its own",
      `id text COLLATE "${postgres === "pglite" ? "C" : "en-x-icu"}" PRIMARY KEY`,
    ],
    ["a key of numeric", "id numeric PRIMARY KEY"],
    ["a key of char(n)", "id char(40) PRIMARY KEY"],
    ["a unique key that is NOT NULL", "id int NOT NULL UNIQUE"],
    ["no key at all", "id int"],
    ["a unique key that may be NULL", "id int UNIQUE"],
  ];
  test.each(walks)("changes every row once by %s", async (_, column) => {
    const offset = column.startsWith("id bigint") ? "9007199254740992 + " : "";
    await withTable(
      `CREATE TABLE t (${column}, a int, b int, changes int DEFAULT 0);
       INSERT INTO t SELECT ${offset}i, i FROM generate_series(1, 100) i;
       UPDATE t SET b = a WHERE a % 3 = 0`,
      async (database) => {
        await backfill(database, `UPDATE public.t ${counting}`);
        expect(
          await rows(
            database,
            "SELECT b = a AS done, changes, count(*)::int AS n FROM t GROUP BY 1, 2 ORDER BY 2",
          ),
        ).toEqual([
          { done: true, changes: 0, n: 33 },
          { done: true, changes: 1, n: 67 },
        ]);
      },
    );
  });

  test("follows a composite key of several types", async () => {
    await withTable(
      `CREATE TABLE t (at timestamptz, name text, n interval, a int, b int, changes int DEFAULT 0, PRIMARY KEY (name, at, n));
       SET datestyle = 'SQL, DMY'; SET intervalstyle = 'sql_standard';
       INSERT INTO t SELECT timestamptz '2020-02-03 04:05:06.789 UTC' + i % 5 * interval '1.5 months', 'it''s \\ "' || i % 7, i * interval '-1 day 2 hours', i
       FROM generate_series(1, 100) i`,
      async (database) => {
        await backfill(database, `UPDATE ONLY public.t AS "T t" ${counting} -- not yet\n`);
        expect(
          await rows(database, "SELECT b = a AS done, changes, count(*)::int AS n FROM t GROUP BY 1, 2"),
        ).toEqual([{ done: true, changes: 1, n: 100 }]);
      },
    );
  });

  const partitions = `PARTITION BY RANGE (id);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (30);
    CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (30) TO (1000) PARTITION BY LIST (a);
    CREATE TABLE t3 PARTITION OF t2 DEFAULT;
    INSERT INTO t (id, a) SELECT i, i FROM generate_series(1, 100) i`;
  test.each(["id int, PRIMARY KEY (id, a)", "id int"])(
    "goes through partitions with (%s)",
    async (columns) => {
      await withTable(
        `CREATE TABLE t (a int, b int, changes int DEFAULT 0, ${columns}) ${partitions}`,
        async (database) => {
          await backfill(database, `UPDATE public.t ${counting}`);
          expect(
            await rows(database, "SELECT b = a AS done, changes, count(*)::int AS n FROM t GROUP BY 1, 2"),
          ).toEqual([{ done: true, changes: 1, n: 100 }]);
        },
      );
    },
  );

  test("takes columns and strings for what they are, whatever they are called, and counts", async () => {
    await withTable(
      `CREATE TABLE t (rows int PRIMARY KEY, found text, b text, update int);
       INSERT INTO t SELECT i, 'own ' || i FROM generate_series(1, 30) i; UPDATE t SET b = 'own', update = 1 WHERE rows = 7`,
      async (database) => {
        const text = "$$; END '' \\\\ $1 %";
        await beginOrGoOn(
          database,
          `UPDATE public.t SET b = rows || found || '${text}', update = 1 WHERE update IS NULL`,
        );
        expect(
          await rows(
            database,
            "SELECT rows, b FROM t WHERE rows <> 7 AND b IS DISTINCT FROM rows || 'own ' || rows || $1",
            [text.replace("''", "'")],
          ),
        ).toEqual([]);
        expect(await report(database)).toMatchObject({ seen: 30, changed: 29 });
      },
    );
  });

  test("ends at once on an empty table and on one that is right", async () => {
    await withTable(
      "CREATE TABLE t (id int PRIMARY KEY, a int, b int, changes int DEFAULT 0)",
      async (database) => {
        await backfill(database, `UPDATE public.t ${counting}`);
        await database.query("INSERT INTO t SELECT i, i, i FROM generate_series(1, 20) i");
        const before = await rows(database, "SELECT xmin::text, * FROM t");
        await backfill(database, `UPDATE public.t ${counting}`);
        expect(await rows(database, "SELECT xmin::text, * FROM t")).toEqual(before);
      },
    );
  });

  test("without a WHERE changes each row once, by a key", async () => {
    await withTable(
      "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT i, i FROM generate_series(1, 50) i",
      async (database) => {
        await backfill(database, "UPDATE public.t SET n = n + 1000");
        expect(await rows(database, "SELECT count(*)::int AS n FROM t WHERE n = id + 1000")).toEqual([
          { n: 50 },
        ]);
      },
    );
  });

  test("does not follow a key that it changes", async () => {
    await withTable(
      "CREATE TABLE t (id int PRIMARY KEY, other int UNIQUE NOT NULL); INSERT INTO t SELECT i, -i FROM generate_series(1, 50) i",
      async (database) => {
        await backfill(database, "UPDATE public.t SET id = id + 1000");
        expect(await rows(database, "SELECT count(*)::int AS n FROM t WHERE id = 1000 - other")).toEqual([
          { n: 50 },
        ]);
      },
    );
  });

  const unfit: [string, string, string][] = [
    ["a view", "CREATE VIEW t AS SELECT 1 AS a", "no table"],
    ["a rule", "CREATE TABLE t (a int); CREATE RULE r AS ON UPDATE TO t DO NOTHING", "rule"],
    ["children", "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE c () INHERITS (t)", "inherit"],
    ["neither a key nor a WHERE", "CREATE TABLE t (a int)", "without a WHERE"],
  ];
  test.each(unfit)("refuses %s", async (_, setup, reason) => {
    await withTable(setup, async (database) => {
      const statement = `UPDATE public.t SET a = 2${reason === "without a WHERE" ? "" : " WHERE a = 1"}`;
      await expect(backfill(database, statement)).rejects.toMatchObject({
        code: "DM5401",
        message: expect.stringContaining(reason),
      });
    });
  });

  test("says that a condition does not settle, for how many rows, and touches them twice at most", async () => {
    await withTable(
      `CREATE TABLE t (id int PRIMARY KEY, a int, b int, changes int DEFAULT 0);
       INSERT INTO t SELECT i, nullif(i % 10, 0) FROM generate_series(1, 100) i`,
      async (database) => {
        await expect(beginOrGoOn(database, `UPDATE public.t ${counting}`)).rejects.toMatchObject({
          code: "DM5402",
          message: expect.stringContaining("still holds for 10 rows"),
        });
        expect(
          await rows(
            database,
            "SELECT b IS NULL AS open, changes, count(*)::int AS n FROM t GROUP BY 1, 2 ORDER BY 2",
          ),
        ).toEqual([
          { open: false, changes: 1, n: 90 },
          { open: true, changes: 2, n: 10 },
        ]);
        await database.query("UPDATE t SET a = 0 WHERE a IS NULL");
        await beginOrGoOn(database, `UPDATE public.t ${counting}`);
        expect(await rows(database, "SELECT count(*)::int AS n FROM t WHERE b IS NULL")).toEqual([{ n: 0 }]);
      },
    );
  });

  test("takes what was written behind it by another pass", async () => {
    await withTable(
      "CREATE TABLE t (id int PRIMARY KEY, a int, b int, changes int DEFAULT 0); INSERT INTO t SELECT i, i FROM generate_series(10, 60) i",
      async (database) => {
        let late: Promise<unknown> | undefined;
        const stages: string[] = [];
        await backfill(database, `UPDATE public.t ${counting}`, {
          progress: (stage, amount) => {
            stages.push(stage);
            if ((amount?.done ?? 0) > 20) late ??= database.query("INSERT INTO t VALUES (1, 1), (2, 2)");
          },
        });
        await late;
        expect(stages).toContain("backfilling public.t, pass 2");
        expect(await rows(database, "SELECT count(*)::int AS n FROM t WHERE b = a AND changes = 1")).toEqual([
          { n: 53 },
        ]);
      },
    );
  });

  test.each(["id int PRIMARY KEY", "id int"])(
    "goes on where it was stopped, at each batch, with %s",
    async (column) => {
      await withTable(
        `CREATE TABLE t (${column}, a int, b int, changes int DEFAULT 0, filler text);
       INSERT INTO t SELECT i, i, NULL, 0, repeat('x', 1000) FROM generate_series(1, 100) i`,
        async (database) => {
          let runs = 0;
          let reached = 0;
          for (let isDone = false; !isDone; runs++) {
            isDone = await beginOrGoOn(database, `UPDATE public.t ${counting}`, {
              progress: (_, amount) => {
                if (amount !== undefined) throw new Error("stopped");
              },
            }).then(
              () => true,
              () => false,
            );
            const { seen = 0 } = (await report(database)) ?? {};
            expect(seen).toBeGreaterThanOrEqual(reached);
            reached = seen;
          }
          // By place, rows that were moved to the last page are met there again.
          expect(reached).toBeGreaterThanOrEqual(100);
          expect(runs).toBeGreaterThan(10);
          expect(
            await rows(database, "SELECT count(*)::int AS n FROM t WHERE b = a AND changes = 1"),
          ).toEqual([{ n: 100 }]);
        },
      );
    },
  );

  test.each(["id int PRIMARY KEY", "id int"])(
    "takes larger batches while they are quick, with %s",
    async (column) => {
      await withTable(
        `CREATE TABLE t (${column}, a int, b int, changes int DEFAULT 0);
       INSERT INTO t SELECT i, i FROM generate_series(1, 20000) i`,
        async (database) => {
          let batches = 0;
          await backfill(database, `UPDATE public.t ${counting}`, {
            pace: { ...brisk, target: 60_000, batch: { min: 10, max: 20_000 } },
            progress: (_, amount) => {
              if (amount !== undefined) batches++;
            },
          });
          // 1000, 2000, 4000, 8000 and the rest.
          expect(batches).toBeLessThanOrEqual(6);
        },
      );
    },
  );

  test("begins anew when the statement is another one than was stopped", async () => {
    await withTable(
      "CREATE TABLE t (id int PRIMARY KEY, a int, b int, changes int DEFAULT 0); INSERT INTO t SELECT i, i FROM generate_series(1, 30) i",
      async (database) => {
        const stop = () => {
          throw new Error("stopped");
        };
        await expect(
          beginOrGoOn(database, `UPDATE public.t ${counting}`, { progress: stop }),
        ).rejects.toThrow("stopped");
        await backfill(database, "UPDATE public.t SET b = -a WHERE b IS DISTINCT FROM -a");
        expect(await rows(database, "SELECT count(*)::int AS n FROM t WHERE b = -a")).toEqual([{ n: 30 }]);
      },
    );
  });
});
