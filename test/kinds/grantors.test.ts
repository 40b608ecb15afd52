import { describe, expect, test } from "vitest";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";
import { missingRoles } from "../support/roles.js";

describe.each(eachPostgres)("grants by others than the owner on %s", (postgres) => {
  test("a grant on a column whose ground is gone is named and left alone", async () => {
    await withTemporaryDatabase(postgres, (database) =>
      database.trial(async () => {
        await database.script(`${missingRoles(["one", "two"])}; CREATE TABLE t (id integer)`);
        const before = await introspectHere(database);
        await database.script(`GRANT SELECT ON t TO one WITH GRANT OPTION; GRANT USAGE ON SCHEMA public TO one;
          SET ROLE one; GRANT SELECT (id) ON t TO two; RESET ROLE;
          REVOKE SELECT ON t FROM one; REVOKE USAGE ON SCHEMA public FROM one`);
        const after = await introspectHere(database);
        expect(after.unmodelled).toEqual([
          { kind: "privilege of a column without its grant option", name: "two on public.t" },
        ]);
        expect(plan(before, after)).toEqual([]);
      }),
    );
  });

  test("a statement grants as the grantor, and is the session's own again", async () => {
    await withTemporaryDatabase(postgres, (database) =>
      database.trial(async () => {
        await database.script(`${missingRoles(["one", "two"])}; CREATE SCHEMA x; CREATE TABLE x.t (id integer);
          GRANT SELECT ON x.t TO one WITH GRANT OPTION; GRANT USAGE ON SCHEMA x TO one`);
        const before = await introspectHere(database);
        await database.script("SET ROLE one; GRANT SELECT ON x.t TO two; RESET ROLE");
        const after = await introspectHere(database);
        const texts = (statements: ReturnType<typeof plan>) => statements.map(({ sql }) => sql.text);
        expect(texts(plan(before, after))).toEqual([
          "SET ROLE one;\nGRANT SELECT ON TABLE x.t TO two;\nRESET ROLE",
        ]);
        expect(texts(plan(after, before))).toEqual([
          "SET ROLE one;\nREVOKE SELECT ON TABLE x.t FROM two;\nRESET ROLE",
        ]);
      }),
    );
  });
});
