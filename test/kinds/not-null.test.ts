import { expect, test } from "vitest";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { newestServer, skipAloud, withTemporaryDatabase } from "../support/databases.js";
import { notNullCases } from "./not-null-cases.js";
import { testCases } from "./test-cases.js";

testCases(notNullCases);

const major = newestServer()?.major ?? 0;

test.skipIf(skipAloud(major < 18, "names of NOT NULL: no PostgreSQL 18 runs"))(
  "the name that PostgreSQL chooses for a NOT NULL, and cuts where it is long, is not written",
  async () => {
    const names = [
      "t",
      "a b",
      "x".repeat(63),
      "y".repeat(27),
      "é".repeat(31),
      `z${"漢".repeat(20)}`,
      "ü".repeat(13),
    ];
    const columns = names.map((name) => `"${name}" integer NOT NULL`).join(", ");
    await withTemporaryDatabase(major, async (database) => {
      const empty = await database.trial(() => introspectHere(database));
      for (const name of names) await database.script(`CREATE TABLE "${name}" (${columns})`);
      const wanted = await database.trial(() => introspectHere(database));
      const written = plan(empty, wanted).map(({ sql }) => sql.text);
      expect(written).toHaveLength(names.length);
      expect(written.filter((text) => text.includes("CONSTRAINT"))).toEqual([]);
    });
  },
);
