import { describe, expect, test } from "vitest";
import { type FactId, factId, type Identity } from "../../src/catalog/identity.js";
import type { Annotation } from "../../src/desired/state.js";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { renamePlan } from "../../src/plan/rename-steps.js";
import { findRenames } from "../../src/project/renames.js";
import { describeChanges } from "../../src/proof/prove.js";
import { runStatements } from "../../src/proof/run.js";
import { openShadow } from "../corpus/open-shadow.js";
import { endsOfServers } from "../support/databases.js";

/** Two states between which things have other names. */
interface Renaming {
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly rows?: string;
  /** `@renamed` at the first, from the second. */
  readonly annotations?: readonly (readonly [to: Identity, from: string, schema?: string])[];
  /** What a person is asked about and says yes to: `table public.a -> table public.b`. */
  readonly asked?: readonly string[];
  /** All statements of the way up; what hash-made names look like is `…`. */
  readonly statements: readonly string[];
  /** A query and its only value after up; another after down. */
  readonly answers?: readonly [query: string, value: string];
  readonly answersBack?: readonly [query: string, value: string];
  readonly since?: number;
}

const column = (on: string, name: string): Identity => ({ kind: "column", schema: "public", on, name });
const inPublic = (kind: string, name: string): Identity => ({ kind, schema: "public", name });
const value = (on: string, name: string): Identity => ({ kind: "enum value", schema: "public", on, name });
const triggerFunction =
  "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE FUNCTION tg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'";

/** Kinds whose objects are made by one statement: renamed, and moved where they are in a schema. */
const simple = (
  title: string,
  given: string,
  create: (name: string) => string,
  rename: (from: string, to: string) => string,
): Renaming => ({
  title: `${title} is renamed by itself`,
  before: `${given}; ${create("old_name")}`,
  after: `${given}; ${create("new_name")}`,
  statements: [rename("old_name", "new_name")],
});
const moved = (
  title: string,
  given: string,
  create: (schema: string) => string,
  statement: string,
  asked: readonly string[] = [],
): Renaming => ({
  title: `${title} moves to another schema`,
  before: `CREATE SCHEMA s; ${given}; ${create("public")}`,
  after: `CREATE SCHEMA s; ${given}; ${create("s")}`,
  asked,
  statements: [statement],
});
const table = "CREATE TABLE t (a integer, b text)";

const renamings: readonly Renaming[] = [
  simple(
    "a view",
    table,
    (n) => `CREATE VIEW ${n} AS SELECT a FROM t; CREATE VIEW over AS SELECT a FROM ${n}`,
    (a, b) => `ALTER VIEW public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a materialised view",
    table,
    (n) => `CREATE MATERIALIZED VIEW ${n} AS SELECT a FROM t; CREATE INDEX i ON ${n} (a)`,
    (a, b) => `ALTER MATERIALIZED VIEW public.${a} RENAME TO ${b}`,
  ),
  simple(
    "an enum",
    "",
    (n) => `CREATE TYPE ${n} AS ENUM ('a', 'b'); CREATE TABLE t (c ${n} DEFAULT 'a', l ${n}[])`,
    (a, b) => `ALTER TYPE public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a domain",
    "",
    (n) => `CREATE DOMAIN ${n} AS text CONSTRAINT k CHECK (VALUE <> ''); CREATE TABLE t (c ${n})`,
    (a, b) => `ALTER DOMAIN public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a composite type",
    "",
    (n) => `CREATE TYPE ${n} AS (a integer, b text); CREATE TABLE t (c ${n}, l ${n}[])`,
    (a, b) => `ALTER TYPE public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a function",
    "",
    (n) =>
      `CREATE FUNCTION ${n}(a integer, b text) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT ${n}(1, 'x') AS n`,
    (a, b) => `ALTER FUNCTION public.${a}(integer, text) RENAME TO ${b}`,
  ),
  simple(
    "a procedure",
    "",
    (n) => `CREATE PROCEDURE ${n}(a integer) LANGUAGE sql AS 'SELECT 1'`,
    (a, b) => `ALTER PROCEDURE public.${a}(integer) RENAME TO ${b}`,
  ),
  simple(
    "an aggregate",
    "",
    (n) => `CREATE AGGREGATE ${n}(integer) (SFUNC = int4pl, STYPE = integer)`,
    (a, b) => `ALTER AGGREGATE public.${a}(integer) RENAME TO ${b}`,
  ),
  simple(
    "an index",
    table,
    (n) => `CREATE INDEX ${n} ON t (a)`,
    (a, b) => `ALTER INDEX public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a constraint",
    "",
    (n) => `CREATE TABLE t (a integer, CONSTRAINT ${n} UNIQUE (a))`,
    (a, b) => `ALTER TABLE public.t RENAME CONSTRAINT ${a} TO ${b}`,
  ),
  simple(
    "a trigger",
    `${table}; ${triggerFunction}`,
    (n) => `CREATE TRIGGER ${n} BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf()`,
    (a, b) => `ALTER TRIGGER ${a} ON public.t RENAME TO ${b}`,
  ),
  simple(
    "a policy",
    table,
    (n) => `CREATE POLICY ${n} ON t USING (a > 0)`,
    (a, b) => `ALTER POLICY ${a} ON public.t RENAME TO ${b}`,
  ),
  simple(
    "a rule",
    table,
    (n) => `CREATE RULE ${n} AS ON INSERT TO t DO ALSO SELECT 1`,
    (a, b) => `ALTER RULE ${a} ON public.t RENAME TO ${b}`,
  ),
  simple(
    "a statistics object",
    table,
    (n) => `CREATE STATISTICS ${n} ON a, b FROM t`,
    (a, b) => `ALTER STATISTICS public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a domain's check",
    "",
    (n) => `CREATE DOMAIN d AS text CONSTRAINT ${n} CHECK (VALUE <> '')`,
    (a, b) => `ALTER DOMAIN public.d RENAME CONSTRAINT ${a} TO ${b}`,
  ),
  simple(
    "a collation",
    "",
    (n) => `CREATE COLLATION ${n} FROM "C"; CREATE TABLE t (a text COLLATE ${n})`,
    (a, b) => `ALTER COLLATION public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a conversion",
    "",
    (n) => `CREATE CONVERSION ${n} FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`,
    (a, b) => `ALTER CONVERSION public.${a} RENAME TO ${b}`,
  ),
  simple(
    "an operator family",
    "",
    (n) => `CREATE OPERATOR FAMILY ${n} USING btree`,
    (a, b) => `ALTER OPERATOR FAMILY public.${a} USING btree RENAME TO ${b}`,
  ),
  simple(
    "a text search configuration",
    "",
    (n) => `CREATE TEXT SEARCH CONFIGURATION ${n} (COPY = pg_catalog.english)`,
    (a, b) => `ALTER TEXT SEARCH CONFIGURATION public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a text search dictionary",
    "",
    (n) => `CREATE TEXT SEARCH DICTIONARY ${n} (TEMPLATE = simple)`,
    (a, b) => `ALTER TEXT SEARCH DICTIONARY public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a foreign server",
    "CREATE FOREIGN DATA WRAPPER w",
    (n) => `CREATE SERVER ${n} FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE f (a integer) SERVER ${n}`,
    (a, b) => `ALTER SERVER ${a} RENAME TO ${b}`,
  ),
  simple(
    "a foreign table",
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w",
    (n) => `CREATE FOREIGN TABLE ${n} (a integer) SERVER s`,
    (a, b) => `ALTER FOREIGN TABLE public.${a} RENAME TO ${b}`,
  ),
  simple(
    "a publication",
    table,
    (n) => `CREATE PUBLICATION ${n} FOR TABLE t`,
    (a, b) => `ALTER PUBLICATION ${a} RENAME TO ${b}`,
  ),
  moved(
    "a view",
    table,
    (s) => `CREATE VIEW ${s}.v AS SELECT a FROM public.t; CREATE VIEW over AS SELECT a FROM ${s}.v`,
    "ALTER VIEW public.v SET SCHEMA s",
  ),
  moved(
    "a materialised view with its index",
    table,
    (s) => `CREATE MATERIALIZED VIEW ${s}.v AS SELECT a FROM public.t; CREATE INDEX i ON ${s}.v (a)`,
    "ALTER MATERIALIZED VIEW public.v SET SCHEMA s",
  ),
  moved(
    "a function",
    "",
    (s) =>
      `CREATE FUNCTION ${s}.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE TABLE public.t (a integer DEFAULT ${s}.f(1))`,
    "ALTER FUNCTION public.f(integer) SET SCHEMA s",
  ),
  moved(
    "a procedure",
    "",
    (s) => `CREATE PROCEDURE ${s}.f(integer) LANGUAGE sql AS 'SELECT 1'`,
    "ALTER PROCEDURE public.f(integer) SET SCHEMA s",
  ),
  moved(
    "an enum",
    "",
    (s) =>
      `CREATE TYPE ${s}.e AS ENUM ('a'); CREATE TABLE public.t (a ${s}.e); CREATE FUNCTION public.f(${s}.e) RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
    "ALTER TYPE public.e SET SCHEMA s",
  ),
  moved(
    "a domain",
    "",
    (s) => `CREATE DOMAIN ${s}.d AS text CHECK (VALUE <> ''); CREATE TABLE public.t (a ${s}.d)`,
    "ALTER DOMAIN public.d SET SCHEMA s",
  ),
  moved(
    "a composite type",
    "",
    (s) => `CREATE TYPE ${s}.c AS (a integer); CREATE TABLE public.t (a ${s}.c[])`,
    "ALTER TYPE public.c SET SCHEMA s",
  ),
  moved(
    "a sequence",
    "",
    (s) => `CREATE SEQUENCE ${s}.n; CREATE TABLE public.t (a integer DEFAULT nextval('${s}.n'))`,
    "ALTER SEQUENCE public.n SET SCHEMA s",
    ["sequence public.n -> sequence s.n"],
  ),
  moved(
    "a statistics object",
    table,
    (s) => `CREATE STATISTICS ${s}.st ON a, b FROM public.t`,
    "ALTER STATISTICS public.st SET SCHEMA s",
  ),
  moved(
    "a table with all that is its own",
    "",
    (s) =>
      `CREATE TABLE ${s}.m (id serial PRIMARY KEY, n integer GENERATED ALWAYS AS IDENTITY, a integer REFERENCES ${s}.m); CREATE INDEX i ON ${s}.m (a); CREATE VIEW public.v AS SELECT id FROM ${s}.m`,
    "ALTER TABLE public.m SET SCHEMA s",
    ["table public.m -> table s.m"],
  ),
  {
    title: "a table moves to a schema that is new, out of one that goes, and gets another name at once",
    before:
      "CREATE SCHEMA old; CREATE TABLE old.a (id integer PRIMARY KEY, x text); CREATE TABLE old.b (id integer)",
    after:
      "CREATE SCHEMA new; CREATE TABLE new.c (id integer PRIMARY KEY, x text); CREATE TABLE b (id integer)",
    rows: "INSERT INTO old.a VALUES (1, 'x'); INSERT INTO old.b VALUES (5)",
    annotations: [[{ kind: "table", schema: "new", name: "c" }, "a", "old"]],
    asked: ["table old.b -> table public.b"],
    statements: [
      "CREATE SCHEMA new",
      "ALTER TABLE old.a SET SCHEMA new",
      "ALTER TABLE new.a RENAME TO c",
      "ALTER TABLE new.c RENAME CONSTRAINT a_pkey TO c_pkey",
      "ALTER TABLE old.b SET SCHEMA public",
      "DROP SCHEMA old",
    ],
    answers: ["SELECT string_agg(x || b.id, '') FROM new.c, b", "x5"],
    answersBack: ["SELECT string_agg(x || b.id, '') FROM old.a, old.b b", "x5"],
  },
  {
    title: "a table moves and changes its name while another has the old name in the new schema",
    before: "CREATE SCHEMA s; CREATE TABLE a (id integer); CREATE TABLE s.a (x text)",
    after: "CREATE SCHEMA s; CREATE TABLE s.b (id integer); CREATE TABLE s.a (x text)",
    rows: "INSERT INTO a VALUES (1)",
    asked: ["table public.a -> table s.b"],
    statements: [
      "ALTER TABLE public.a RENAME TO …",
      "ALTER TABLE public.… SET SCHEMA s",
      "ALTER TABLE s.… RENAME TO b",
    ],
    answers: ["SELECT id FROM s.b", "1"],
    answersBack: ["SELECT id FROM a", "1"],
  },
  {
    title: "a schema is renamed with all it holds",
    before:
      "CREATE SCHEMA old; CREATE TABLE old.t (id serial PRIMARY KEY); CREATE VIEW old.v AS SELECT id FROM old.t; CREATE FUNCTION old.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    after:
      "CREATE SCHEMA new; CREATE TABLE new.t (id serial PRIMARY KEY); CREATE VIEW new.v AS SELECT id FROM new.t; CREATE FUNCTION new.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    rows: "INSERT INTO old.t DEFAULT VALUES",
    asked: ["schema old -> schema new"],
    statements: ["ALTER SCHEMA old RENAME TO new"],
    answers: ["SELECT count(*) FROM new.t", "1"],
  },
  {
    title: "a table is renamed with its key, its sequence, its indexes and constraints named after it",
    before:
      "CREATE TABLE clients (id serial PRIMARY KEY, n integer CHECK (n > 0), parent integer REFERENCES clients, UNIQUE (n)); CREATE INDEX clients_parent_idx ON clients (parent)",
    after:
      "CREATE TABLE people (id serial PRIMARY KEY, n integer CHECK (n > 0), parent integer REFERENCES people, UNIQUE (n)); CREATE INDEX people_parent_idx ON people (parent)",
    rows: "INSERT INTO clients (n) VALUES (1), (2)",
    asked: ["table public.clients -> table public.people"],
    statements: [
      "ALTER TABLE public.clients RENAME TO people",
      "ALTER SEQUENCE public.clients_id_seq RENAME TO people_id_seq",
      "ALTER TABLE public.people RENAME CONSTRAINT clients_n_check TO people_n_check",
      "ALTER TABLE public.people RENAME CONSTRAINT clients_n_key TO people_n_key",
      "ALTER TABLE public.people RENAME CONSTRAINT clients_parent_fkey TO people_parent_fkey",
      "ALTER TABLE public.people RENAME CONSTRAINT clients_pkey TO people_pkey",
      "ALTER INDEX public.clients_parent_idx RENAME TO people_parent_idx",
    ],
    answers: ["INSERT INTO people (n) VALUES (3) RETURNING id", "3"],
    answersBack: ["INSERT INTO clients (n) VALUES (4) RETURNING id", "4"],
  },
  {
    title: "two tables exchange their names, with keys and sequences named after them",
    before:
      "CREATE TABLE a (id serial PRIMARY KEY, x text); CREATE TABLE b (id serial PRIMARY KEY, y integer)",
    after:
      "CREATE TABLE b (id serial PRIMARY KEY, x text); CREATE TABLE a (id serial PRIMARY KEY, y integer)",
    rows: "INSERT INTO a (x) VALUES ('x'), ('xx'); INSERT INTO b (y) VALUES (7)",
    annotations: [
      [inPublic("table", "a"), "b"],
      [inPublic("table", "b"), "a"],
    ],
    statements: [
      "ALTER TABLE public.b RENAME TO …",
      "ALTER TABLE public.a RENAME TO b",
      "ALTER TABLE public.… RENAME TO a",
      "ALTER TABLE public.a RENAME CONSTRAINT b_pkey TO …",
      "ALTER TABLE public.b RENAME CONSTRAINT a_pkey TO b_pkey",
      "ALTER TABLE public.a RENAME CONSTRAINT … TO a_pkey",
      "ALTER SEQUENCE public.a_id_seq RENAME TO …",
      "ALTER SEQUENCE public.b_id_seq RENAME TO a_id_seq",
      "ALTER SEQUENCE public.… RENAME TO b_id_seq",
    ],
    answers: ["INSERT INTO b (x) VALUES ('xxx') RETURNING id", "3"],
    answersBack: ["INSERT INTO a (x) VALUES ('xxxx') RETURNING id", "4"],
  },
  {
    title: "two columns exchange their names, of different types",
    before: "CREATE TABLE t (a integer, b text); CREATE VIEW v AS SELECT a AS number FROM t",
    after: "CREATE TABLE t (a text, b integer); CREATE VIEW v AS SELECT b AS number FROM t",
    rows: "INSERT INTO t VALUES (1, 'x')",
    annotations: [
      [column("t", "a"), "b"],
      [column("t", "b"), "a"],
    ],
    statements: [
      "ALTER TABLE public.t RENAME COLUMN b TO …",
      "ALTER TABLE public.t RENAME COLUMN a TO b",
      "ALTER TABLE public.t RENAME COLUMN … TO a",
    ],
    answers: ["SELECT a || b FROM t", "x1"],
    answersBack: ["SELECT a || b FROM t", "1x"],
  },
  {
    title: "two columns of one type exchange their names, as the order in the files tells",
    before: "CREATE TABLE t (a integer, b integer)",
    after: "CREATE TABLE t (b integer, a integer)",
    rows: "INSERT INTO t VALUES (1, 2)",
    annotations: [
      [column("t", "a"), "b"],
      [column("t", "b"), "a"],
    ],
    statements: [
      "ALTER TABLE public.t RENAME COLUMN b TO …",
      "ALTER TABLE public.t RENAME COLUMN a TO b",
      "ALTER TABLE public.t RENAME COLUMN … TO a",
    ],
    answers: ["SELECT a || ' ' || b FROM t", "2 1"],
    answersBack: ["SELECT a || ' ' || b FROM t", "1 2"],
  },
  {
    title: "an exchange that happened is not done again, though its annotations still stand",
    before:
      "CREATE TABLE t (b integer, a text); CREATE TABLE x (id integer, p text); CREATE TABLE y (id text)",
    after:
      "CREATE TABLE t (b integer, a text, c integer); CREATE TABLE x (id integer, p text); CREATE TABLE y (id text, q text)",
    annotations: [
      [column("t", "a"), "b"],
      [column("t", "b"), "a"],
      [inPublic("table", "x"), "y"],
      [inPublic("table", "y"), "x"],
    ],
    statements: ["ALTER TABLE public.t ADD COLUMN c integer", "ALTER TABLE public.y ADD COLUMN q text"],
  },
  {
    title: "three columns pass their names on",
    before: "CREATE TABLE t (a integer, b text, c date)",
    after: "CREATE TABLE t (b integer, c text, a date)",
    rows: "INSERT INTO t VALUES (1, 'x', '2020-01-01')",
    annotations: [
      [column("t", "b"), "a"],
      [column("t", "c"), "b"],
      [column("t", "a"), "c"],
    ],
    statements: [
      "ALTER TABLE public.t RENAME COLUMN a TO …",
      "ALTER TABLE public.t RENAME COLUMN c TO a",
      "ALTER TABLE public.t RENAME COLUMN b TO c",
      "ALTER TABLE public.t RENAME COLUMN … TO b",
    ],
    answers: ["SELECT a || c || b FROM t", "2020-01-01x1"],
    answersBack: ["SELECT a || b || c FROM t", "1x2020-01-01"],
  },
  {
    title: "two enum values exchange their names",
    before: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (c e)",
    after: "CREATE TYPE e AS ENUM ('b', 'a'); CREATE TABLE t (c e)",
    rows: "INSERT INTO t VALUES ('a')",
    annotations: [
      [value("e", "a"), "b"],
      [value("e", "b"), "a"],
    ],
    statements: [
      "ALTER TYPE public.e RENAME VALUE 'b' TO '…'",
      "ALTER TYPE public.e RENAME VALUE 'a' TO 'b'",
      "ALTER TYPE public.e RENAME VALUE '…' TO 'a'",
    ],
    answers: ["SELECT c::text FROM t", "b"],
    answersBack: ["SELECT c::text FROM t", "a"],
  },
  {
    title: "two indexes exchange their names by themselves",
    before: `${table}; CREATE INDEX i ON t (a); CREATE INDEX j ON t (b)`,
    after: `${table}; CREATE INDEX j ON t (a); CREATE INDEX i ON t (b)`,
    statements: [
      "ALTER INDEX public.i RENAME TO …",
      "ALTER INDEX public.j RENAME TO i",
      "ALTER INDEX public.… RENAME TO j",
    ],
  },
  {
    title: "three indexes pass their names on by themselves",
    before: `${table}; CREATE INDEX i ON t (a); CREATE INDEX j ON t (b); CREATE INDEX k ON t (a, b)`,
    after: `${table}; CREATE INDEX j ON t (a); CREATE INDEX k ON t (b); CREATE INDEX i ON t (a, b)`,
    statements: [
      "ALTER INDEX public.i RENAME TO …",
      "ALTER INDEX public.k RENAME TO i",
      "ALTER INDEX public.j RENAME TO k",
      "ALTER INDEX public.… RENAME TO j",
    ],
  },
  {
    title: "an index passes its name on and takes a new one",
    before: `${table}; CREATE INDEX i ON t (a); CREATE INDEX j ON t (b)`,
    after: `${table}; CREATE INDEX j ON t (a); CREATE INDEX k ON t (b)`,
    statements: ["ALTER INDEX public.j RENAME TO k", "ALTER INDEX public.i RENAME TO j"],
  },
  {
    title: "two constraints exchange their names by themselves",
    before:
      "CREATE TABLE t (a integer CONSTRAINT i CHECK (a > 0), b integer CONSTRAINT j UNIQUE, CONSTRAINT k UNIQUE (a))",
    after:
      "CREATE TABLE t (a integer CONSTRAINT i CHECK (a > 0), b integer CONSTRAINT k UNIQUE, CONSTRAINT j UNIQUE (a))",
    statements: [
      "ALTER TABLE public.t RENAME CONSTRAINT j TO …",
      "ALTER TABLE public.t RENAME CONSTRAINT k TO j",
      "ALTER TABLE public.t RENAME CONSTRAINT … TO k",
    ],
  },
  {
    title: "two functions exchange their names by themselves, under a view",
    before:
      "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION g() RETURNS text LANGUAGE sql AS 'SELECT ''x''::text'; CREATE VIEW v AS SELECT f() AS n",
    after:
      "CREATE FUNCTION g() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''x''::text'; CREATE VIEW v AS SELECT g() AS n",
    statements: [
      "ALTER FUNCTION public.f() RENAME TO …",
      "ALTER FUNCTION public.g() RENAME TO f",
      "ALTER FUNCTION public.…() RENAME TO g",
    ],
  },
  {
    title: "two triggers exchange their names by themselves",
    before: `${table}; ${triggerFunction}; CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf(); CREATE TRIGGER y BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tg()`,
    after: `${table}; ${triggerFunction}; CREATE TRIGGER y BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf(); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tg()`,
    statements: [
      "ALTER TRIGGER x ON public.t RENAME TO …",
      "ALTER TRIGGER y ON public.t RENAME TO x",
      "ALTER TRIGGER … ON public.t RENAME TO y",
    ],
  },
  {
    title: "a table takes the name of one that goes",
    before: "CREATE TABLE a (id integer, x text); CREATE TABLE b (id integer, y integer)",
    after: "CREATE TABLE b (id integer, x text)",
    rows: "INSERT INTO a VALUES (1, 'x')",
    annotations: [[inPublic("table", "b"), "a"]],
    statements: [
      "ALTER TABLE public.b RENAME TO …",
      "ALTER TABLE public.a RENAME TO b",
      "DROP TABLE public.…",
    ],
    answers: ["SELECT x FROM b", "x"],
    answersBack: ["SELECT x FROM a", "x"],
  },
  {
    title: "an index makes way for a table that takes its name",
    before: "CREATE TABLE a (id integer, x text); CREATE INDEX b ON a (id)",
    after: "CREATE TABLE b (id integer, x text); CREATE INDEX a ON b (id)",
    asked: ["table public.a -> table public.b"],
    statements: [
      "ALTER INDEX public.b RENAME TO …",
      "ALTER TABLE public.a RENAME TO b",
      "ALTER INDEX public.… RENAME TO a",
    ],
  },
  {
    title: "names of 63 bytes are exchanged",
    before: `CREATE TABLE ${"x".repeat(63)} (a integer); CREATE TABLE ${"y".repeat(63)} (b text, c text)`,
    after: `CREATE TABLE ${"y".repeat(63)} (a integer); CREATE TABLE ${"x".repeat(63)} (b text, c text)`,
    annotations: [
      [inPublic("table", "x".repeat(63)), "y".repeat(63)],
      [inPublic("table", "y".repeat(63)), "x".repeat(63)],
    ],
    statements: [
      `ALTER TABLE public.${"y".repeat(63)} RENAME TO …`,
      `ALTER TABLE public.${"x".repeat(63)} RENAME TO ${"y".repeat(63)}`,
      `ALTER TABLE public.… RENAME TO ${"x".repeat(63)}`,
    ],
  },
  {
    title: "identical functions that come and go are renamed, other ones are not",
    before:
      "CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION g(integer) RETURNS integer LANGUAGE sql AS 'SELECT 2'",
    after:
      "CREATE FUNCTION h(integer) RETURNS integer LANGUAGE sql AS 'SELECT 2'; CREATE FUNCTION i(bigint) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    statements: [
      "ALTER FUNCTION public.g(integer) RENAME TO h",
      "DROP FUNCTION public.f(integer)",
      "CREATE FUNCTION public.i(bigint)\n RETURNS integer\n LANGUAGE sql\nAS $function$SELECT 1$function$",
    ],
  },
];

describe.each(endsOfServers)("what was renamed or moved, on PostgreSQL %s", (postgres) => {
  const open = openShadow(postgres);

  test.each(renamings)("$title", async (one) => {
    const { shadow, base } = open();
    const { database } = shadow;
    const read = (text: string) =>
      database.trial(async () => {
        await database.script(text);
        return introspectHere(database);
      });
    const [current, catalog] = [await read(one.before), await read(one.after)];
    const annotations = (one.annotations ?? []).map(
      ([target, name, schema]): Annotation => ({
        name: "renamed",
        from: { name, ...(schema === undefined ? {} : { schema }) },
        target,
        at: { file: "schema.sql", line: 1, column: 1 },
      }),
    );
    const asked: string[] = [];
    const found = await findRenames(
      { shadow, base, progress: () => undefined },
      current,
      { catalog, annotations },
      ({ from, to }) => {
        asked.push(`${factId(from)} -> ${factId(to)}`);
        return Promise.resolve("rename");
      },
    );
    const renaming = renamePlan(found.steps);
    const up = [...renaming.up, ...plan(found.current, catalog)];
    const down = [...plan(catalog, found.current), ...renaming.down];
    expect(asked).toEqual(one.asked ?? []);
    // NOT NULL has a name from version 18 on, which follows the table's.
    const told = up
      .map(({ sql }) => sql.text)
      .filter((text) => !/RENAME CONSTRAINT \S+_not_null /.test(text));
    expect(told.map((text) => text.replace(/dm_renamed_[0-9a-f]{12}/g, "…"))).toEqual(one.statements);
    await database.trial(async () => {
      await database.script(`${one.before}; ${one.rows ?? ""}`);
      const go = async (statements: typeof up, wanted: typeof current, answers: Renaming["answers"]) => {
        await runStatements(database, statements);
        expect(describeChanges(diff(await introspectHere(database), wanted))).toEqual([]);
        if (answers === undefined) return;
        const rows = await database.query(answers[0]);
        expect(rows.map((row) => Object.values(row).map(String))).toEqual([[answers[1]]]);
      };
      await go(up, catalog, one.answers);
      await go(down, current, one.answersBack);
      expect(
        found.renames.every(({ to }) => catalog.has(factId(to) as FactId) || to.kind === "enum value"),
      ).toBe(true);
    });
  });
});
