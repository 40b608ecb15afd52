import { expect, test } from "vitest";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";
import { objects } from "./satellite-cases.js";

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

/** What SECURITY LABEL names (manual, SECURITY LABEL). */
const labelled = new Set([
  ...["schema", "language", "enum", "domain", "composite type", "range", "sequence", "table", "column"],
  ...[
    "foreign table",
    "foreign column",
    "attribute",
    "function",
    "procedure",
    "aggregate",
    "view",
    "view column",
  ],
  ...["materialized view", "publication", "subscription", "event trigger"],
]);

test.each(eachPostgres)("every label is written as PostgreSQL reads it, on %s", async (postgres) => {
  await withTemporaryDatabase(postgres, (database) =>
    database.trial(async () => {
      const here = objects.filter(({ kind }) => postgres !== "pglite" || kind !== "subscription");
      await database.script(here.map(({ first }) => first).join(";"));
      const none = await introspectHere(database);
      const comments = here.filter(({ kind }) => labelled.has(kind));
      await database.script(comments.map(({ noun }) => `COMMENT ON ${noun} IS 'x'`).join(";"));
      await database.script(`
        INSERT INTO pg_seclabel SELECT objoid, classoid, objsubid, 'nobody', 'a' FROM pg_description
          WHERE description = 'x' AND classoid <> 'pg_subscription'::regclass;
        INSERT INTO pg_shseclabel SELECT objoid, classoid, 'nobody', 'a' FROM pg_description
          WHERE description = 'x' AND classoid = 'pg_subscription'::regclass;
        DELETE FROM pg_description WHERE description = 'x'`);
      const statements = plan(none, await introspectHere(database));
      expect(statements).toHaveLength(comments.length);
      for (const { sql } of statements) {
        await database.script("SAVEPOINT before");
        // It understands all of it, up to the provider that nobody loaded.
        await expect(database.script(sql.text)).rejects.toThrow(
          'security label provider "nobody" is not loaded',
        );
        await database.script("ROLLBACK TO SAVEPOINT before");
      }
    }),
  );
});
