import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { subject } from "../../src/diff/diff.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import { drift } from "../../src/project/drift.js";
import { newRevision } from "../../src/project/new.js";
import { planRevision } from "../../src/project/plan.js";
import { pull } from "../../src/project/pull.js";
import {
  eachPostgres,
  newestServer,
  type Postgres,
  servers,
  withTemporaryDatabase,
} from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

const rolesQuery = (prefix: string) => `
  SELECT rolname::text AS name, rolcanlogin AS login, rolconnlimit AS "limit", shobj_description(oid, 'pg_authid') AS comment,
         (SELECT string_agg(g.rolname || CASE WHEN m.admin_option THEN '!' ELSE '' END, ' ' ORDER BY g.rolname)
          FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS "memberOf",
         (SELECT string_agg(line, ';' ORDER BY line) FROM pg_db_role_setting s, unnest(setconfig) line
          WHERE s.setrole = r.oid) AS settings
  FROM pg_roles r WHERE starts_with(rolname, '${prefix}') ORDER BY 1`;

/** The oldest server and the newest: memberships have options and grantors from version 16 on. */
const ends = [...new Set([...servers().slice(0, 1), ...servers().slice(-1)])];

describe.each(ends)("roles on PostgreSQL $major", { timeout: 120_000 }, ({ major }) => {
  test("are made, changed and dropped with a revision, there and back; no shadow changes the server's", async () => {
    const p = `r${randomBytes(4).toString("hex")}_`;
    await withTemporaryDatabase(major, async (database, url) => {
      const roles = () => database.query(rolesQuery(p));
      const manage = `{ roles: ["${p}*", ${p}leaver], settings: true }`;
      const file = (text: string) => ({ "all.sql": text.replaceAll("#", p) });
      // Somebody else's, and one that the pattern covers and no file declares.
      await database.script(`CREATE ROLE ${p}other LOGIN; CREATE ROLE x${p} LOGIN; CREATE ROLE ${p}leaver`);
      try {
        const first = `
          CREATE ROLE #reader; COMMENT ON ROLE #reader IS 'may read';
          CREATE ROLE #clerk LOGIN CONNECTION LIMIT 3 VALID UNTIL '2031-02-03 04:05:06+00';
          GRANT #reader TO #clerk WITH ADMIN OPTION; GRANT pg_monitor TO #clerk;
          ALTER ROLE #clerk SET work_mem = '8MB';
          ALTER ROLE #clerk IN DATABASE whatever SET search_path = app, "Odd name", public;
          ALTER DATABASE whatever SET timezone = 'Europe/Berlin';
          COMMENT ON DATABASE whatever IS '100% teeth';
          CREATE SCHEMA app AUTHORIZATION #clerk;
          CREATE TABLE app.t (id int); GRANT SELECT ON app.t TO #reader;`;
        await withProject({ database: url, schema: file(first), manage }, async (project) => {
          const before = await roles();
          const planned = await planRevision(project, { message: "roles" });
          expect(await roles()).toEqual(before);
          const ids = planned.changes.map((change) => `${change.type} ${subject(change).id}`);
          expect(ids.filter((id) => id.includes("other") || id.includes(`x${p}`))).toEqual([]);
          expect(ids).toContain(`drop role ${p}leaver`);
          await applyRevisions(project, {});
          const made = await roles();
          expect(made).toEqual([
            {
              name: `${p}clerk`,
              login: true,
              limit: 3,
              comment: null,
              memberOf: `pg_monitor ${p}reader!`,
              settings: 'search_path=app, "Odd name", public;work_mem=8MB',
            },
            { name: `${p}other`, login: true, limit: -1, comment: null, memberOf: null, settings: null },
            {
              name: `${p}reader`,
              login: false,
              limit: -1,
              comment: "may read",
              memberOf: null,
              settings: null,
            },
          ]);
          const [row] = await database.query(
            `SELECT shobj_description(oid, 'pg_database') AS comment,
                    (SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = oid AND setrole = 0) AS settings
             FROM pg_database WHERE datname = current_database()`,
          );
          expect(row).toEqual({ comment: "100% teeth", settings: ["TimeZone=Europe/Berlin"] });
          expect((await planRevision(project, { message: "none" })).changes).toEqual([]);
          expect((await drift(project)).changes).toEqual([]);

          await writeSchema(
            project.root,
            file(
              first
                .replace(
                  "CREATE ROLE #reader; COMMENT ON ROLE #reader IS 'may read'",
                  "CREATE ROLE #reader CREATEDB",
                )
                .replace("LOGIN CONNECTION LIMIT 3 VALID UNTIL '2031-02-03 04:05:06+00'", "NOINHERIT")
                .replace(" WITH ADMIN OPTION", "")
                .replace("GRANT pg_monitor TO #clerk", "")
                .replace("'8MB'", "'9MB'")
                .replace("ALTER DATABASE whatever SET timezone = 'Europe/Berlin';", ""),
            ),
          );
          const changed = await planRevision(project, { message: "change" });
          const text = changed.revisions[0]?.up.map(({ sql }) => sql).join("\n");
          expect(text).toContain(
            `ALTER ROLE ${p}clerk NOINHERIT NOLOGIN CONNECTION LIMIT -1 VALID UNTIL 'infinity'`,
          );
          expect(text).not.toMatch(/DROP ROLE|CREATE ROLE/);
          expect(await roles()).toEqual(made);
          await applyRevisions(project, {});
          expect((await planRevision(project, { message: "none" })).changes).toEqual([]);
          expect(await roles()).toMatchObject([
            { login: false, limit: -1, memberOf: `${p}reader` },
            {},
            { comment: null },
          ]);

          await database.script(`ALTER ROLE ${p}reader BYPASSRLS; ALTER ROLE ${p}other NOLOGIN`);
          expect((await drift(project)).changes).toMatchObject([
            { type: "alter", wanted: { id: `role ${p}reader` }, attributes: ["bypassRowSecurity"] },
          ]);
          await database.script(`ALTER ROLE ${p}reader NOBYPASSRLS; ALTER ROLE ${p}other LOGIN`);
          await rollbackRevisions(project, {});
          expect(await roles()).toEqual(made);
          await rollbackRevisions(project, { target: "base" });
          expect(await roles()).toEqual(before);
        });
      } finally {
        await database.script(
          `DROP OWNED BY x${p}; DROP ROLE IF EXISTS x${p}, ${p}other, ${p}leaver;
           DROP SCHEMA IF EXISTS app CASCADE; DROP ROLE IF EXISTS ${p}clerk, ${p}reader`,
        );
      }
    });
  });
});

describe.each(servers().slice(-1))("roles on PostgreSQL $major", { timeout: 120_000 }, ({ major }) => {
  test("that own things are not dropped, and PostgreSQL says what they own", async () => {
    const p = `r${randomBytes(4).toString("hex")}_`;
    await withTemporaryDatabase(major, async (database, url) => {
      await database.script(`CREATE ROLE ${p}owner; CREATE SCHEMA auth; CREATE TABLE auth.kept ();
        ALTER TABLE auth.kept OWNER TO ${p}owner`);
      const manage = `{ exclude: [auth], roles: [${p}owner] }`;
      try {
        await withProject({ database: url, manage }, async (project) => {
          await expect(planRevision(project, { message: "gone" })).rejects.toMatchObject({
            code: "DM3105",
            details: [`owner on table auth.kept depends on role ${p}owner`],
          });
          // What it owns outside of schemas, and in other databases, only the server knows.
          await database.script(`DROP TABLE auth.kept;
            DO $$BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ${p}owner', current_database()); END$$`);
          await planRevision(project, { message: "gone" });
          await expect(applyRevisions(project, {})).rejects.toMatchObject({
            code: "DM5202",
            message: expect.stringContaining("cannot be dropped because some objects depend on it"),
            details: expect.arrayContaining([expect.stringContaining("owner of database")]),
          });
        });
      } finally {
        await database.script(`DROP SCHEMA auth CASCADE; REASSIGN OWNED BY ${p}owner TO CURRENT_USER;
          DROP OWNED BY ${p}owner; DROP ROLE ${p}owner`);
      }
    });
  });
});

const places: readonly Postgres[] = eachPostgres.filter(
  (one) => one === "pglite" || one === newestServer()?.major,
);

describe.each(places)("a project with roles on %s", { timeout: 120_000 }, (postgres) => {
  test("pulls, replays and proves what is written by hand", async () => {
    const p = `r${randomBytes(4).toString("hex")}_`;
    const manage = `{ roles: ["${p}*"], settings: true }`;
    const schema = {
      "all.sql": `CREATE ROLE ${p}a LOGIN; CREATE ROLE ${p}b; GRANT ${p}a TO ${p}b;
      ALTER ROLE ${p}a SET work_mem = '8MB'; ALTER DATABASE this SET work_mem = '9MB';
      COMMENT ON DATABASE this IS 'ours'; CREATE TABLE t (); ALTER TABLE t OWNER TO ${p}a; GRANT SELECT ON t TO ${p}b`,
    };
    const run = (setup: { database?: string }) =>
      withProject({ ...setup, schema, manage }, async (project) => {
        const plan = (message: string) => planRevision(project, { message });
        await plan("first");
        // The first is replayed from here on.
        await writeSchema(project.root, { "more.sql": `CREATE ROLE ${p}c; GRANT SELECT ON t TO ${p}c` });
        expect((await plan("third")).changes.map((change) => subject(change).id).sort()).toEqual([
          `privilege ${p}c on table public.t`,
          `role ${p}c`,
        ]);
        const { file } = await newRevision(project, { message: "by hand" });
        const text = await readFile(file, "utf8");
        await writeFile(
          file,
          text
            .replace(
              "-- dm:down",
              `ALTER ROLE ${p}c NOINHERIT; CREATE VIEW v AS SELECT 1 AS a;\n\n-- dm:down`,
            )
            .concat(`DROP VIEW v; ALTER ROLE ${p}c INHERIT;\n`),
        );
        await writeSchema(project.root, {
          "more.sql": `CREATE ROLE ${p}c NOINHERIT; GRANT SELECT ON t TO ${p}c; CREATE VIEW v AS SELECT 1 AS a`,
        });
        const proven = await plan("nothing more");
        expect([proven.provenRevisions.length, proven.changes]).toEqual([1, []]);
        await applyRevisions(project, {});
        expect((await drift(project)).changes).toEqual([]);

        const directory = join(project.root, "pulled");
        await pull(project, { format: "sql", directory });
        expect(await readFile(join(directory, "roles.sql"), "utf8")).toContain(`CREATE ROLE ${p}a LOGIN;`);
        expect(await readFile(join(directory, "database.sql"), "utf8")).toContain("COMMENT ON DATABASE");
        const { changes } = await drift(project, { against: directory });
        expect(changes).toEqual([]);
        await rollbackRevisions(project, { target: "base" });
      });
    if (postgres === "pglite") return run({});
    return withTemporaryDatabase(postgres, async (database, url) => {
      try {
        await run({ database: url });
      } finally {
        await database.script(
          `DROP VIEW IF EXISTS v; DROP TABLE IF EXISTS t; DROP ROLE IF EXISTS ${p}a, ${p}b, ${p}c`,
        );
      }
    });
  });
});
