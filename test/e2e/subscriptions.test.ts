import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { connect, inDatabase, withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { dropSubscriptions } from "../../src/database/scratch.js";
import { withShadow } from "../../src/database/shadow.js";
import type { DmError } from "../../src/error.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { drift } from "../../src/project/drift.js";
import { newRevision } from "../../src/project/new.js";
import { planRevision } from "../../src/project/plan.js";
import { endsOfServers, server, withTemporaryDatabase } from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";

// PGlite has no walreceiver library, which CREATE SUBSCRIPTION loads.
const onServers = endsOfServers.filter((postgres) => postgres !== "pglite");

const subscription = (publications: string, options = "") =>
  `CREATE SUBSCRIPTION s CONNECTION 'host=nowhere dbname=x' PUBLICATION ${publications} WITH (connect = false${options});`;

/** Subscriptions and roles belong to the server, and are left there when a shadow leaves them. */
async function expectNothingLeft(database: Database, role: string): Promise<void> {
  const left = await database.query(
    `SELECT s.subname::text AS what FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname <> current_database()
     UNION ALL SELECT datname FROM pg_database WHERE datname LIKE 'dm_shadow_${process.pid}_%'
     UNION ALL SELECT rolname FROM pg_roles WHERE rolname = $1`,
    [role],
  );
  expect(left).toEqual([]);
}

/** Every plan is in phases, whose proof commits. */
const inPhases = (project: Project): Project => ({
  ...project,
  online: { ...project.online, mode: "always", rows: 0, bytes: 0 },
});

describe.each(onServers)("a subscription, on %s", { timeout: 120_000 }, (major) => {
  const role = `dm_test_${randomBytes(5).toString("hex")}`;

  test("comes, changes and goes by plans in phases, and back; no shadow keeps it", async () => {
    const state = (more: string, index: string) =>
      `CREATE TABLE t (id int PRIMARY KEY, a int); ${index} ${more}`;
    await withTemporaryDatabase(major, (database, url) =>
      withProject({ database: url, schema: { "s.sql": state("", "") } }, async (plain) => {
        const project = inPhases(plain);
        const go = async (more: string, index: string) => {
          await writeSchema(project.root, { "s.sql": state(more, index) });
          const { revisions } = await planRevision(project, { message: "next" });
          expect(revisions).not.toEqual([]);
          await expectNothingLeft(database, role);
          await applyRevisions(project, { allow: ["all"], cleanup: true });
          expect((await planRevision(project, { message: "again" })).changes).toEqual([]);
          return revisions.length;
        };
        const standing = () =>
          database.query(
            "SELECT subpublications AS publications, subslotname::text AS slot, subenabled AS enabled FROM pg_subscription WHERE subname = 's'",
          );
        const first = { publications: ["a", "b"], slot: "s", enabled: false };
        await go("", "");
        const added = await go(subscription("a, b"), "CREATE INDEX i ON t (a);");
        expect(await standing()).toEqual([first]);
        const changed = await go(subscription("b, c", ", slot_name = other"), "");
        expect(await standing()).toEqual([{ publications: ["b", "c"], slot: "other", enabled: false }]);
        const dropped = await go("", "CREATE INDEX i ON t (a);");
        expect(await standing()).toEqual([]);

        const back = async (count: number) => {
          await rollbackRevisions(project, { target: `-${count}`, allow: ["all"] });
          expect((await drift(project)).changes).toEqual([]);
          return standing();
        };
        expect(await back(dropped)).toMatchObject([{ slot: "other" }]);
        expect(await back(changed)).toEqual([first]);
        expect(await back(added)).toEqual([]);
        await expectNothingLeft(database, role);
      }),
    );
  });

  // Before version 16 the owner has to be a superuser, which no role that a shadow makes is.
  test.skipIf(Number(major) < 16)("of a role that the server lacks leaves no such role behind", async () => {
    const schema = `CREATE TABLE t (id int); CREATE INDEX i ON t (id); ${subscription("a")} ALTER SUBSCRIPTION s OWNER TO ${role};`;
    await withTemporaryDatabase(major, (database, url) =>
      withProject({ database: url, schema: { "s.sql": "CREATE TABLE t (id int);" } }, async (plain) => {
        const project = inPhases(plain);
        await planRevision(project, { message: "first" });
        await applyRevisions(project, {});
        await writeSchema(project.root, { "s.sql": schema });
        expect((await planRevision(project, { message: "second" })).revisions).not.toEqual([]);
        await expectNothingLeft(database, role);
      }),
    );
  });

  test("in a scratch database that a killed run left goes with it, and keeps no later run from work", async () => {
    const { url } = server(Number(major));
    const left = `dm_shadow_${process.pid}_left`;
    const foreign = await connect(url);
    try {
      await foreign.query(`CREATE DATABASE ${left} TEMPLATE template0`);
      await foreign.query(
        `COMMENT ON DATABASE ${left} IS 'dm shadow made at 2020-01-01T00:00:00Z; safe to drop'`,
      );
      await withDatabase(inDatabase(url, left), (database) =>
        database.script(`${subscription("a")}
          CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'nothing is dropped here'; END $$;
          CREATE EVENT TRIGGER guard ON sql_drop EXECUTE FUNCTION no();`),
      );
      await withShadow({ choice: url }, async () => undefined);
      await expectNothingLeft(foreign, role);
    } finally {
      await foreign.close();
    }
  });
});

const newest = onServers.at(-1) ?? 0;

describe.skipIf(newest === 0)("a publisher is not told of", { timeout: 120_000 }, () => {
  /** A project on a database with a subscription to `publisher`, whose slot of the same name is there. */
  function withSubscriber(
    work: (project: Project, database: Database, publisher: Database) => Promise<void>,
  ) {
    return withTemporaryDatabase(newest, (publisher) =>
      withTemporaryDatabase(newest, async (database, url) => {
        const slot = `dm_test_${randomBytes(5).toString("hex")}`;
        const [row] = await publisher.query<{ name: string }>("SELECT current_database()::text AS name");
        const { socket, port, url: admin } = server(Number(newest));
        const { username } = new URL(admin);
        const connection = `host=${socket} port=${port} user=${username} dbname=${row?.name}`;
        await publisher.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
        await publisher.script("CREATE PUBLICATION p FOR ALL TABLES");
        const schema = `CREATE SUBSCRIPTION ${slot} CONNECTION '${connection}' PUBLICATION p WITH (connect = false);`;
        try {
          await withProject({ database: url, schema: { "s.sql": schema } }, async (project) => {
            await planRevision(project, { message: "first" });
            await applyRevisions(project, {});
            await work(project, database, publisher);
          });
        } finally {
          await withDatabase(url, dropSubscriptions);
          await publisher.query("SELECT pg_drop_replication_slot($1)", [slot]);
        }
      }),
    );
  }

  const written = async (project: Project, up: string, down: string) => {
    const { file } = await newRevision(project, { message: "by hand" });
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("-- dm:up\n", `$&\n${up}\n`).replace("-- dm:down\n", `$&\n${down}\n`));
  };
  const slots = (publisher: Database) =>
    publisher.query(
      "SELECT slot_name::text AS slot, confirmed_flush_lsn::text AS sent FROM pg_replication_slots WHERE database = current_database()",
    );
  const subscriptionOf = async (database: Database) => {
    const [row] = await database.query<{ name: string }>(
      `SELECT subname::text AS name FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
       WHERE d.datname = current_database()`,
    );
    return row?.name ?? "";
  };

  test("a subscription that a revision enables and another drops, while they are proven", async () => {
    await withSubscriber(async (project, database, publisher) => {
      const own = await subscriptionOf(database);
      const before = await slots(publisher);
      expect(before).toHaveLength(1);
      await written(
        project,
        `CREATE TABLE t (id int);\nALTER SUBSCRIPTION ${own} ENABLE;\n-- dm:step autocommit\nALTER SUBSCRIPTION ${own} REFRESH PUBLICATION;\n-- dm:step commit\nCREATE TABLE u (id int);`,
        `ALTER SUBSCRIPTION ${own} DISABLE;\nDROP TABLE t, u;`,
      );
      const schema = join(project.schema, "s.sql");
      const first = await readFile(schema, "utf8");
      await writeFile(schema, `${first} CREATE TABLE t (id int); CREATE TABLE u (id int);`);
      await planRevision(project, { message: "nothing" });
      await written(project, `-- dm:step autocommit\nDROP SUBSCRIPTION ${own};`, `${first}`);
      await writeFile(schema, "CREATE TABLE t (id int); CREATE TABLE u (id int);");
      await planRevision(project, { message: "nothing" });
      expect(await slots(publisher)).toEqual(before);
    });
  });

  test("what cannot be done without it is refused before it runs", async () => {
    await withSubscriber(async (project, _, publisher) => {
      const before = await slots(publisher);
      await written(
        project,
        "-- dm:step autocommit\nCREATE SUBSCRIPTION other CONNECTION 'host=nowhere' PUBLICATION p;",
        "-- dm:step autocommit\nDROP SUBSCRIPTION other;",
      );
      await expect(planRevision(project, { message: "nothing" })).rejects.toMatchObject({ code: "DM3407" });
      expect(await slots(publisher)).toEqual(before);
    });
  });

  test.skipIf(Number(newest) < 17)("what has to ask the publisher is told to be done elsewhere", async () => {
    await withTemporaryDatabase(newest, (_, url) =>
      withProject(
        {
          database: url,
          schema: { "s.sql": `${subscription("a")}\nALTER SUBSCRIPTION s SET (failover = true);` },
        },
        async (project) => {
          const error = await planRevision(project, { message: "x" }).then(
            () => undefined,
            (refusal: DmError) => refusal,
          );
          expect(error).toMatchObject({ code: "DM2101", at: { line: 2 } });
          expect(error?.next.join()).toContain("dm new");
        },
      ),
    );
  });
});
