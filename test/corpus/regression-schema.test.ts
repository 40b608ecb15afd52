import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { leftAlone } from "../../src/catalog/left-alone.js";
import { loadDesired } from "../../src/desired/load.js";
import { readDesired } from "../../src/desired/read.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { openParser } from "../../src/parse/parser.js";
import { type SchemaText, writeSchemaFiles } from "../../src/pull/pull.js";
import { servers, shared, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { dump, dumpVersion } from "./dump.js";
import { differences, go } from "./real-schemas.js";
import { loadRegressionSchema } from "./regression-schema.js";

const file = shared("schemas/postgres-regression-17.sql");
const isAbsent = skipAloud(file === undefined, "PostgreSQL's regression schema: no shared/schemas");
const runs = (major: number | undefined) => servers().some((server) => server.major === major);

/** It takes seconds; a machine that does much else may need longer. */
const timeout = 240_000;

/** The version that wrote it: everything loads there. */
const own = 17;
const isWithout = skipAloud(!runs(own), `PostgreSQL's regression schema: no server ${own}`);

describe.skipIf(isAbsent || isWithout)("PostgreSQL's regression schema", () => {
  test(
    "is built by dm's plan, pulled, and taken down again",
    async () => {
      await withTemporaryDatabase(own, async (original) => {
        const empty = await introspect(original);
        const { catalog, refused } = await loadRegressionSchema(original, file ?? "");
        expect(refused).toEqual([]);
        expect(leftAlone(catalog)).toEqual([]);
        await withTemporaryDatabase(own, async (copy) => {
          const built = await go(copy, empty, catalog);
          expect(differences(built, catalog)).toEqual([]);
          expect(built.fingerprint).toBe(catalog.fingerprint);
          const down = await go(copy, built, empty);
          expect(differences(down, empty)).toEqual([]);
          expect(await leftBehind(copy)).toEqual([]);
          for (const format of ["sql", "yaml"] as const) {
            const state = await written(writeSchemaFiles(catalog, empty, format));
            const pulled = await copy.trial(async () => {
              await loadDesired(state, copy);
              return introspectHere(copy);
            });
            expect(differences(pulled, catalog)).toEqual([]);
          }
        });
      });
    },
    timeout,
  );
});

/** What PostgreSQL's catalogs still hold that a new database does not: introspection is not asked. */
async function leftBehind(database: Parameters<typeof introspect>[0]): Promise<unknown[]> {
  const catalogs = ["pg_class", "pg_proc", "pg_type", "pg_operator", "pg_opfamily", "pg_opclass", "pg_cast"];
  const others = ["pg_collation", "pg_ts_config", "pg_ts_dict", "pg_namespace", "pg_am", "pg_event_trigger"];
  const counts = [...catalogs, ...others].map(
    (catalog) =>
      `SELECT '${catalog}' AS catalog, oid::text FROM ${catalog} WHERE oid >= 16384${
        // pg_temp and its TOAST schema stay for the session's next temporary objects.
        catalog === "pg_namespace" ? " AND nspname !~ '^pg_(toast_)?temp_'" : ""
      }`,
  );
  return database.query(counts.join(" UNION ALL "));
}

async function written(files: readonly SchemaText[]) {
  const directory = await mkdtemp(path.join(tmpdir(), "dm-regression-"));
  try {
    for (const { path: name, text } of files) {
      const place = path.join(directory, name);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, text, { flag: "wx" });
    }
    return await readDesired(directory, await openParser(own));
  } finally {
    await rm(directory, { recursive: true });
  }
}

const dumper = dumpVersion();
const isUndumped = skipAloud(
  !runs(dumper),
  "the regression schema compared by pg_dump: no pg_dump of a server's version here",
);

describe.skipIf(isAbsent || isUndumped)("pg_dump, which does not ask dm, finds", () => {
  test(
    "the regression schema the same after dm built it",
    async () => {
      const major = dumper ?? 0;
      await withTemporaryDatabase(major, async (original, originalUrl) => {
        const empty = await introspect(original);
        // An older version refuses what 17 brought; that is missing on both sides.
        const { catalog } = await loadRegressionSchema(original, file ?? "");
        await withTemporaryDatabase(major, async (copy, copyUrl) => {
          await go(copy, empty, catalog);
          // Whether a part of a table that inherits is also its own makes a difference to pg_dump that dm has not settled.
          const heirs = await original.query<{ name: string }>(
            `SELECT 'public.' || relname AS name FROM pg_class JOIN pg_inherits ON inhrelid = oid WHERE NOT relispartition AND relkind = 'r'`,
          );
          const isOfHeir = (statement: string) =>
            heirs.some(({ name }) =>
              new RegExp(`^(?:CREATE|ALTER) TABLE (?:ONLY )?${name}\\s`).test(statement),
            );
          const [wanted, current] = [await dump(originalUrl, major), await dump(copyUrl, major)].map((list) =>
            list.filter((one) => !isOfHeir(one)).map(sortedOptions),
          );
          expect(current?.filter((one) => !wanted?.includes(one))).toEqual([]);
          // Privileges on PostgreSQL's own tables are not the schema's.
          const missing = wanted?.filter((one) => !current?.includes(one));
          expect(missing?.filter((one) => !/^GRANT .* ON TABLE pg_catalog\./.test(one))).toEqual([]);
        });
      });
    },
    timeout,
  );
});

/** The options of a text search dictionary have no order. */
function sortedOptions(statement: string): string {
  return statement.startsWith("CREATE TEXT SEARCH DICTIONARY")
    ? statement
        .split(/,\s*|\n\s*|\s*\)$/)
        .sort()
        .join("\n")
    : statement;
}
