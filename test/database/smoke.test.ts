import { describe, expect, it } from "vitest";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";

describe.each(eachPostgres)("on %s", (postgres) => {
  it("answers", async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      expect(await database.query("SELECT 1 AS one, '{a,NULL}'::text[] AS t")).toEqual([{ one: 1, t: ["a", null] }]);
      console.log(postgres, database.version, database.description);
    });
  });
});
