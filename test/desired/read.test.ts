import { describe, expect, test } from "vitest";
import { readDesired } from "../../src/desired/read.js";
import { openParser } from "../../src/parse/parser.js";
import { desired, failureOf, placeOf, withFiles } from "./files.js";

const parser = await openParser(18);

describe("schema files", () => {
  test("are read from a directory, sorted, with its directories and without dotfiles", async () => {
    const state = await desired({
      "b.sql": "CREATE TABLE b ()",
      "a/2.SQL": "CREATE TABLE a2 ()",
      "a/1.yml": "tables: { a1: {} }",
      ".hidden/x.sql": "DROP TABLE x",
      ".x.sql": "DROP TABLE x",
      "notes.txt": "DROP TABLE x",
    });
    const tables = state.statements.map(({ statement }) => /TABLE (\S+)/.exec(statement.text)?.[1]);
    expect(tables).toEqual(["public.a1", "a2", "b"]);
  });

  test("have a hash that changes with a name or a content, and with nothing else", async () => {
    const hash = async (files: Record<string, string>) => (await desired(files)).hash;
    const original = await hash({ "a.sql": "CREATE TABLE a ()", "b.sql": "" });
    expect(await hash({ "b.sql": "", "a.sql": "CREATE TABLE a ()" })).toBe(original);
    expect(await hash({ "a.sql": "CREATE TABLE a () ", "b.sql": "" })).not.toBe(original);
    expect(await hash({ "a.sql": "CREATE TABLE a ()", "c.sql": "" })).not.toBe(original);
    expect(await hash({ "a.sql": "", "b.sql": "CREATE TABLE a ()" })).not.toBe(original);
    expect(original).toMatch(/^[0-9a-f]{64}$/);
  });

  test("may be single files", async () => {
    const state = await withFiles(
      { "a.sql": "CREATE TABLE a ()", "b.sql": "CREATE TABLE b ()" },
      (directory) => readDesired([`${directory}/b.sql`, `${directory}/a.sql`], parser),
    );
    expect(state.statements.map(({ statement }) => statement.text)).toEqual([
      "CREATE TABLE b ()",
      "CREATE TABLE a ()",
    ]);
  });

  test("that are missing or no text are an error", async () => {
    const missing = await failureOf(readDesired("/nowhere/schema", parser));
    expect([missing.code, missing.message]).toEqual([
      "DM2106",
      "the schema file or directory /nowhere/schema cannot be read: there is no such file or directory",
    ]);
    const latin = await failureOf(desired({ "a.sql": new Uint8Array([0x2d, 0x2d, 0xe9]) }));
    expect(latin.message).toMatch(/a\.sql is not UTF-8 text/);
  });

  test("name roles and extensions", async () => {
    const state = await desired(`
      CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA ext;
      CREATE EXTENSION "uuid-ossp";
      CREATE SCHEMA s AUTHORIZATION keeper;
      CREATE TABLE t (a int);
      ALTER TABLE t OWNER TO "Table Owner";
      GRANT SELECT ON t TO reader, PUBLIC, CURRENT_USER;
      REVOKE ALL ON t FROM former GRANTED BY giver;
      CREATE POLICY p ON t TO clerk USING (true);
      ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT SELECT ON TABLES TO heir;
      CREATE USER MAPPING FOR mapped SERVER x;
      CREATE FUNCTION f() RETURNS void LANGUAGE sql SET role = 'ignored' AS '';
    `);
    expect(state.roles).toEqual([
      "Table Owner",
      "clerk",
      "former",
      "giver",
      "heir",
      "keeper",
      "maker",
      "mapped",
      "reader",
    ]);
    expect(state.extensions.map(({ name, schema, at }) => [name, schema, at.line])).toEqual([
      ["hstore", "ext", 2],
      ["uuid-ossp", undefined, 3],
    ]);
  });
});

const modify = "revision made by `dm new`";

describe("what does not belong in a schema file is refused at its line", () => {
  test.each([
    ["INSERT INTO t VALUES (1)", modify],
    ["UPDATE t SET a = 1", modify],
    ["DELETE FROM t", modify],
    ["MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", modify],
    ["COPY t TO '/tmp/x'", modify],
    ["TRUNCATE t", modify],
    ["REFRESH MATERIALIZED VIEW v", "WITH DATA"],
    ["DROP TABLE t", "delete the object's definition"],
    ["DROP FUNCTION f(int)", "delete the object's definition"],
    ["DROP OWNED BY r", "delete the object's definition"],
    ["BEGIN", "remove BEGIN"],
    ["COMMIT", "remove BEGIN"],
    ["ROLLBACK", "remove BEGIN"],
    ["SAVEPOINT s", "remove BEGIN"],
    ["VACUUM t", "remove it"],
    ["ANALYZE t", "remove it"],
    ["REINDEX TABLE t", "remove it"],
    ["CLUSTER t", "CLUSTER ON"],
    ["CREATE DATABASE d", "by hand"],
    ["CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p", "connect = false"],
    ["CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect)", "connect = false"],
    [
      "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (create_slot = false, connect = 1)",
      "connect = false",
    ],
    ["ALTER SUBSCRIPTION s ENABLE", "by hand"],
    ["ALTER SUBSCRIPTION s REFRESH PUBLICATION", "by hand"],
    ["CREATE TABLESPACE s LOCATION '/x'", "by hand"],
    ["ALTER DATABASE d SET search_path = x", "settings: true"],
    ["COMMENT ON DATABASE d IS 'x'", "settings: true"],
    ["GRANT CONNECT ON DATABASE d TO r", "by hand"],
    ["ALTER SYSTEM SET work_mem = '1MB'", "by hand"],
    ["CREATE ROLE r", "roles: true"],
    ["ALTER ROLE r LOGIN", "roles: true"],
    ["ALTER ROLE r SET search_path = x", "settings: true"],
    ["DROP ROLE r", "roles: true"],
    ["GRANT r TO s", "roles: true"],
    ["COMMENT ON ROLE r IS 'x'", "roles: true"],
    ["CREATE TEMP TABLE t ()", "TEMPORARY"],
    ["CREATE TEMPORARY VIEW v AS SELECT 1", "TEMPORARY"],
    ["CREATE TEMP SEQUENCE s", "TEMPORARY"],
    ["CREATE TABLE t AS SELECT 1", "write out the columns"],
    ["SELECT 1", "remove it"],
    ["SELECT pg_catalog.setval('s', 3, true)", "--schema-only"],
    ["VALUES (1)", "remove it"],
    ["DO $$ BEGIN END $$", "write out the definitions"],
    ["CALL p()", modify],
    ["EXPLAIN SELECT 1", modify],
    ["LOCK TABLE t", modify],
    ["LISTEN c", modify],
    ["NOTIFY c", modify],
    ["PREPARE p AS SELECT 1", modify],
    ["DISCARD ALL", modify],
    ["LOAD 'x'", modify],
    ["SHOW work_mem", modify],
    ["SET client_encoding = 'LATIN1'", "UTF-8"],
    ["SET standard_conforming_strings = off", "E'…'"],
    ["REASSIGN OWNED BY a TO b", "OWNER TO"],
    ["ALTER TABLE t DROP COLUMN c", "delete that part's definition"],
    ["ALTER TABLE t DROP CONSTRAINT c", "delete that part's definition"],
    ["ALTER TABLE t ADD COLUMN d int, DROP COLUMN c", "delete that part's definition"],
    ["ALTER TABLE t NO INHERIT p", "delete that part's definition"],
    ["ALTER TABLE t DETACH PARTITION p", "delete that part's definition"],
    ["ALTER TABLE t ALTER c DROP IDENTITY", "delete that part's definition"],
    ["ALTER TABLE t ALTER c TYPE text", "column's definition"],
    ["ALTER DOMAIN d DROP CONSTRAINT c", "delete that part's definition"],
    ["ALTER PUBLICATION p DROP TABLE t", "delete that part's definition"],
    ["ALTER TABLE t RENAME TO u", "@renamed"],
    ["ALTER TABLE t RENAME COLUMN a TO b", "@renamed"],
    ["ALTER TABLE t SET SCHEMA s", "@renamed"],
    ["ALTER TYPE e ADD VALUE 'x'", "AS ENUM"],
    ["ALTER EXTENSION hstore UPDATE", "VERSION"],
    ["IMPORT FOREIGN SCHEMA s FROM SERVER x INTO y", "foreign tables"],
  ])("%s", async (statement, advice) => {
    const error = await failureOf(desired(`CREATE TABLE é ();\r\n  ${statement};`));
    expect([error.code, placeOf(error)]).toEqual(["DM2105", "schema.sql:2:3"]);
    expect(error.next.join()).toContain(advice);
  });

  test.each(["SET ROLE r", "SET SESSION AUTHORIZATION r"])(
    "%s stands before GRANT and REVOKE only",
    async (set) => {
      const granting = `${set}; GRANT SELECT ON t TO s; REVOKE UPDATE ON t FROM s`;
      expect((await desired(`${granting}; RESET ROLE; CREATE TABLE t ()`)).roles).toEqual(["r", "s"]);
      expect((await desired(`${granting}; SET ROLE NONE; CREATE TABLE t ()`)).statements).toHaveLength(3);
      const error = await failureOf(desired(`${granting};\nCREATE TABLE t ()`));
      expect([error.code, placeOf(error)]).toEqual(["DM2105", "schema.sql:2:1"]);
      expect(error.next.join()).toContain("OWNER TO");
    },
  );

  const managing = { coversRole: (role: string) => role !== "other", manageSettings: true };

  test("roles and settings belong there when dm manages them", async () => {
    const text = `CREATE ROLE a VALID UNTIL '2031-01-01' PASSWORD NULL; GRANT b TO a; ALTER ROLE a SET work_mem = '1MB';
      ALTER ROLE a IN DATABASE d SET work_mem = '1MB'; ALTER DATABASE d SET work_mem = '1MB';
      COMMENT ON ROLE a IS 'x'; COMMENT ON DATABASE d IS 'x'`;
    expect((await desired(text, managing)).statements).toHaveLength(7);
  });

  test.each([
    ["DM2105", "CREATE ROLE other", "manage: roles"],
    ["DM2105", "CREATE ROLE a; ALTER ROLE a PASSWORD 'secret'", "by hand"],
    ["DM2105", "CREATE ROLE a ENCRYPTED PASSWORD 'secret'", "by hand"],
    ["DM2105", "DROP ROLE a", "delete the object's definition"],
    ["DM2105", "REVOKE a FROM b", "delete that part's definition"],
    ["DM2105", "ALTER ROLE ALL SET work_mem = '1MB'", "by hand"],
    ["DM2111", "GRANT a TO b", "CREATE ROLE b"],
    ["DM2111", "ALTER ROLE b LOGIN", "CREATE ROLE b"],
    ["DM2111", "COMMENT ON ROLE b IS 'x'", "CREATE ROLE b"],
  ])("%s: %s does not even then", async (code, text, advice) => {
    const error = await failureOf(desired(text, managing));
    expect([error.code, error.next.join()]).toEqual([code, expect.stringContaining(advice)]);
  });

  test.each([
    "SET statement_timeout = 0",
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "SELECT set_config('x.y', 'z', true)",
    "RESET ALL",
    "ALTER TABLE ONLY t ALTER COLUMN c DROP DEFAULT",
    "ALTER TABLE ONLY t ALTER COLUMN c DROP NOT NULL",
    "ALTER TABLE t CLUSTER ON i",
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = 0)",
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (slot_name = x, connect = 'Off')",
    "ALTER SUBSCRIPTION s OWNER TO r",
    "CLUSTER t USING i",
    "ALTER TABLE t SET WITHOUT CLUSTER",
    "ALTER TABLE t ATTACH PARTITION p DEFAULT",
    "ALTER TABLE t DISABLE TRIGGER x",
    "ALTER TABLE t REPLICA IDENTITY FULL",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t VALIDATE CONSTRAINT c",
    "SECURITY LABEL ON TABLE t IS 'x'",
    "CREATE MATERIALIZED VIEW v AS SELECT 1",
    "CREATE INDEX CONCURRENTLY i ON t (a)",
  ])("%s belongs there", async (statement) => {
    await expect(desired(statement)).resolves.toBeDefined();
  });
});
