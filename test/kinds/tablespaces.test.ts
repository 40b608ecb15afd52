import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import { diff } from "../../src/diff/diff.js";
import { introspect } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { describeChanges } from "../../src/proof/prove.js";
import { commitStatements } from "../../src/proof/run.js";
import { server, servers, withTemporaryDatabase } from "../support/databases.js";

const tablespace = `dm_tablespace_${process.pid}`;

const objects: readonly [name: string, sql: string][] = [
  ["table", "CREATE TABLE t (id integer) {TABLESPACE}"],
  ["index", "CREATE TABLE t (id integer); CREATE INDEX i ON t (id) {TABLESPACE} WHERE id > 0"],
  ["constraint", "CREATE TABLE t (id integer PRIMARY KEY {USING INDEX TABLESPACE})"],
  ["materialized view", "CREATE MATERIALIZED VIEW m {TABLESPACE} AS SELECT 1 AS one"],
];

describe.each(servers().map(({ major }) => major))("on PostgreSQL %s", (major) => {
  beforeAll(() =>
    withDatabase(server(major).url, async (database) => {
      // A tablespace without a directory of its own (manual, Developer Options).
      await database.script("SET allow_in_place_tablespaces = on");
      await database.script(`CREATE TABLESPACE ${tablespace} LOCATION ''`);
    }),
  );
  afterAll(() =>
    withDatabase(server(major).url, (database) => database.script(`DROP TABLESPACE ${tablespace}`)),
  );

  test.each(objects)("the tablespace of a %s is seen, set, and set back", async (kind, sql) => {
    await withTemporaryDatabase(major, async (database) => {
      const empty = await introspect(database);
      await database.script(sql.replace(/\{.*\}/, ""));
      const current = await introspect(database);
      await withTemporaryDatabase(major, async (other) => {
        await other.script(sql.replace(/\{(.*)\}/, `$1 ${tablespace}`));
        const wanted = await introspect(other);
        expect(describeChanges(diff(current, wanted))).toEqual([
          expect.stringMatching(new RegExp(`^${kind} .*differs in tablespace$`)),
        ]);
        await commitStatements(other, plan(wanted, empty));
        await commitStatements(other, plan(empty, wanted));
        expect((await introspect(other)).fingerprint).toBe(wanted.fingerprint);
        await commitStatements(database, plan(current, wanted));
        expect((await introspect(database)).fingerprint).toBe(wanted.fingerprint);
        await commitStatements(database, plan(wanted, current));
        expect((await introspect(database)).fingerprint).toBe(current.fingerprint);
      });
    });
  });
});
