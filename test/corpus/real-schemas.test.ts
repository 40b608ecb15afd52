import { describe, expect, test } from "vitest";
import { leftAlone } from "../../src/catalog/left-alone.js";
import { loadDesired } from "../../src/desired/load.js";
import { readDesired } from "../../src/desired/read.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { openParser } from "../../src/parse/parser.js";
import { plan } from "../../src/plan/plan.js";
import { normalForm, withSite } from "../../src/proof/build.js";
import { writeSchemaFiles } from "../../src/pull/pull.js";
import { withFiles } from "../desired/files.js";
import { faults } from "../oracle/compare.js";
import { readState } from "../oracle/state.js";
import {
  eachPostgres,
  newestServer,
  type Postgres,
  servers,
  shared,
  skipAloud,
  withTemporaryDatabase,
} from "../support/databases.js";
import { dump, dumpVersion } from "./dump.js";
import { openShadow } from "./open-shadow.js";
import { differences, go, loadSchema, type RealSchema, realSchemas, schemaText } from "./real-schemas.js";

const folder = shared(".") ?? "";
const isAbsent = skipAloud(shared("schemas") === undefined, "real schemas: no shared/schemas");
const timeout = 240_000;

/** Those that load on it. */
function schemasOn(postgres: Postgres): readonly RealSchema[] {
  const major = postgres === "pglite" ? 18 : postgres;
  return realSchemas.filter(({ name, since = 0, pgliteLacks }) => {
    const isLacking = postgres === "pglite" && pgliteLacks !== undefined;
    return major >= since && !skipAloud(isLacking, `${name} on PGlite, which lacks ${pgliteLacks}`);
  });
}

/** What dm writes depends little on the version that it reads: the newest, and PGlite; all with `DM_TEST_ALL=1`. */
const pulledOn: readonly Postgres[] = eachPostgres.filter(
  (postgres) =>
    process.env.DM_TEST_ALL === "1" || postgres === "pglite" || postgres === newestServer()?.major,
);

describe.skipIf(isAbsent).each(eachPostgres)("on PostgreSQL %s", (postgres) => {
  const open = openShadow(postgres);

  test.each(schemasOn(postgres))(
    "$name is built by dm's plan, and taken down again",
    { timeout },
    async ({ name }) => {
      const { shadow, base } = open();
      const loaded = await loadSchema(shadow, schemaText(folder, name));
      expect(leftAlone(loaded.catalog)).toEqual([]);
      // Other tools' version tables, too.
      const needs = { catalogs: [loaded.catalog], commits: false, scope: { exclude: ["!*"] } };
      await withSite(shadow, needs, async (site) => {
        await site.run(plan(base, loaded.catalog));
        const built = await site.read();
        expect(differences(built, loaded.catalog)).toEqual([]);
        expect(faults(await readState(site.database), loaded.state)).toEqual([]);
        await site.run(plan(built, base));
        expect(differences(await site.read(), base)).toEqual([]);
      });
    },
  );

  describe.skipIf(!pulledOn.includes(postgres)).each(["sql", "yaml"] as const)("pulled as %s", (format) => {
    test.each(schemasOn(postgres))("$name loads again", { timeout }, async ({ name }) => {
      const { shadow, base } = open();
      const { database } = shadow;
      const { catalog } = await loadSchema(shadow, schemaText(folder, name));
      const files = writeSchemaFiles(catalog, base, format).map(({ path, text }) => [path, text] as const);
      const parser = await openParser(database.version.major);
      const state = await withFiles(Object.fromEntries(files), (directory) => readDesired(directory, parser));
      const again = await database.trial(async () => {
        await loadDesired(state, database);
        return introspectHere(database);
      });
      const left = differences(again, catalog);
      if (left.length > 0) {
        const [one, other] = [await normalForm(shadow, base, again), await normalForm(shadow, base, catalog)];
        expect(differences(one, other)).toEqual([]);
      }
    });
  });

  test("the health-data model gets from 5.3 to 5.4 and back", { timeout }, async () => {
    const { shadow, base } = open();
    const [older, newer] = [
      await loadSchema(shadow, schemaText(folder, "omop-cdm-5.3")),
      await loadSchema(shadow, schemaText(folder, "omop-cdm-5.4")),
    ];
    await withSite(shadow, { catalogs: [older.catalog, newer.catalog], commits: false }, async (site) => {
      await site.run(plan(base, older.catalog));
      await site.run(plan(older.catalog, newer.catalog));
      expect(differences(await site.read(), newer.catalog)).toEqual([]);
      expect(faults(await readState(site.database), newer.state)).toEqual([]);
      await site.run(plan(newer.catalog, older.catalog));
      expect(differences(await site.read(), older.catalog)).toEqual([]);
      expect(faults(await readState(site.database), older.state)).toEqual([]);
    });
  });
});

const dumper = dumpVersion();
const dumped = servers().find(({ major }) => major === dumper)?.major;
const isUndumped = skipAloud(
  dumped === undefined,
  "comparison with pg_dump: no pg_dump of a server's version here",
);

/** Roles belong to the whole server: what makes some stays out of what commits. */
const makesRoles = ({ name }: RealSchema) => /CREATE ROLE/i.test(schemaText(folder, name));

describe.skipIf(isAbsent || isUndumped)("pg_dump, which does not ask dm, finds", () => {
  const dumpedSchemas = isAbsent ? [] : schemasOn(dumped ?? 0).filter((schema) => !makesRoles(schema));
  test.each(dumpedSchemas)("$name the same after dm built it", { timeout }, async ({ name }) => {
    const major = dumped ?? 0;
    await withTemporaryDatabase(major, async (original, originalUrl) => {
      const empty = await introspect(original);
      await original.script(schemaText(folder, name));
      await original.script("RESET search_path");
      const loaded = await introspect(original);
      await withTemporaryDatabase(major, async (copy, copyUrl) => {
        await go(copy, empty, loaded);
        for (const options of [["--no-owner"], []]) {
          const [wanted, current] = [
            await dump(originalUrl, major, ...options),
            await dump(copyUrl, major, ...options),
          ];
          expect(current.filter((statement) => !wanted.includes(statement))).toEqual([]);
          expect(wanted.filter((statement) => !current.includes(statement))).toEqual([]);
        }
      });
    });
  });
});
