import { expect, test } from "vitest";
import { introspect } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { commitStatements } from "../../src/proof/run.js";
import { servers, withTemporaryDatabase } from "../support/databases.js";

test.each(servers().map(({ major }) => major))(
  "the INVALID corpse of a failed CREATE INDEX CONCURRENTLY is seen and built again on PostgreSQL %s",
  async (major) => {
    await withTemporaryDatabase(major, async (database) => {
      await database.script("CREATE TABLE t (id integer); CREATE INDEX i ON t (id)");
      const wanted = await introspect(database);
      await database.script("DROP INDEX i; INSERT INTO t VALUES (1), (1)");
      await expect(database.script("CREATE UNIQUE INDEX CONCURRENTLY i ON t (id)")).rejects.toThrow(
        "could not create",
      );
      const current = await introspect(database);
      expect(current.find({ kind: "index", schema: "public", name: "i" })?.attributes.valid).toBe(false);
      await commitStatements(database, plan(current, wanted));
      expect((await introspect(database)).fingerprint).toBe(wanted.fingerprint);
    });
  },
);
