import { afterAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.js";
import { openPglite } from "../../src/database/pglite.js";
import { loadDesired } from "../../src/desired/load.js";
import { endsOfPostgres, newestServer, withTemporaryDatabase } from "../support/databases.js";
import { account } from "./catalog.js";
import { desired, type Files, failureOf, placeOf } from "./files.js";

const database = await openPglite();
afterAll(() => database.close());

/** Loads files and gives back what the question then answers. */
async function loaded(files: Files | string, question: string) {
  const state = await desired(files);
  return database.trial(async () => {
    await loadDesired(state, database);
    return database.query(question);
  });
}

async function refusal(files: Files | string) {
  const state = await desired(files);
  return failureOf(database.trial(() => loadDesired(state, database)));
}

const relations =
  "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1";
const names = (rows: readonly Record<string, unknown>[]) => rows.flatMap((row) => Object.values(row));

describe.each(endsOfPostgres)("on %s", (postgres) => {
  test("statements load in any order, and what others need twice over", async () => {
    const state = await desired({
      "1-views.sql":
        "CREATE VIEW outer_view AS SELECT * FROM inner_view; CREATE VIEW inner_view AS SELECT id, f(id) FROM b;",
      "2-keys.sql": "COMMENT ON COLUMN b.id IS 'key'; ALTER TABLE b ADD CONSTRAINT b_key UNIQUE (id);",
      "3-tables.sql":
        "CREATE TABLE a (id app.code PRIMARY KEY REFERENCES b (id)); CREATE TABLE b (id app.code);",
      "4-types.sql":
        "CREATE FUNCTION f(app.code) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE DOMAIN app.code AS int;",
      "5-schema.sql": "CREATE SCHEMA app",
    });
    const lines = await withTemporaryDatabase(postgres, (database) =>
      database.trial(async () => {
        await loadDesired(state, database);
        return account(database);
      }),
    );
    expect(
      lines.filter((line) => /^(comment|definition|constraint public.a .*(FOREIGN|PRIMARY))/.test(line)),
    ).toHaveLength(5);
  });

  test("a failure names the place in the files", async () => {
    const state = await desired({
      "1.sql": "CREATE TABLE a (id int);\r\n",
      "2.sql": '-- Zähne 🦷\r\nCREATE TABLE "zähne" (id int);\r\n',
      "3.sql": "-- é 🦷\r\nCREATE VIEW 🦷 AS SELECT 'é🦷', id,\r\n  'ß', nope FROM \"zähne\";\r\n",
    });
    const error = await withTemporaryDatabase(postgres, (database) =>
      failureOf(database.trial(() => loadDesired(state, database))),
    );
    expect([error.code, error.message, placeOf(error)]).toEqual([
      "DM2101",
      'column "nope" does not exist',
      "3.sql:3:8",
    ]);
    expect(error.at).toMatchObject({ text: "  'ß', nope FROM \"zähne\";" });
  });
});

test("types are whole before columns are made of them", async () => {
  const files = `
    CREATE TABLE t (p pair, q code[]);
    CREATE TYPE pair AS (a code);
    CREATE DOMAIN code AS text;
    ALTER TYPE pair ADD ATTRIBUTE b int;
    ALTER DOMAIN code ADD CONSTRAINT short CHECK (is_short(VALUE));
    ALTER DOMAIN code SET NOT NULL;
    CREATE FUNCTION is_short(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length($1) < 5';
  `;
  const rows = await loaded(files, "SELECT conname::text FROM pg_constraint WHERE conname = 'short'");
  expect(names(rows)).toEqual(["short"]);
});

describe("tables", () => {
  test("may refer to each other from within, and their keys get the names that PostgreSQL gives", async () => {
    const sql = `
      CREATE TABLE a (
        b_id int CONSTRAINT b_must REFERENCES b (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT NULL, -- , (
        id int PRIMARY KEY, /* , */ again int NOT NULL REFERENCES b ON UPDATE SET NULL CHECK (again > 0) UNIQUE,
        "Odd, (name" int REFERENCES a MATCH FULL COLLATE "C",
        FOREIGN KEY (id, again) REFERENCES b (id, other) NOT VALID,
        CONSTRAINT self FOREIGN KEY (id) REFERENCES a
      );
      CREATE TABLE b (id int PRIMARY KEY, other int, FOREIGN KEY (other) REFERENCES a (id), UNIQUE (id, other));
    `.replace('COLLATE "C"', "");
    const question =
      "SELECT conrelid::regclass || ' ' || conname || ' ' || convalidated || ' ' || pg_get_constraintdef(oid) AS c " +
      "FROM pg_constraint WHERE contype = 'f' ORDER BY 1";
    expect(names(await loaded(sql, question))).toEqual([
      'a a_Odd, (name_fkey true FOREIGN KEY ("Odd, (name") REFERENCES a(id) MATCH FULL',
      "a a_again_fkey true FOREIGN KEY (again) REFERENCES b(id) ON UPDATE SET NULL",
      "a a_id_again_fkey true FOREIGN KEY (id, again) REFERENCES b(id, other)",
      "a b_must true FOREIGN KEY (b_id) REFERENCES b(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
      "a self true FOREIGN KEY (id) REFERENCES a(id)",
      "b b_other_fkey true FOREIGN KEY (other) REFERENCES a(id)",
    ]);
  });

  test.each([
    "CREATE TABLE x (FOREIGN KEY (a) REFERENCES t, a int, b int, FOREIGN KEY (b) REFERENCES t)",
    "CREATE TABLE x (a int REFERENCES t)",
    "CREATE TABLE x (\n a int REFERENCES t -- one\n, -- two\n b int -- three\n REFERENCES t -- four\n)",
    "CREATE TABLE x OF typed (FOREIGN KEY (a) REFERENCES t)",
    "CREATE TABLE x OF typed (a WITH OPTIONS NOT NULL REFERENCES t)",
    "CREATE TABLE x PARTITION OF whole (FOREIGN KEY (a) REFERENCES t, FOREIGN KEY (b) REFERENCES t) DEFAULT",
    "CREATE TABLE x PARTITION OF whole (a DEFAULT 3 REFERENCES t, b NOT NULL) FOR VALUES FROM (1) TO (2)",
    "CREATE TABLE x (a int CONSTRAINT k REFERENCES t (id) NOT DEFERRABLE INITIALLY IMMEDIATE CONSTRAINT c CHECK (a > 1))",
    "CREATE TABLE x (a int REFERENCES t NOT NULL DEFAULT 3 UNIQUE, LIKE t, b int[] CHECK (b[1] > 0))",
    "CREATE TABLE x (a int DEFAULT (1) REFERENCES t(id) ON DELETE SET DEFAULT GENERATED ALWAYS AS IDENTITY)",
    'CREATE TABLE x ("references" int REFERENCES t, "not valid" int REFERENCES t NOT NULL)',
  ])("come out as PostgreSQL itself builds them: %s", async (table) => {
    const before =
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TYPE typed AS (a int, b int);" +
      "CREATE TABLE whole (a int, b int) PARTITION BY RANGE (a);";
    const sql = `${before} ${table};`;
    const state = await desired(sql);
    const built = (build: () => Promise<unknown>) =>
      database.trial(async () => {
        const error = await build().then(
          () => undefined,
          (reason: Error) => reason.message,
        );
        return error === undefined ? account(database) : error;
      });
    const plain = await built(() => database.script(sql));
    expect(await built(() => loadDesired(state, database))).toEqual(plain);
  });

  test("made before their partitions with ONLY have valid keys all the same", async () => {
    const sql = `
      CREATE TABLE whole (a int, b int) PARTITION BY RANGE (a);
      ALTER TABLE ONLY whole ADD CONSTRAINT k PRIMARY KEY (a);
      CREATE INDEX i ON ONLY whole (b);
      CREATE TABLE part PARTITION OF whole DEFAULT;
    `;
    const rows = await loaded(
      sql,
      "SELECT count(*)::int AS indexes, bool_and(indisvalid) AS valid FROM pg_index WHERE indrelid::regclass::text IN ('whole', 'part')",
    );
    expect(rows).toEqual([{ indexes: 4, valid: true }]);
  });
});

describe("what would mean something else too early runs late enough", () => {
  test("GRANT ON ALL TABLES in the first file speaks of the tables of all files", async () => {
    const files = {
      "1.sql": "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; REVOKE SELECT ON secret FROM reader;",
      "2.sql": "CREATE TABLE open (); CREATE TABLE secret ();",
    };
    const question =
      "SELECT relname FROM pg_class WHERE relname IN ('open', 'secret') AND relacl::text LIKE '%reader=r%'";
    expect(names(await loaded(files, question))).toEqual(["open"]);
  });

  test("default privileges do not touch what the files define", async () => {
    const sql = "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader; CREATE TABLE t ();";
    expect(await loaded(sql, "SELECT relacl::text AS acl FROM pg_class WHERE relname = 't'")).toEqual([
      { acl: null },
    ]);
  });

  test("a default that ALTER TABLE ONLY sets is not inherited by a child defined after it", async () => {
    const sql =
      "CREATE TABLE p (a int); ALTER TABLE ONLY p ALTER a SET DEFAULT 1; CREATE TABLE c () INHERITS (p);";
    expect(names(await loaded(sql, "SELECT adrelid::regclass::text AS t FROM pg_attrdef"))).toEqual(["p"]);
  });

  test("SELECT * has the columns that ALTER TABLE adds", async () => {
    const sql = "CREATE VIEW v AS SELECT * FROM t; ALTER TABLE t ADD COLUMN b int; CREATE TABLE t (a int);";
    expect(
      names(await loaded(sql, "SELECT attname FROM pg_attribute WHERE attrelid = 'v'::regclass")),
    ).toEqual(["a", "b"]);
  });

  test("a table goes into the schema of its file's search path, though another file makes the schema", async () => {
    const files = {
      "1.sql": "SET search_path = app, public; CREATE TABLE t ();",
      "2.sql": "CREATE SCHEMA app; CREATE TABLE u ();",
    };
    const question =
      "SELECT relnamespace::regnamespace || '.' || relname AS t FROM pg_class WHERE relname IN ('t', 'u') ORDER BY 1";
    expect(names(await loaded(files, question))).toEqual(["app.t", "public.u"]);
  });

  test("an event trigger does not fire on the rest", async () => {
    const sql = `
      CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION never();
      COMMENT ON EVENT TRIGGER e IS 'never';
      CREATE FUNCTION never() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fired''; END';
      CREATE TABLE t ();
      GRANT SELECT ON t TO reader;
    `;
    expect(await loaded(sql, "SELECT evtname FROM pg_event_trigger")).toEqual([{ evtname: "e" }]);
  });
});

describe("settings", () => {
  test("a grant is that of the role set before it, wherever it stands, and of nothing behind it", async () => {
    const rows = await loaded(
      {
        "1.sql":
          "SET SESSION AUTHORIZATION a; GRANT SELECT ON t TO b; RESET SESSION AUTHORIZATION; CREATE TABLE u ()",
        "2.sql": "SET ROLE b; GRANT SELECT ON t TO PUBLIC; RESET ROLE",
        "3.sql": `CREATE TABLE t (); GRANT SELECT ON t TO a, b WITH GRANT OPTION;
          ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a`,
      },
      `SELECT array_agg(i.grantee::regrole || ' by ' || i.grantor::regrole ORDER BY (i.grantee::regrole || ' by ' || i.grantor::regrole) COLLATE "C")::text AS grants,
              (SELECT rolname FROM pg_roles r JOIN pg_class c ON c.relowner = r.oid WHERE relname = 'u') AS u, current_user AS now
       FROM pg_class, aclexplode(relacl) i WHERE relname = 't' AND i.grantee <> relowner`,
    );
    expect(rows).toEqual([
      { grants: '{"- by b","a by postgres","b by a","b by postgres"}', u: "postgres", now: "postgres" },
    ]);
  });

  test("hold to the end of their file and no further", async () => {
    const files = {
      "1.sql":
        "SET check_function_bodies = false; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT nope';",
      "2.sql": "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.t ();",
      "3.sql": "CREATE TABLE u ();",
    };
    expect(
      await loaded(
        files,
        "SELECT current_setting('check_function_bodies') AS checks, current_setting('search_path') AS path",
      ),
    ).toEqual([{ checks: "on", path: '"$user", public' }]);
  });

  test("that the server does not know are an error at the first statement they are for, unless they mean nothing", async () => {
    expect(
      await loaded(
        "SET transaction_timeout = 0; SET idle_session_timeout = 0; CREATE TABLE t ();",
        relations,
      ),
    ).toHaveLength(1);
    const error = await refusal("SET no_such_thing = 1;\nCREATE TABLE t ();");
    expect([error.message, placeOf(error)]).toEqual([
      'unrecognized configuration parameter "no_such_thing"',
      "schema.sql:2:1",
    ]);
  });
});

describe("functions", () => {
  test("that call each other load", async () => {
    const sql = `
      CREATE VIEW v AS SELECT even(2);
      CREATE FUNCTION even(n int) RETURNS bool LANGUAGE sql AS 'SELECT n = 0 OR odd(n - 1)';
      CREATE FUNCTION odd(n int) RETURNS bool LANGUAGE sql AS 'SELECT n <> 0 AND even(n - 1)';
    `;
    expect(names(await loaded(sql, "SELECT even(3)"))).toEqual([false]);
  });

  test("with a body that is broken are an error, in the body's line", async () => {
    const error = await refusal(`
CREATE FUNCTION even(n int) RETURNS bool LANGUAGE sql AS 'SELECT n = 0 OR odd(n - 1)';
CREATE FUNCTION odd(n int) RETURNS bool LANGUAGE sql AS $$
  SELECT n <> 0 AND even(n - 1, nope)
$$;`);
    expect([error.message, placeOf(error)]).toEqual(['column "nope" does not exist', "schema.sql:4:33"]);
  });

  test("that one file defines again are replaced; that two files define contradict each other", async () => {
    const first = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';";
    const second = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';";
    expect(names(await loaded(first + second, "SELECT f()"))).toEqual([2]);
    const error = await refusal({ "1.sql": first, "2.sql": second });
    expect([error.message, placeOf(error)]).toEqual([
      'function "f" already exists with same argument types',
      "2.sql:1:1",
    ]);
  });

  test("defined before the stub of a view that they need are in place", async () => {
    const sql = `
      CREATE VIEW v AS SELECT NULL::int AS a;
      CREATE FUNCTION f() RETURNS SETOF v LANGUAGE sql AS 'SELECT * FROM v';
      CREATE OR REPLACE VIEW v AS SELECT a FROM t WHERE a NOT IN (SELECT f.a FROM f());
      CREATE TABLE t (a int);
    `;
    const [view] = names(await loaded(sql, "SELECT pg_get_viewdef('v') AS v"));
    expect(view).toContain("FROM t");
  });
});

describe("IF NOT EXISTS and CONCURRENTLY", () => {
  test("do not hide that two files define one table", async () => {
    const error = await refusal({
      "1.sql": "CREATE TABLE IF NOT EXISTS t (a int)",
      "2.sql": "CREATE TABLE IF NOT EXISTS t (b int)",
    });
    expect([error.message, placeOf(error)]).toEqual(['relation "t" already exists', "2.sql:1:1"]);
  });

  test("are no obstacle", async () => {
    const sql = `
      CREATE SCHEMA IF NOT EXISTS public;
      CREATE SCHEMA public AUTHORIZATION owner_of_public;
      CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);
      CREATE TABLE IF NOT EXISTS t (a int);
      CREATE TABLE IF NOT EXISTS t (a int REFERENCES t (a));
      CREATE SEQUENCE IF NOT EXISTS s;
    `;
    const question =
      "SELECT nspowner::regrole::text AS owner, (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f') AS keys FROM pg_namespace WHERE nspname = 'public'";
    expect(await loaded(sql, question)).toEqual([{ owner: "owner_of_public", keys: 0 }]);
  });
});

describe("roles and extensions", () => {
  test("roles that the schema names are there while it is, and are forgotten with it", async () => {
    const state = await desired(`CREATE TABLE t (); ALTER TABLE t OWNER TO "O'Neil ""x""";`);
    const created = await database.trial(async () => (await loadDesired(state, database)).createdRoles);
    expect(created).toEqual([`O'Neil "x"`]);
    const left = await database.query("SELECT FROM pg_roles WHERE rolname LIKE 'O''Neil%'");
    expect(left).toEqual([]);
  });

  test("an extension that the shadow lacks is an error that names the ways out", async () => {
    const error = await refusal("CREATE TABLE t ();\nCREATE EXTENSION IF NOT EXISTS no_such_thing;");
    expect([error.code, placeOf(error)]).toEqual(["DM2109", "schema.sql:2:1"]);
    expect(error.message).toContain("no_such_thing");
    expect(error.next.join()).toContain("shadow:");
  });

  test("an extension in another file's schema comes before what uses it", async () => {
    const files = {
      "1.sql": "CREATE TABLE t (a ext.citext);",
      "2.sql": "CREATE EXTENSION citext SCHEMA ext;",
      "3.sql": "CREATE SCHEMA ext;",
    };
    expect(names(await loaded(files, relations))).toEqual(["t"]);
  });
});

describe("errors", () => {
  test("show the cause, not what follows from it", async () => {
    const error = await refusal(`
      CREATE VIEW first AS SELECT * FROM second;
      CREATE VIEW second AS SELECT * FROM third;
      CREATE TABLE third (a nope);
      COMMENT ON TABLE third IS 'x';
    `);
    expect([error.message, placeOf(error)]).toEqual(['type "nope" does not exist', "schema.sql:4:29"]);
    expect(error.details).toEqual(["3 more statements could not run either"]);
  });

  test("of a foreign key that was taken out of its table point to where it was written", async () => {
    const error = await refusal(
      "CREATE TABLE t (\n  a int NOT NULL,\n  b int CHECK (b > 0) REFERENCES t (nope) UNIQUE\n);",
    );
    expect([error.message, placeOf(error)]).toEqual([
      'column "nope" referenced in foreign key constraint does not exist',
      "schema.sql:3:23",
    ]);
  });

  test("carry PostgreSQL's detail and hint", async () => {
    const error = await refusal(
      "CREATE TABLE t (a int); CREATE VIEW v AS SELECT A.b FROM t a;\nCREATE VIEW w AS SELECT aa FROM t AS x(aaa);",
    );
    expect(error.hint ?? error.details.join()).toBeTruthy();
  });
});

test("hostile names and texts load as they are", async () => {
  const sql = `
    CREATE SCHEMA "a.b""; DROP";
    CREATE TABLE "a.b""; DROP"."t'\\ $dm$ $$" ("c,)(" int REFERENCES "a.b""; DROP"."t'\\ $dm$ $$", PRIMARY KEY ("c,)("));
    COMMENT ON TABLE "a.b""; DROP"."t'\\ $dm$ $$" IS E'it\\'s \\\\ 🦷 $dm$; --';
    GRANT SELECT ON "a.b""; DROP"."t'\\ $dm$ $$" TO "r\\'; --";
    CREATE FUNCTION "a.b""; DROP".f() RETURNS text LANGUAGE plpgsql AS $x$ BEGIN RETURN '\\'; -- $$ ' " \n END $x$;
  `;
  const question =
    "SELECT obj_description(oid) AS comment FROM pg_class WHERE relkind = 'r' AND relname LIKE 't''%'";
  expect(await loaded(sql, question)).toEqual([{ comment: "it's \\ 🦷 $dm$; --" }]);
});

test("batches can be committed, in any order, with what was missing in the batch before", async () => {
  const tables = Array.from(
    { length: 25 },
    (_, index) => `CREATE TABLE t${index} (id int PRIMARY KEY REFERENCES t${index + 1});`,
  );
  const files = {
    "1.sql": `CREATE VIEW v AS SELECT * FROM t3; ${tables.join("\n")}`,
    "2.sql": "CREATE TABLE t25 (id int PRIMARY KEY);",
  };
  const question = "SELECT count(*)::int AS keys FROM pg_constraint WHERE contype = 'f'";
  const state = await desired(files);
  await withTemporaryDatabase("pglite", async (scratch) => {
    await loadDesired(state, scratch, { commitEvery: 7 });
    expect(await scratch.query(question)).toEqual([{ keys: 25 }]);
  });
});

test("a batch that fails leaves its message and an open transaction that can go on", async () => {
  const state = await desired("CREATE TABLE t (a nope)");
  await database.trial(async () => {
    await failureOf(loadDesired(state, database));
    expect(await database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

const newest = newestServer();
test.skipIf(newest === undefined)("5,000 statements take few round trips", async () => {
  const tables = Array.from(
    { length: 1000 },
    (_, index) => `
    CREATE TABLE t${index} (id int, name text);
    ALTER TABLE t${index} ADD PRIMARY KEY (id);
    CREATE INDEX ON t${index} (name);
    COMMENT ON TABLE t${index} IS 'x';
    ALTER TABLE t${index} ENABLE ROW LEVEL SECURITY;`,
  );
  const state = await desired(tables.join("\n"));
  await withTemporaryDatabase(newest?.major ?? 18, async (database) => {
    let trips = 0;
    const count = <T>(work: () => Promise<T>) => {
      trips++;
      return work();
    };
    const counted: Database = {
      ...database,
      engine: database.engine,
      description: database.description,
      version: database.version,
      query: (text, parameters) => count(() => database.query(text, parameters)),
      script: (text) => count(() => database.script(text)),
      transaction: (work, options) => database.transaction(work, options),
    };
    await loadDesired(state, counted, { commitEvery: 1000 });
    expect(trips).toBeLessThan(10);
  });
});
