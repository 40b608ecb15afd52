import { describe, expect, test } from "vitest";
import { introspect } from "../../src/introspect/introspect.js";
import { eachPostgres, servers, shared, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { dump, dumpVersion } from "./dump.js";
import { differences, go, outOfScope, realSchemas, schemaText } from "./real-schemas.js";

const folder = shared(".");
const isAbsent = skipAloud(shared("schemas") === undefined, "real schemas: no shared/schemas");

describe.skipIf(isAbsent).each(eachPostgres)("on PostgreSQL %s", (postgres) => {
  test.each(realSchemas)("%s is rebuilt by dm's plan, and taken down again", async (schema) => {
    await withTemporaryDatabase(postgres, async (original) => {
      const empty = await introspect(original);
      await original.script(schemaText(folder ?? "", schema));
      const loaded = await introspect(original);
      const missing = outOfScope(loaded);
      if (missing.length > 0) console.log(`${schema}: dm does not model ${missing.join(", ")}`);
      await withTemporaryDatabase(postgres, async (copy) => {
        const built = await go(copy, empty, loaded);
        expect(differences(built, loaded)).toEqual([]);
        expect(differences(await go(copy, built, empty), empty)).toEqual([]);
        expect((await introspect(copy)).fingerprint).toBe(empty.fingerprint);
      });
    });
  });

  test("the health-data model gets from 5.3 to 5.4 and back", async () => {
    await withTemporaryDatabase(postgres, async (newer) => {
      await newer.script(schemaText(folder ?? "", "omop-cdm-5.4"));
      const wanted = await introspect(newer);
      await withTemporaryDatabase(postgres, async (database) => {
        await database.script(schemaText(folder ?? "", "omop-cdm-5.3"));
        const current = await introspect(database);
        expect(differences(await go(database, current, wanted), wanted)).toEqual([]);
        expect(differences(await go(database, wanted, current), current)).toEqual([]);
      });
    });
  });
});

const dumper = dumpVersion();
const dumped = servers().find(({ major }) => major === dumper)?.major;
const isUndumped = skipAloud(
  dumped === undefined,
  "comparison with pg_dump: no pg_dump of a server's version here",
);

describe.skipIf(isAbsent || isUndumped)("pg_dump, which does not ask dm, finds", () => {
  test.each(realSchemas)("%s the same after dm built it", async (schema) => {
    const major = dumped ?? 0;
    await withTemporaryDatabase(major, async (original, originalUrl) => {
      const empty = await introspect(original);
      await original.script(schemaText(folder ?? "", schema));
      const loaded = await introspect(original);
      await withTemporaryDatabase(major, async (copy, copyUrl) => {
        await go(copy, empty, loaded);
        for (const options of [["--no-owner"], []]) {
          const [wanted, current] = [
            await dump(originalUrl, major, ...options),
            await dump(copyUrl, major, ...options),
          ];
          expect(current.filter((statement) => !wanted.includes(statement))).toEqual([]);
          const missing = wanted.filter((statement) => !current.includes(statement));
          const names = loaded.unmodelled.map(({ name }) => name);
          expect(missing.filter((statement) => !names.some((name) => statement.includes(name)))).toEqual([]);
          if (missing.length > 0)
            console.log(`${schema}: ${missing.length} statements about ${names.join(", ")}`);
        }
      });
    });
  });
});
