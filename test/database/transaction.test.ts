import { describe, expect, it } from "vitest";
import type { Database } from "../../src/database/database.js";
import { DatabaseError } from "../../src/database/error.js";
import { endsOfPostgres, withTemporaryDatabase } from "../support/databases.js";

async function count(database: Database): Promise<unknown> {
  const [row] = await database.query("SELECT count(*)::int AS count FROM t");
  return row?.count;
}

/** The error that the work ends with. */
async function errorOf(work: Promise<unknown>): Promise<DatabaseError> {
  const error = await work.then(
    () => new Error("nothing was thrown"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseError);
  return error as DatabaseError;
}

describe.each(endsOfPostgres)("on %s", (postgres) => {
  const inDatabase = (work: (database: Database) => Promise<void>) =>
    withTemporaryDatabase(postgres, async (database) => {
      await database.query("CREATE TABLE t (a int PRIMARY KEY)");
      await work(database);
    });

  it("a transaction is committed and gives the work's result", () =>
    inDatabase(async (database) => {
      const result = await database.transaction(async () => {
        await database.query("INSERT INTO t VALUES (1)");
        return "done";
      });
      expect(result).toBe("done");
      expect(await count(database)).toBe(1);
      expect(await database.query("SELECT pg_current_xact_id_if_assigned() IS NULL AS outside")).toEqual([
        { outside: true },
      ]);
    }));

  it("a transaction whose work throws is rolled back, and the error passed on", () =>
    inDatabase(async (database) => {
      const error = new Error("no");
      const failing = database.transaction(async () => {
        await database.query("INSERT INTO t VALUES (1)");
        throw error;
      });
      await expect(failing).rejects.toBe(error);
      expect(await count(database)).toBe(0);
    }));

  it("a failed statement whose error is swallowed does not look like success", () =>
    inDatabase(async (database) => {
      const failing = database.transaction(async () => {
        await database.query("INSERT INTO t VALUES (1)");
        await database.query("SELECT 1/0").catch(() => undefined);
      });
      expect((await errorOf(failing)).sqlstate).toBe("25P02");
      expect(await count(database)).toBe(0);
    }));

  it("a constraint that fails at COMMIT is an error", () =>
    inDatabase(async (database) => {
      await database.script("CREATE TABLE u (a int REFERENCES t DEFERRABLE INITIALLY DEFERRED)");
      const failing = database.transaction(() => database.query("INSERT INTO u VALUES (7)"));
      expect((await errorOf(failing)).sqlstate).toBe("23503");
      expect(await database.query("SELECT count(*)::int AS count FROM u")).toEqual([{ count: 0 }]);
    }));

  it("a trial gives its result and leaves nothing", () =>
    inDatabase(async (database) => {
      const seen = await database.trial(async () => {
        await database.script(
          "INSERT INTO t VALUES (1); CREATE TABLE built (a int); CREATE ROLE dm_trial_role",
        );
        return count(database);
      });
      expect(seen).toBe(1);
      expect(await count(database)).toBe(0);
      expect(
        await database.query(
          "SELECT to_regclass('built') AS built, to_regrole('dm_trial_role')::text AS role",
        ),
      ).toEqual([{ built: null, role: null }]);
    }));

  it("a trial may end in a failed transaction", () =>
    inDatabase(async (database) => {
      const sqlstate = await database.trial(
        async () => (await errorOf(database.query("SELECT 1/0"))).sqlstate,
      );
      expect(sqlstate).toBe("22012");
      expect(await count(database)).toBe(0);
    }));

  it("transactions do not nest, and the outer one lives on", () =>
    inDatabase(async (database) => {
      await database.transaction(async () => {
        await expect(database.transaction(async () => undefined)).rejects.toMatchObject({ code: "DM1202" });
        await expect(database.trial(async () => undefined)).rejects.toMatchObject({ code: "DM1202" });
        await database.query("INSERT INTO t VALUES (1)");
      });
      expect(await count(database)).toBe(1);
      await database.transaction(() => database.query("INSERT INTO t VALUES (2)"));
      expect(await count(database)).toBe(2);
    }));

  it.each(["COMMIT", "ROLLBACK"])("work that runs %s itself is found out", (end) =>
    inDatabase(async (database) => {
      await expect(database.trial(() => database.script(end))).rejects.toMatchObject({ code: "DM1203" });
      await expect(database.transaction(() => database.script(end))).rejects.toMatchObject({
        code: "DM1203",
      });
      expect(await count(database)).toBe(0);
    }),
  );

  it("isolation and read only are what was asked for", () =>
    inDatabase(async (database) => {
      await database
        .transaction(
          async () => {
            expect(await database.query("SHOW transaction_isolation")).toEqual([
              { transaction_isolation: "repeatable read" },
            ]);
            expect((await errorOf(database.query("INSERT INTO t VALUES (1)"))).sqlstate).toBe("25006");
            throw new Error("seen");
          },
          { isolation: "repeatable read", readOnly: true },
        )
        .catch((error: unknown) => expect(error).toEqual(new Error("seen")));
    }));

  it("an error carries what PostgreSQL said of it", () =>
    inDatabase(async (database) => {
      await database.query("INSERT INTO t VALUES (1)");
      const duplicate = await errorOf(database.query("INSERT INTO t VALUES (1)"));
      expect(duplicate.sqlstate).toBe("23505");
      expect(duplicate.message).toBe('duplicate key value violates unique constraint "t_pkey"');
      expect(duplicate.details).toEqual(["Key (a)=(1) already exists."]);

      const unknown = await errorOf(database.query("SELECT 'é', b FROM t"));
      expect(unknown.report).toMatchObject({ sqlstate: "42703", position: 13 });

      const hinted = await errorOf(database.query("SELECT lenght('a')"));
      expect(hinted.hint).toMatch(/function/);

      const nested = await errorOf(database.query("DO $$ BEGIN PERFORM 1/0; END $$"));
      expect(nested.report.where).toMatch(/PL\/pgSQL function inline_code_block line 1 at PERFORM/);
    }));

  it("a script stops at its first error and is then undone", () =>
    inDatabase(async (database) => {
      const script = "INSERT INTO t VALUES (1);\nSELECT nothing;\nINSERT INTO t VALUES (2)";
      const error = await errorOf(database.script(script));
      expect(error.report).toMatchObject({ sqlstate: "42703", position: script.indexOf("nothing") + 1 });
      expect(await count(database)).toBe(0);
    }));

  it("query takes one statement only", () =>
    inDatabase(async (database) => {
      expect((await errorOf(database.query("SELECT 1; SELECT 2"))).sqlstate).toBe("42601");
    }));

  it("COPY FROM STDIN fails, and the session lives on", () =>
    inDatabase(async (database) => {
      expect((await errorOf(database.script("COPY t FROM STDIN; SELECT 1"))).sqlstate).toBe("57014");
      expect((await errorOf(database.query("COPY t FROM STDIN"))).sqlstate).toBe("57014");
      expect(await count(database)).toBe(0);
    }));

  it("a closed session says so, and closes twice", () =>
    inDatabase(async (database) => {
      await database.close();
      await database.close();
      expect((await errorOf(database.query("SELECT 1"))).sqlstate).toBe("08003");
    }));
});
