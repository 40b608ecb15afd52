import { expect, test } from "vitest";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";

// PostgreSQL ships no label provider, so labels are put where it keeps them, and plans are read, not run.
const put = (relation: string, column: number, label: string) =>
  `INSERT INTO pg_seclabel VALUES ('${relation}'::regclass, 'pg_class'::regclass, ${column}, 'My Provider', '${label}')`;

test.each(eachPostgres)("security labels come, change and go, on %s", async (postgres) => {
  await withTemporaryDatabase(postgres, (database) =>
    database.trial(async () => {
      await database.script("CREATE SCHEMA app; CREATE TABLE app.t (id int)");
      const none = await introspectHere(database);
      await database.script(`${put("app.t", 0, "it''s")}; ${put("app.t", 1, "low")}`);
      const some = await introspectHere(database);
      await database.script("UPDATE pg_seclabel SET label = 'high' WHERE objsubid = 1");
      const changed = await introspectHere(database);
      const statements = (...[from, to]: Parameters<typeof plan>) =>
        plan(from, to).map(({ sql }) => sql.text);
      expect(statements(none, some)).toEqual([
        `SECURITY LABEL FOR "My Provider" ON COLUMN app.t.id IS 'low'`,
        `SECURITY LABEL FOR "My Provider" ON TABLE app.t IS 'it''s'`,
      ]);
      expect(statements(some, changed)).toEqual([
        `SECURITY LABEL FOR "My Provider" ON COLUMN app.t.id IS 'high'`,
      ]);
      expect(statements(changed, none)).toEqual([
        `SECURITY LABEL FOR "My Provider" ON COLUMN app.t.id IS NULL`,
        `SECURITY LABEL FOR "My Provider" ON TABLE app.t IS NULL`,
      ]);
    }),
  );
});
