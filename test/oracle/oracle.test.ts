import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { runStatements } from "../../src/proof/run.js";
import { openShadow } from "../corpus/open-shadow.js";
import { eachPostgres, newestServer, type Postgres } from "../support/databases.js";
import { changes, changesStart } from "./changes.js";
import { compareStates, faults } from "./compare.js";
import { readState } from "./state.js";

/** What dm knows of a state, and what it says that it leaves alone. */
const fingerprint = (catalog: Catalog) => `${catalog.fingerprint} ${JSON.stringify(catalog.unmodelled)}`;

/** All changes on the newest server; on the others each of these many, or all with `DM_ORACLE=all`. */
const step = 12;
const changesOn = (postgres: Postgres) =>
  postgres === newestServer()?.major || process.env.DM_ORACLE === "all"
    ? changes
    : changes.filter((_, at) => at % step === 0);

describe.each(eachPostgres)("the oracle on PostgreSQL %s", (postgres) => {
  const open = openShadow(postgres);
  const major = postgres === "pglite" ? 18 : postgres;

  test("finds a state equal to itself, loaded again", async () => {
    const { database } = open().shadow;
    const read = () =>
      database.trial(async () => {
        await database.script(changesStart);
        return readState(database);
      });
    const [first, second] = [await read(), await read()];
    expect(compareStates(first, second)).toEqual([]);
    expect(first.catalogs.get("pg_attribute")?.size).toBeGreaterThan(40);
  });

  test("sees each change, and dm sees it and brings it about", { timeout: 300_000 }, async () => {
    const { database } = open().shadow;
    const problems: string[] = [];
    const read = async () => ({ state: await readState(database), dm: await introspectHere(database) });
    await database.trial(async () => {
      await database.script(changesStart);
      const start = await read();
      for (const { given, change, since = 14, serverOnly, unseen, unbuilt } of changesOn(postgres)) {
        if (major < since || (serverOnly && postgres === "pglite")) continue;
        try {
          await database.script(`SAVEPOINT one; ${given ?? ""}`);
          const before = given === undefined ? start : await read();
          await database.script("SAVEPOINT two");
          await database.script(change);
          const after = await read();
          if (compareStates(before.state, after.state).length === 0)
            problems.push(`the oracle does not see: ${change}`);
          const isSeen = fingerprint(before.dm) !== fingerprint(after.dm);
          if (isSeen === (unseen !== undefined))
            problems.push(`dm ${isSeen ? "sees after all" : "does not see"}: ${change}`);
          const isPlanned = isSeen && unbuilt === undefined && after.dm.unmodelled.length === 0;
          if (!isPlanned) continue;
          await database.script("ROLLBACK TO SAVEPOINT two");
          await runStatements(database, plan(before.dm, after.dm));
          const left = faults(await readState(database), after.state);
          if (left.length > 0)
            problems.push([`dm's plan does not bring about: ${change}`, ...left].join("\n  "));
        } catch (error) {
          problems.push(`${change}: ${error instanceof Error ? error.message : String(error)}`);
        } finally {
          await database.script("ROLLBACK TO SAVEPOINT one");
        }
      }
    });
    expect(problems).toEqual([]);
  });
});
