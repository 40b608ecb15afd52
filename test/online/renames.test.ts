import { describe, expect, it } from "vitest";
import { withDatabase } from "../../src/database/connect.js";
import type { Database } from "../../src/database/database.js";
import { blocks } from "../../src/hazards/codes.js";
import { hazardsIn } from "../../src/hazards/lines.js";
import { applyRevisions, rollbackRevisions } from "../../src/project/apply.js";
import type { Project } from "../../src/project/config.js";
import { planRevision } from "../../src/project/plan.js";
import type { Revision, Step } from "../../src/revision/revision.js";
import {
  eachPostgres,
  endsOfServers,
  newestServer,
  type Postgres,
  withTemporaryDatabase,
} from "../support/databases.js";
import { withProject, writeSchema } from "../support/project.js";
import { missingRoles } from "../support/roles.js";
import { transactions } from "./clinic.js";

/** Servers for the tests have them, a project's own embedded database does not. */
const roles = ["dm_reader", "dm_writer"];

interface Tables {
  readonly before: string;
  readonly after: string;
  readonly rows: string;
}

/** A project whose tables are there with rows, and whose schema files ask for what comes next. */
function withTables<T>(
  postgres: Postgres,
  { before, after, rows }: Tables,
  work: (project: Project) => Promise<T>,
): Promise<T> {
  const body = (url?: string) =>
    withProject({ schema: { "a.sql": before }, ...(url && { database: url }) }, async (project) => {
      await withDatabase(project.environment.database, (database) => database.script(missingRoles(roles)));
      await planRevision(project, { message: "tables" });
      await applyRevisions(project, {});
      await withDatabase(project.environment.database, (database) => database.script(rows));
      await writeSchema(project.root, { "a.sql": after });
      return work(project);
    });
  return postgres === "pglite" ? body() : withTemporaryDatabase(postgres, (_, url) => body(url));
}

type Row = Record<string, unknown>;

/** How an application names what it reads and writes. */
interface Version {
  readonly table: string;
  readonly mail: string;
  readonly score: string;
  readonly alias: string;
}

const phasesOf = (revisions: readonly Revision[]) => revisions.map(({ phase }) => phase);
const codesOf = (steps: readonly Step[]) => steps.flatMap(hazardsIn).map(({ code }) => code);

const rowsOf = (database: Database, one: Version) =>
  database.query<Row>(
    `SELECT id, ${one.mail} AS mail, ${one.score} AS score, ${one.alias} AS alias FROM ${one.table} ORDER BY id`,
  );

let turn = 0;

/** Each version writes, by all sorts of statements, and all versions read the same. */
async function writeAndRead(
  database: Database,
  versions: readonly Version[],
  nick = { given: "x", kept: "x" },
): Promise<void> {
  const all = (one: Version, key: string) =>
    database.query<Row>(
      `SELECT id, ${one.mail} AS mail, ${one.score} AS score, ${one.alias} AS alias FROM ${one.table} WHERE ${one.mail} = '${key}'`,
    );
  for (const writer of versions) {
    const { table, mail, score, alias } = writer;
    const agree = async (what: string, key: string, expected: Row) => {
      for (const reader of versions) {
        const context = `${what} by ${table}.${mail}, read by ${reader.table}.${reader.mail}`;
        expect(await all(reader, key), context).toMatchObject([expected]);
      }
    };
    const key = `turn${++turn}`;
    await database.script(`INSERT INTO ${table} (${mail}, ${alias}) VALUES ('${key}', '${nick.given}')`);
    await agree("INSERT", key, { mail: key, score: 7, alias: nick.kept });
    await database.script(
      `UPDATE ${table} SET ${score} = ${score} + 1, ${alias} = NULL WHERE ${mail} = '${key}'`,
    );
    await agree("UPDATE", key, { mail: key, score: 8, alias: null });
    await database.script(`UPDATE ${table} SET ${alias} = '${nick.given}' WHERE ${mail} = '${key}'`);
    await agree("UPDATE", key, { mail: key, score: 8, alias: nick.kept });
    const upsert = `INSERT INTO ${table} (${mail}, ${score}) VALUES ('${key}', 3)
      ON CONFLICT (${mail}) DO UPDATE SET ${score} = EXCLUDED.${score} + 40`;
    await database.script(upsert);
    await agree("ON CONFLICT", key, { mail: key, score: 43 });
    await database.script(`UPDATE ${table} SET ${mail} = '${key}b' WHERE ${mail} = '${key}'`);
    await agree("a new key", `${key}b`, { mail: `${key}b`, score: 43 });
    const twice = database.script(`INSERT INTO ${table} (${mail}) VALUES ('${key}b')`);
    await expect(twice).rejects.toThrow(/duplicate key/);
    const nothing = database.script(`INSERT INTO ${table} (${score}) VALUES (1)`);
    await expect(nothing).rejects.toThrow(/null value/);
    // NULL is a value that was given, not the default.
    await database.script(`INSERT INTO ${table} (${mail}, ${score}) VALUES ('${key}c', NULL)`);
    await agree("NULL", `${key}c`, { score: null });
    await database.script(`DELETE FROM ${table} WHERE ${mail} IN ('${key}b', '${key}c')`);
  }
}

const lower = (column: string) => `
    CREATE FUNCTION lower_names() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN NEW.${column} := lower(NEW.${column}); RETURN NEW; END';
    CREATE TRIGGER lower_names BEFORE INSERT OR UPDATE ON person FOR EACH ROW EXECUTE FUNCTION lower_names();`;
const columns: Tables = {
  before: `
    CREATE TABLE person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text NOT NULL UNIQUE CHECK (mail <> ''),
      points int DEFAULT 7, nick varchar(20));
    CREATE INDEX person_nick ON person (nick, lower(mail)) WHERE points > 0;
    CREATE TABLE visit (id int PRIMARY KEY, person text REFERENCES person (mail) ON UPDATE CASCADE);
    CREATE VIEW v AS SELECT id, mail FROM person;${lower("nick")}`,
  after: `
    CREATE TABLE person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      email text NOT NULL UNIQUE CHECK (email <> ''), -- @renamed from=mail
      score int DEFAULT 7, -- @renamed from=points
      alias varchar(20) -- @renamed from=nick
    );
    CREATE INDEX person_nick ON person (alias, lower(email)) WHERE score > 0;
    CREATE TABLE visit (id int PRIMARY KEY, person text REFERENCES person (email) ON UPDATE CASCADE);
    CREATE VIEW v AS SELECT id, email AS mail FROM person;${lower("alias")}`,
  rows: `INSERT INTO person (mail, points, nick) SELECT 'm' || i, i, 'n' || i FROM generate_series(1, 20) i;
    INSERT INTO visit SELECT i, 'm' || i FROM generate_series(1, 20) i`,
};
const oldColumns: Version = { table: "person", mail: "mail", score: "points", alias: "nick" };
const newColumns: Version = { table: "person", mail: "email", score: "score", alias: "alias" };

describe.each(endsOfServers.slice(-1))("columns under two names on %s", (postgres) => {
  it("are read and written by both, at every step and on every way back", { timeout: 300_000 }, () =>
    withTables(postgres, columns, async (opened) => {
      const project: Project = { ...opened, online: { ...opened.online, mode: "always" } };
      const inside = <T>(work: (database: Database) => Promise<T>) =>
        withDatabase(project.environment.database, work);
      const began = await inside((database) => rowsOf(database, oldColumns));
      const { revisions } = await planRevision(project, { message: "names" });
      expect(phasesOf(revisions)).toEqual(["additive", "backfill", "constraint", "cleanup"]);
      const told = revisions.map(({ up }) => codesOf(up));
      expect(told.flat().filter(blocks)).toEqual([]);
      expect(told.map((codes) => codes.includes("BREAKS_OLD_CODE"))).toEqual([false, false, false, true]);
      expect(told.flat()).not.toContain("MAY_FAIL_ON_DATA");
      const broken = revisions.flatMap(({ up }) => up.flatMap(hazardsIn)).map(({ what }) => what);
      expect(broken.filter((what) => what.includes("function"))).toEqual([]);

      for (const length of [1, 2, 3]) {
        await applyRevisions(project, { target: `+${length}` });
        expect(await inside((database) => rowsOf(database, oldColumns))).toEqual(began);
        await rollbackRevisions(project, { target: `-${length}` });
        expect(await inside((database) => rowsOf(database, oldColumns))).toEqual(began);
      }

      await inside(async (database) => {
        const there = async () => {
          const found = await database.query<{ name: string }>(
            `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'person'::regclass AND attnum > 0
             UNION ALL SELECT 'both' FROM pg_trigger WHERE tgname ~ '^!dm_'`,
          );
          const names = found.map(({ name }) => name);
          // On the way back from the cleanup, the old name is there before it is kept in step.
          const isLate = names.includes("email") && !names.includes("both");
          const there = isLate ? [newColumns] : [oldColumns, newColumns];
          return there.filter(({ mail }) => names.includes(mail));
        };
        const walk = async (steps: readonly Step[], check: (versions: readonly Version[]) => void) => {
          for (const text of transactions(steps)) {
            if (text.includes("CONCURRENTLY")) await database.query(text);
            else await database.script(`BEGIN;\n${text}\nCOMMIT;`);
            const versions = await there();
            check(versions);
            await writeAndRead(database, versions, { given: "X", kept: "x" });
          }
        };
        for (const { phase, up } of revisions) {
          await walk(up, (versions) => {
            if (phase !== "cleanup") expect(versions).toContain(oldColumns);
          });
          const both = {
            additive: [oldColumns],
            backfill: [oldColumns],
            constraint: [oldColumns, newColumns],
          };
          expect(await there()).toEqual(both[phase as keyof typeof both] ?? [newColumns]);
        }
        expect(await rowsOf(database, newColumns)).toEqual(began);
        for (const { down } of revisions.toReversed()) await walk(down, () => undefined);
        expect(await rowsOf(database, oldColumns)).toEqual(began);
      });
      await applyRevisions(project, { cleanup: true });
      expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
    }),
  );
});

const table = (isSecured: boolean): Tables => {
  const rest = (name: string) => `
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO dm_writer;
    ${isSecured ? `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY` : `GRANT SELECT (mail) ON ${name} TO dm_reader`};
    CREATE POLICY p ON ${name} TO dm_writer USING (mail IS DISTINCT FROM 'hidden');
    CREATE TABLE visit (id int PRIMARY KEY, person text REFERENCES ${name} (mail) ON UPDATE CASCADE);
    CREATE VIEW v AS SELECT id, mail FROM ${name};`;
  const columns = "id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text NOT NULL UNIQUE, nick text";
  return {
    before: `CREATE TABLE person (${columns}, points int DEFAULT 7);${rest("person")}`,
    after: `
      -- @online @renamed from=person
      CREATE TABLE people (${columns},
        score int DEFAULT 7 -- @renamed from=points
      );${rest("people")}`,
    rows: `INSERT INTO person (mail, points) SELECT 'm' || i, i FROM generate_series(1, 20) i;
      INSERT INTO person (mail) VALUES ('hidden')`,
  };
};
const oldTable: Version = { table: "person", mail: "mail", score: "points", alias: "nick" };
const between: Version = { ...oldTable, table: "people" };
const newTable: Version = { ...between, score: "score" };

describe.each(endsOfServers)("a table under two names on %s", (postgres) => {
  // A view looks as whoever uses it from version 15 on.
  const isSecured = postgres === "pglite" || postgres >= 15;

  it("is read and written by both, by those who may", { timeout: 300_000 }, () =>
    withTables(postgres, table(isSecured), async (project) => {
      const inside = <T>(work: (database: Database) => Promise<T>) =>
        withDatabase(project.environment.database, work);
      const read = (version: Version) => inside((database) => rowsOf(database, version));
      const began = await read(oldTable);
      const { revisions } = await planRevision(project, { message: "names" });
      expect(phasesOf(revisions).slice(0, 3)).toEqual(["additive", "backfill", "constraint"]);
      expect(phasesOf(revisions).at(-1)).toBe("cleanup");
      expect(revisions.flatMap(({ up }) => codesOf(up)).filter(blocks)).toEqual([]);
      const versions = [
        [oldTable, between],
        [oldTable, between],
        [oldTable, between, newTable],
      ];
      const writing = (known: readonly Version[]) =>
        inside(async (database) => {
          await database.script("SET ROLE dm_writer");
          await writeAndRead(database, known);
          for (const { table: name } of known) {
            const [row] = await database.query(`SELECT count(*)::int AS n FROM ${name}`);
            expect(row).toEqual({ n: isSecured ? 20 : 21 });
          }
          if (isSecured) return;
          await database.script("SET ROLE dm_reader");
          for (const { table: name } of known) {
            expect(await database.query(`SELECT mail FROM ${name}`)).toHaveLength(21);
            await expect(database.query(`SELECT nick FROM ${name}`)).rejects.toThrow(/permission denied/);
          }
        });
      for (const [at, { id }] of revisions.slice(0, -1).entries()) {
        await applyRevisions(project, { target: id });
        await writing(versions[at] ?? [oldTable, between, newTable]);
      }
      await rollbackRevisions(project, { target: `-${revisions.length - 1}` });
      expect(await read(oldTable)).toEqual(began);
      await applyRevisions(project, { cleanup: true });
      expect(await read(newTable)).toEqual(began);
      await writing([newTable]);
      await rollbackRevisions(project, { target: "-1" });
      await writing([oldTable, between, newTable]);
      expect(await read(oldTable)).toEqual(began);
    }),
  );

  it.skipIf(isSecured)("has no view that would lay its rows bare", { timeout: 120_000 }, () =>
    withTables(postgres, table(true), async (project) => {
      const { revisions, notes } = await planRevision(project, { message: "names", dryRun: true });
      expect(revisions.flatMap(({ up }) => codesOf(up))).toContain("BREAKS_OLD_CODE");
      expect(revisions.flatMap(({ up }) => up.map(({ sql }) => sql)).join()).not.toContain("VIEW");
      expect(notes?.join()).toContain("row security");
    }),
  );
});

describe.skipIf(newestServer() === undefined)("a materialised view with another query", () => {
  const rest = `CREATE UNIQUE INDEX m_kind ON m (kind);
    COMMENT ON MATERIALIZED VIEW m IS 'sums'; GRANT SELECT ON m TO dm_reader;`;
  const view = (more: string) => `CREATE TABLE t (id int PRIMARY KEY, kind text, n int);
    CREATE MATERIALIZED VIEW m AS SELECT kind, sum(n) AS n${more} FROM t GROUP BY kind;`;

  it(
    "is built while others read the old one, and takes its place with all that reads it",
    {
      timeout: 120_000,
    },
    () =>
      withTables(
        newestServer()?.major ?? 0,
        {
          before: `${view("")}${rest}CREATE INDEX m_n ON m (n); CREATE VIEW v AS SELECT kind FROM m WHERE n > 1;`,
          after: `${view(", count(*) AS c")}${rest}CREATE INDEX m_c ON m (c);
          CREATE VIEW v AS SELECT kind, n FROM m WHERE c > 1;`,
          rows: "INSERT INTO t SELECT i, i % 3, i FROM generate_series(1, 20) i; REFRESH MATERIALIZED VIEW m",
        },
        async (opened) => {
          const project: Project = { ...opened, online: { ...opened.online, mode: "always" } };
          const { revisions } = await planRevision(project, { message: "view" });
          expect(phasesOf(revisions)).toEqual(["constraint"]);
          const steps = revisions[0]?.up ?? [];
          expect(codesOf(steps).filter(blocks)).toEqual([]);
          const { database: url } = project.environment;
          const read = (database: Database) =>
            database.query("SELECT (SELECT count(*) FROM m)::int AS m, (SELECT count(*) FROM v)::int AS v");
          await withDatabase(url, (writer) =>
            withDatabase(url, async (reader) => {
              const texts = transactions(steps);
              expect(texts.length).toBeGreaterThan(1);
              for (const text of texts) {
                await writer.script(`BEGIN;\n${text}`);
                if (text !== texts.at(-1)) expect(await read(reader)).toEqual([{ m: 3, v: 3 }]);
                await writer.script("COMMIT");
                expect(await read(reader)).toEqual([{ m: 3, v: 3 }]);
              }
              await reader.script("SET ROLE dm_reader");
              expect(await reader.query("SELECT c::int FROM m ORDER BY kind")).toEqual([
                { c: 6 },
                { c: 7 },
                { c: 7 },
              ]);
              for (const text of transactions(revisions[0]?.down ?? [])) {
                await writer.script(`BEGIN;\n${text}COMMIT;`);
              }
            }),
          );
          await applyRevisions(project, {});
          expect((await planRevision(project, { message: "again" })).revisions).toEqual([]);
        },
      ),
  );
});

const small: Tables = {
  before: `CREATE TABLE t (id int PRIMARY KEY, a int, b int);
    CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql AS 'SELECT n';
    CREATE FUNCTION g(n int) RETURNS int LANGUAGE sql AS 'SELECT n';`,
  after: `CREATE TABLE t (id int PRIMARY KEY,
      c int, -- @renamed from=a
      d int -- @renamed from=b
    );
    CREATE FUNCTION f(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT n';
    CREATE FUNCTION g(n int, m int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT n + m';`,
  rows: "INSERT INTO t SELECT i, i, i FROM generate_series(1, 20) i",
};

describe.each(endsOfServers.slice(-1))("names of small things on %s", (postgres) => {
  it("change at once unless somebody asks", { timeout: 120_000 }, () =>
    withTables(postgres, small, async (opened) => {
      const plan = async (rename: Project["online"]["rename"], after: string) => {
        await writeSchema(opened.root, { "a.sql": after });
        const project = { ...opened, online: { ...opened.online, rename } };
        return (await planRevision(project, { message: "names", dryRun: true })).revisions;
      };
      const textOf = (revisions: readonly Revision[]) =>
        revisions.flatMap(({ up }) => up.map(({ sql }) => sql)).join("\n");
      const [once, ...others] = await plan("auto", small.after);
      expect([once?.phase, others]).toEqual([undefined, []]);
      expect(codesOf(once?.up ?? [])).toContain("BREAKS_OLD_CODE");
      expect(textOf(await plan("online", small.after))).toMatch(/SET dm_twin\w+ = a, dm_twin\w+ = b /);

      const asked = await plan("direct", small.after.replace("@renamed from=a", "@online $&"));
      expect(phasesOf(asked)).toContain("cleanup");
      expect(textOf(asked)).toContain("SET dm_twin");
      expect(asked.flatMap(({ up }) => up.filter(({ sql }) => sql.includes("SET dm_twin")))).toHaveLength(1);
      // Where there are phases, callers of the other signature have until the last one; not where a call could mean both.
      const last = textOf(asked.slice(-1));
      expect(last).toContain("DROP FUNCTION public.f(integer)");
      expect(last).not.toContain("public.g(integer)");
      expect(textOf(asked)).toContain("DROP FUNCTION public.g(integer)");
    }),
  );

  it("are functions with another signature, which stand beside the old ones", { timeout: 120_000 }, () =>
    withTables(
      postgres,
      {
        before: `CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql AS 'SELECT n';
          GRANT EXECUTE ON FUNCTION f(int) TO dm_reader; COMMENT ON FUNCTION f(int) IS 'one';`,
        after: `
          -- @online
          CREATE FUNCTION f(n int, m int) RETURNS int LANGUAGE sql AS 'SELECT n + m';`,
        rows: "",
      },
      async (project) => {
        const { revisions } = await planRevision(project, { message: "signature" });
        expect(phasesOf(revisions)).toEqual(["additive", "cleanup"]);
        await applyRevisions(project, {});
        const call = (text: string) =>
          withDatabase(project.environment.database, (database) => database.query(`SELECT ${text} AS r`));
        expect([await call("f(1)"), await call("f(1, 2)")]).toEqual([[{ r: 1 }], [{ r: 3 }]]);
        await applyRevisions(project, { cleanup: true });
        await expect(call("f(1)")).rejects.toThrow(/does not exist/);
        await rollbackRevisions(project, { target: "-1" });
        expect(await call("f(1)")).toEqual([{ r: 1 }]);
      },
    ),
  );
});

describe.skipIf(!eachPostgres.includes("pglite"))("a column under two names in an embedded database", () => {
  const tables: Tables = {
    before: "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 7);",
    after: `CREATE TABLE t (id int PRIMARY KEY,
      b int DEFAULT 7 -- @online @renamed from=a
    );`,
    rows: "INSERT INTO t SELECT i, i FROM generate_series(1, 20) i",
  };

  it("has one value, and comes back from the cleanup", { timeout: 240_000 }, () =>
    withTables("pglite", tables, async (project) => {
      const { revisions } = await planRevision(project, { message: "name" });
      expect(phasesOf(revisions)).toEqual(["additive", "backfill", "constraint", "cleanup"]);
      const inside = <T>(work: (database: Database) => Promise<T>) =>
        withDatabase(project.environment.database, work);
      const differing = (database: Database) =>
        database.query("SELECT count(*)::int AS rows, count(*) FILTER (WHERE a <> b)::int AS differ FROM t");
      await applyRevisions(project, {});
      await inside(async (database) => {
        await database.script("INSERT INTO t (id, a) VALUES (21, 21); UPDATE t SET b = 2 WHERE id = 1");
        expect(await differing(database)).toEqual([{ rows: 21, differ: 0 }]);
      });
      await applyRevisions(project, { cleanup: true });
      await inside((database) => database.script("UPDATE t SET b = 3 WHERE id = 2"));
      await rollbackRevisions(project, { target: "-1" });
      await inside(async (database) => {
        expect(await differing(database)).toEqual([{ rows: 21, differ: 0 }]);
        expect(await database.query("SELECT a FROM t WHERE id IN (1, 2, 21) ORDER BY id")).toEqual([
          { a: 2 },
          { a: 3 },
          { a: 21 },
        ]);
      });
    }),
  );
});
