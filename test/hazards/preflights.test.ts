import { describe, expect, it } from "vitest";
import { runPreflight } from "../../src/apply/preflight.js";
import type { Identity } from "../../src/catalog/identity.js";
import { DatabaseError } from "../../src/database/error.js";
import { preflightQueries } from "../../src/hazards/hazards.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { address } from "../../src/kinds/index.js";
import { plan } from "../../src/plan/plan.js";
import { runStatements, StatementError, segments } from "../../src/proof/run.js";
import { endsOfServers, withTemporaryDatabase } from "../support/databases.js";
import { obstacles } from "./obstacles.js";

const inSchema = (text: string, at: number) => text.replaceAll(/\bapp\b/g, `case_${at}`);
const timeouts = { statement: "1min", lock: "3s" };

describe.each(endsOfServers)("preflight queries on %s", (postgres) => {
  it("find the rows that make a step fail, and nothing when they are mended", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const { major } = database.version;
      const text = (state: "before" | "after") =>
        obstacles.map((one, at) => inSchema(`CREATE SCHEMA app; ${one[state]}`, at)).join("\n");
      const wanted = await database.trial(async () => {
        await database.script(text("after"));
        return introspectHere(database);
      });
      await database.transaction(() => database.script(text("before")));
      const current = await introspect(database);
      const statements = plan(current, wanted);
      const queries = preflightQueries(statements, {
        current,
        wanted,
        renames: [],
        major,
        address: (one: Identity) => address(one, wanted),
      });
      for (const [at, one] of obstacles.entries()) {
        const ofCase = (text: string) => new RegExp(`\\bcase_${at}\\b`).test(text);
        const own = queries.filter(({ finds }) => ofCase(finds));
        const steps = segments(statements.filter(({ about }) => ofCase(about)));
        const run = async () => {
          for (const { statements: part } of steps) await runStatements(database, part);
        };
        await database.script(inSchema(one.rows, at));
        const failed = await database.trial(run).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect.soft(failed, one.title).toBeInstanceOf(StatementError);
        expect
          .soft(failed instanceof StatementError ? failed.cause : failed, one.title)
          .toBeInstanceOf(DatabaseError);
        expect
          .soft(
            own.map(({ finds }) => finds),
            one.title,
          )
          .toEqual([inSchema(one.finds, at)]);
        const [query] = own;
        if (query === undefined) continue;
        const result = await runPreflight(database, query, timeouts);
        const details = result.outcome === "found" ? [result.count, ...result.first] : [result.outcome];
        const [count = "", ...rows] = one.details;
        expect
          .soft(details.slice(0, rows.length + 1), one.title)
          .toEqual([count.replace(/ found.*$/, ""), ...rows]);
        await database.script(inSchema(one.mend, at));
        expect.soft(await runPreflight(database, query, timeouts), one.title).toEqual({ outcome: "clear" });
        await database.transaction(run);
      }
    });
  });

  it("say when what they ask about is not there, or takes too long, and write nothing", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const run = (sql: string) =>
        runPreflight(database, { finds: "x", sql }, { statement: "50ms", lock: "1s" });
      expect(await run("SELECT a FROM nowhere -- at all\n;")).toMatchObject({ outcome: "absent" });
      expect(await run("SELECT 1/0")).toMatchObject({ outcome: "unknown" });
      await database.script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
      expect(await run("SELECT a FROM t -- with a comment")).toEqual({
        outcome: "found",
        count: "1",
        first: ['{"a":1}'],
      });
      await expect(run("DELETE FROM t RETURNING a")).rejects.toBeInstanceOf(DatabaseError);
      if (postgres === "pglite") return;
      expect(await run("SELECT pg_sleep(5)")).toMatchObject({ outcome: "unknown" });
    });
  });
});
