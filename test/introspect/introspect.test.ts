import { describe, expect, test } from "vitest";
import { factId } from "../../src/catalog/identity.js";
import type { Database } from "../../src/database/database.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";

describe.each(eachPostgres)("introspection of PostgreSQL %s", (postgres) => {
  const inDatabase = <T>(work: (database: Database) => Promise<T>) => withTemporaryDatabase(postgres, work);
  const table = factId({ kind: "table", schema: "public", name: "t" });
  const view = factId({ kind: "view", schema: "public", name: "v" });

  test("finds nothing of the user's in a new database but the schema public", async () => {
    await inDatabase(async (database) => {
      const { facts, unmodelled } = await introspect(database);
      expect(
        [...facts.values()].filter(({ identity }) => identity.of === undefined).map(({ id }) => id),
      ).toEqual(["schema public"]);
      expect(unmodelled).toEqual([]);
    });
  });

  test("takes a read-only transaction and a handful of round trips", async () => {
    await inDatabase(async (database) => {
      const sent: string[] = [];
      const counted: Database = {
        ...database,
        script: (text) => {
          sent.push(text);
          return database.script(text);
        },
        query: (text, parameters) => {
          sent.push(text);
          return database.query(text, parameters);
        },
        transaction: (work, options) => {
          expect(options).toEqual({ isolation: "repeatable read", readOnly: true });
          return database.transaction(work, options);
        },
      };
      await introspect(counted);
      expect(sent).toHaveLength(1);
    });
  });

  test("prints alike whatever the session's settings, and leaves them alone", async () => {
    await inDatabase(async (database) => {
      await database.script(`CREATE TABLE t (d date DEFAULT '2020-02-01', i interval DEFAULT '1 day 2 hours', f real DEFAULT 0.1,
        b bytea DEFAULT 'a', z timestamptz DEFAULT '2020-01-01 00:00+00', "Q" text); CREATE VIEW v AS SELECT d FROM t`);
      const plain = await introspect(database);
      await database.script(`SET datestyle = 'German'; SET intervalstyle = 'iso_8601'; SET timezone = 'Asia/Tokyo';
        SET extra_float_digits = -15; SET bytea_output = 'escape'; SET quote_all_identifiers = on; SET search_path = pg_catalog`);
      expect((await introspect(database)).fingerprint).toBe(plain.fingerprint);
      await database.trial(async () => {
        await introspectHere(database);
        const rows =
          await database.query(`SELECT current_setting('datestyle') AS datestyle, current_setting('timezone') AS timezone,
          current_setting('search_path') AS path, current_setting('quote_all_identifiers') AS quote`);
        expect(rows).toEqual([
          {
            datestyle: expect.stringContaining("German"),
            timezone: "Asia/Tokyo",
            path: '"pg_catalog"',
            quote: "on",
          },
        ]);
      });
    });
  });

  test("sees what an open transaction has built", async () => {
    await inDatabase(async (database) => {
      await database.trial(async () => {
        await database.script("CREATE TABLE t (id integer)");
        expect((await introspectHere(database)).has(table)).toBe(true);
      });
      expect((await introspect(database)).has(table)).toBe(false);
    });
  });

  test("leaves temporary tables, PostgreSQL's own schemas and dm's aside", async () => {
    await inDatabase(async (database) => {
      await database.script(
        "CREATE TEMPORARY TABLE t (id serial PRIMARY KEY); CREATE SCHEMA dm; CREATE TABLE dm.journal (id integer); CREATE SCHEMA dm_archive",
      );
      const { facts, unmodelled } = await introspect(database);
      expect([...facts.keys()].filter((id) => !id.includes("schema public"))).toEqual([]);
      expect(unmodelled).toEqual([]);
    });
  });

  test("reads dependencies from the catalog: view on column, default on function, policy, trigger, index", async () => {
    await inDatabase(async (database) => {
      await database.script(`CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
        CREATE TABLE t (id integer DEFAULT f(1), x integer); CREATE VIEW v AS SELECT id FROM t;
        CREATE INDEX i ON t (f(x)); CREATE POLICY p ON t USING (f(id) > 0)`);
      const catalog = await introspect(database);
      const needs = (id: string) => {
        const fact = [...catalog.facts.values()].find((one) => one.id === id);
        return fact === undefined ? [] : catalog.dependencies(fact.id).map(({ to }) => String(to));
      };
      expect(needs(view)).toEqual(expect.arrayContaining(["column public.t.id"]));
      expect(needs(view)).not.toContain("column public.t.x");
      for (const id of ["default public.t.id", "index public.i", "policy public.t.p"]) {
        expect(needs(id), id).toContain("function public.f(integer)");
      }
    });
  });

  test("what belongs to an extension is the extension's, and what depends on it depends on that", async ({
    skip,
  }) => {
    await inDatabase(async (database) => {
      const available = await database.query("SELECT FROM pg_available_extensions WHERE name = 'citext'");
      if (available.length === 0) skip("citext is not available");
      await database.script("CREATE EXTENSION citext; CREATE TABLE t (c citext)");
      const catalog = await introspect(database);
      const { facts, unmodelled } = catalog;
      expect([...facts.keys()].filter((id) => id.includes("citext")).toSorted()).toEqual([
        "comment on extension citext",
        "extension citext",
      ]);
      const column = factId({ kind: "column", schema: "public", on: "t", name: "c" });
      expect(catalog.dependencies(column).map(({ to }) => String(to))).toContain("extension citext");
      expect(unmodelled).toEqual([]);
    });
  });

  test("the role whose ownership goes without saying can be another than the connected one", async () => {
    await inDatabase(async (database) => {
      await database.script("CREATE TABLE t (id integer)");
      const [row] = await database.query<{ me: string }>("SELECT current_user::text AS me");
      expect(
        (await introspect(database)).has(
          factId({ kind: "owner", of: { kind: "table", schema: "public", name: "t" } }),
        ),
      ).toBe(false);
      const seen = await introspect(database, { self: "somebody_else" });
      expect(
        seen.find({ kind: "owner", of: { kind: "table", schema: "public", name: "t" } })?.attributes.role,
      ).toBe(row?.me);
      expect(seen.self).toBe("somebody_else");
    });
  });
});
