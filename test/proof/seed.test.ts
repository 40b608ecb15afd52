import { describe, expect, test } from "vitest";
import { introspectHere } from "../../src/introspect/introspect.js";
import { seed } from "../../src/proof/seed.js";
import { endsOfPostgres, withTemporaryDatabase } from "../support/databases.js";
import { missingRoles } from "../support/roles.js";

describe.each(endsOfPostgres)("sample rows on %s", (postgres) => {
  test("are put in by a role that may not silence triggers, where keys allow it", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      await database.script(
        `${missingRoles(["dm_writer"])}; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a, n int);
         CREATE TABLE c (a int PRIMARY KEY REFERENCES a DEFERRABLE); GRANT ALL ON a, b, c TO dm_writer; SET ROLE dm_writer`,
      );
      await database.trial(async () => {
        const { tables } = await seed(database, await introspectHere(database));
        expect(tables.map(({ identity }) => identity.name)).toEqual(["a", "b", "c"]);
        expect(await database.query("SELECT count(*)::int AS n FROM b")).toEqual([{ n: 2 }]);
      });
    });
  });
});
