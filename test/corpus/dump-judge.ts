import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { introspect } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { createRoles } from "../../src/proof/build.js";
import { commitStatements } from "../../src/proof/run.js";
import { withTemporaryDatabase } from "../support/databases.js";
import { dump } from "./dump.js";
import { inNewRoles, loadCommitted } from "./load.js";
import type { Pair } from "./pairs.js";

/** A database that was loaded from a text of a pair: what dm reads there, and what pg_dump prints. */
interface Written {
  readonly database: Database;
  readonly url: string;
  readonly catalog: Catalog;
  readonly dump: readonly string[];
}

/**
 * Gets each of two loaded databases to the other's state by dm's own plans, and has pg_dump say whether it arrived.
 * @returns what it prints otherwise; undefined when it prints the same.
 */
export function dumpsDiffer(major: number, pair: Pair): Promise<string | undefined> {
  // Roles go at the end, when only one of the databases is left that has something of them.
  return withTemporaryDatabase(major, (first, firstUrl) =>
    inNewRoles(first, async () => {
      const a = await written(major, first, firstUrl, pair, pair.a);
      return withTemporaryDatabase(major, async (second, secondUrl) => {
        const b = await written(major, second, secondUrl, pair, pair.b);
        await first.transaction(() => createRoles(first, a.catalog, b.catalog));
        const lines = [
          ...(await differencesAfter("a to b", a, b, major)),
          ...(await differencesAfter("b to a", b, a, major)),
        ];
        return lines.length === 0 ? undefined : lines.join("\n");
      });
    }),
  );
}

async function written(
  major: number,
  database: Database,
  url: string,
  pair: Pair,
  text: string,
): Promise<Written> {
  await loadCommitted(database, pair, text);
  return { database, url, catalog: await introspect(database), dump: await dump(url, major) };
}

async function differencesAfter(leg: string, from: Written, to: Written, major: number): Promise<string[]> {
  await commitStatements(from.database, plan(from.catalog, to.catalog));
  return unlike(await dump(from.url, major), to.dump).map((line) => `pg_dump, of ${leg}: ${line}`);
}

/** An expression built from its own print may print with other casts and parentheses; nothing else may differ. */
function unlike(current: readonly string[], wanted: readonly string[]): string[] {
  const bare = (statement: string) =>
    statement.replace(/::[a-z ]+(\(\d+\))?(\[\])?/g, "").replace(/[()\s]/g, "");
  const [here, there] = [new Set(current.map(bare)), new Set(wanted.map(bare))];
  return [
    ...wanted.filter((one) => !here.has(bare(one))).map((one) => `missing: ${one}`),
    ...current.filter((one) => !there.has(bare(one))).map((one) => `too much: ${one}`),
  ];
}
