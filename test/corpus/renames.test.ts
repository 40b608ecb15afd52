import { describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.js";
import { loadDesired } from "../../src/desired/load.js";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { renamePlan } from "../../src/plan/rename-steps.js";
import { findRenames } from "../../src/project/renames.js";
import { describeChanges } from "../../src/proof/prove.js";
import { runStatements } from "../../src/proof/run.js";
import { desired } from "../desired/files.js";
import { newestServer, shared, skipAloud } from "../support/databases.js";
import { openShadow } from "./open-shadow.js";
import { readPairs } from "./pairs.js";

const isAbsent = skipAloud(shared("cases") === undefined, "annotated pairs: no shared/cases");
const pairs = isAbsent
  ? []
  : readPairs(shared(".") ?? "", "sqldef").filter(({ renames }) => renames === true);

/** What is told by a number that a new name does not change. */
async function numbers(database: Database): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ number: string }>(`
    SELECT 'relation ' || oid AS number FROM pg_class WHERE oid >= 16384 AND relkind <> 't' AND relname !~ '^pg_toast'
    UNION ALL SELECT 'column ' || attrelid || ' ' || attnum FROM pg_attribute
      WHERE attrelid >= 16384 AND attnum > 0 AND NOT attisdropped AND attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r')
    UNION ALL SELECT 'type ' || oid FROM pg_type WHERE oid >= 16384 UNION ALL SELECT 'label ' || oid FROM pg_enum`);
  return new Set(rows.map(({ number }) => number));
}

/** Besides what they rename, these drop a column. */
const drops: Readonly<Record<string, number>> = { "693_RenameTableAndMultipleChanges": 1 };

describe.skipIf(isAbsent)("an annotated pair", () => {
  const open = openShadow(newestServer()?.major ?? "pglite");

  test.each(pairs)("$name keeps what is renamed, there and back", async ({ name, a, b }) => {
    const { shadow, base } = open();
    const { database } = shadow;
    const [before, state] = [await desired(a), await desired(b)];
    const read = (wanted: typeof state) =>
      database.trial(async () => {
        await loadDesired(wanted, database);
        return introspectHere(database);
      });
    const [current, catalog] = [await read(before), await read(state)];
    const found = await findRenames(
      { shadow, base, progress: () => undefined },
      current,
      { catalog, annotations: state.annotations },
      undefined,
    );
    const renaming = renamePlan(found.steps);
    await database.trial(async () => {
      await loadDesired(before, database);
      const at = await numbers(database);
      const go = async (statements: typeof renaming.up, wanted: typeof catalog) => {
        await runStatements(database, statements);
        expect(describeChanges(diff(await introspectHere(database), wanted))).toEqual([]);
        const there = await numbers(database);
        return [...at].filter((one) => !there.has(one));
      };
      const lost = await go([...renaming.up, ...plan(found.current, catalog)], catalog);
      expect(lost).toHaveLength(drops[name] ?? 0);
      await go([...plan(catalog, found.current), ...renaming.down], current);
    });
  });
});
