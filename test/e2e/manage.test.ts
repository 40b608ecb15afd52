import { describe, expect, test } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { subject } from "../../src/diff/diff.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { drift } from "../../src/project/drift.js";
import { planRevision } from "../../src/project/plan.js";
import { eachPostgres, type Postgres, withTemporaryDatabase } from "../support/databases.js";
import { withManage, withProject, writeSchema } from "../support/project.js";

/** What a platform keeps beside the application's schema, and what points from there into it. */
const platform = `
  CREATE SCHEMA auth;
  CREATE FUNCTION auth.uid() RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint';
  CREATE TABLE auth.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text DEFAULT auth.uid()::text);
  CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY);
  INSERT INTO alembic_version VALUES ('a1b2');`;

const schema = (code: string, more = "") => ({
  "app.sql": `
    CREATE SCHEMA app;
    CREATE TABLE app.clinic (id bigint PRIMARY KEY, code ${code} NOT NULL UNIQUE, owner bigint REFERENCES auth.users);
    CREATE VIEW app.people AS SELECT id, email FROM auth.users WHERE id = auth.uid();
    COMMENT ON VIEW app.people IS 'who may enter';
    ${more}`,
});

async function withPlatform(
  postgres: Postgres,
  manage: string,
  work: (project: Project, sql: (text: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const inProject = (database: string | undefined, keep?: Database) =>
    withProject(
      { ...(database === undefined ? {} : { database }), schema: schema("integer"), manage },
      async (project) => {
        const sql = (text: string) =>
          keep === undefined
            ? withDatabase(project.environment.database, (one) => one.script(text))
            : keep.script(text);
        await sql(platform);
        await work(project, sql);
      },
    );
  if (postgres === "pglite") return inProject(undefined);
  return withTemporaryDatabase(postgres, (keep, url) => inProject(url, keep));
}

const plan = (project: Project, message = "change") => planRevision(project, { message });
const ids = (changes: Awaited<ReturnType<typeof plan>>["changes"]) =>
  changes.map((change) => `${change.type} ${subject(change).id}`);

/** The embedded PostgreSQL, and the newest server. */
const places = [...new Set([...eachPostgres.slice(0, 1), ...eachPostgres.slice(-1)])];

describe.each(places)("a schema among another's on %s", { timeout: 120_000 }, (postgres) => {
  test("builds on what it does not manage, and leaves it alone", async () => {
    await withPlatform(postgres, "{ exclude: [auth] }", async (project, sql) => {
      const planned = await plan(project);
      expect(planned.leftOut).toEqual([{ kind: "table", name: "public.alembic_version", tool: "Alembic" }]);
      expect(ids(planned.changes).filter((id) => / auth|alembic/.test(id))).toEqual([]);
      const text = planned.revisions[0]?.up.map((step) => step.sql).join("\n") ?? "";
      expect(text).toContain("CREATE VIEW app.people");
      expect(text).not.toMatch(/(CREATE|ALTER|DROP)[^;]*auth\.users \(/);
      expect(planned.revisions[0]?.manage).toEqual({ exclude: ["auth"] });
      await applyRevisions(project, {});

      await sql("ALTER TABLE auth.users ADD COLUMN phone text; CREATE TABLE auth.sessions (id int)");
      expect((await drift(project)).changes).toEqual([]);
      await sql("ALTER TABLE app.clinic ADD COLUMN by_hand int");
      expect(ids((await drift(project)).changes)).toEqual(["create column app.clinic.by_hand"]);
      await sql("ALTER TABLE app.clinic DROP COLUMN by_hand");

      expect((await plan(project)).changes).toEqual([]);
      await writeSchema(project.root, schema("bigint"));
      const second = await plan(project, "wider");
      expect(ids(second.changes)).toEqual(["alter column app.clinic.code"]);
      // From here on the first revision is replayed in an empty shadow.
      await writeSchema(
        project.root,
        schema("bigint", "CREATE VIEW app.mine AS SELECT email FROM auth.users;"),
      );
      expect(ids((await plan(project, "mine")).changes)).toContain("create view app.mine");
      await applyRevisions(project, {});
      expect((await drift(project)).changes).toEqual([]);
      await rollbackRevisions(project, { target: "base" });
      await expect(sql("SELECT phone FROM auth.users; SELECT * FROM alembic_version")).resolves.toBeDefined();
    });
  });
});

describe.each(eachPostgres.slice(-1))("another's schema on %s", { timeout: 120_000 }, (postgres) => {
  test("is not touched: what it stands in the way of is refused plainly", async () => {
    await withPlatform(postgres, "{ exclude: [auth] }", async (project, sql) => {
      await plan(project);
      await applyRevisions(project, {});
      await sql("CREATE TABLE auth.badge (code int REFERENCES app.clinic (code))");
      await writeSchema(project.root, schema("text"));
      await expect(plan(project)).rejects.toMatchObject({
        code: "DM3105",
        details: [expect.stringMatching(/^constraint auth\.badge\.badge_code_fkey depends on .*app\.clinic/)],
      });
      // Reporting is not refused.
      expect((await drift(project, { against: `${project.root}/schema` })).changes).not.toEqual([]);
    });
  });

  test("may declare what it builds on in its own files", async () => {
    await withPlatform(postgres, "{ schemas: [app] }", async (project) => {
      await writeSchema(project.root, {
        "auth.sql": `CREATE SCHEMA auth; CREATE TABLE auth.users (id bigint PRIMARY KEY, email text);
          CREATE FUNCTION auth.uid() RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint'`,
      });
      const { changes } = await plan(project);
      expect(ids(changes).filter((id) => !id.includes("app"))).toEqual([]);
      await applyRevisions(project, {});
      expect((await plan(project)).changes).toEqual([]);
    });
  });

  test("another manage: neither invalidates what is written nor stops apply", async () => {
    await withPlatform(postgres, "{ exclude: [auth] }", async (first, sql) => {
      await plan(first);
      const wide = await withManage(first, "{}");
      await applyRevisions(wide, {});
      // All of auth would have to go, or be declared.
      await writeSchema(wide.root, {
        "auth.sql": `CREATE SCHEMA auth;
          CREATE FUNCTION auth.uid() RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint';
          CREATE TABLE auth.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text DEFAULT auth.uid()::text);
          CREATE TABLE auth.roles (id int);`,
      });
      const planned = await plan(wide);
      expect(ids(planned.changes)).toEqual(["create column auth.roles.id", "create table auth.roles"]);
      await applyRevisions(wide, {});
      expect((await drift(wide)).changes).toEqual([]);
      const narrow = await withManage(wide, "{ exclude: [auth], kinds: [-comment] }");
      await writeSchema(
        narrow.root,
        schema("integer", "COMMENT ON TABLE app.clinic IS 'not dm''s'; CREATE TABLE app.x ();"),
      );
      expect(ids((await plan(narrow)).changes)).toEqual(["create table app.x"]);
      await applyRevisions(narrow, {});
      await sql("COMMENT ON VIEW app.people IS 'changed'; DROP TABLE auth.roles");
      expect((await drift(narrow)).changes).toEqual([]);
    });
  });

  test("a comment that is not managed survives the replacement of its view", async () => {
    await withPlatform(
      postgres,
      "{ exclude: [auth], kinds: [-comment, -privilege, -owner] }",
      async (project, sql) => {
        await plan(project);
        await applyRevisions(project, {});
        await sql("COMMENT ON VIEW app.people IS 'by hand'");
        await writeSchema(project.root, {
          "app.sql": schema("integer")["app.sql"].replace("SELECT id, email", "SELECT email, id"),
        });
        await plan(project);
        await applyRevisions(project, {});
        const rows = (await sql("SELECT obj_description('app.people'::regclass) AS text")) as {
          text: string;
        }[][];
        expect(rows.flat()).toEqual([{ text: "by hand" }]);
      },
    );
  });
});
