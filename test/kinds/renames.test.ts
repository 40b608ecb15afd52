import { describe, expect, test } from "vitest";
import type { Identity } from "../../src/catalog/identity.js";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { plan } from "../../src/plan/plan.js";
import { renamePlan, renameSteps } from "../../src/plan/rename-steps.js";
import { describeChanges } from "../../src/proof/prove.js";
import { runStatements } from "../../src/proof/run.js";
import { openShadow } from "../corpus/open-shadow.js";
import { endsOfServers } from "../support/databases.js";

interface RenameCase {
  /** The kind and the rest of the identity that both names share. */
  readonly of: Identity;
  /** The state, with the thing's name as NAME. */
  readonly state: string;
  /** It changes its schema, too. */
  readonly moves?: true;
  readonly since?: number;
  /** Needs what PGlite has not. */
  readonly serverOnly?: true;
}

const io = (name: string, takes: string, gives: string, body: string) =>
  `CREATE FUNCTION ${name}(${takes}) RETURNS ${gives} LANGUAGE internal IMMUTABLE STRICT AS '${body}'`;
const trigger = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";
const watcher = "CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'";

const cases: readonly RenameCase[] = [
  { of: { kind: "schema" }, state: "CREATE SCHEMA NAME; CREATE TABLE NAME.t (a integer)" },
  {
    of: { kind: "type", schema: "public" },
    moves: true,
    state: `CREATE TYPE NAME; ${io("io_in", "cstring", "NAME", "textin")}; ${io("io_out", "NAME", "cstring", "textout")};
      CREATE TYPE NAME (INPUT = io_in, OUTPUT = io_out); CREATE TABLE t (a NAME, b NAME[]); COMMENT ON TYPE NAME IS 'c'`,
  },
  {
    of: { kind: "range", schema: "public" },
    state: `CREATE TYPE NAME AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi); CREATE TABLE t (a NAME DEFAULT NAME(1, 2));
      COMMENT ON TYPE NAME IS 'c'`,
  },
  {
    of: { kind: "range", schema: "public" },
    state: `CREATE TYPE NAME; ${io("whole", "NAME", "NAME", "int4range_canonical")};
      CREATE TYPE NAME AS RANGE (SUBTYPE = integer, CANONICAL = whole, MULTIRANGE_TYPE_NAME = "Many. of (all"); CREATE TABLE t (a NAME)`,
  },
  {
    of: { kind: "domain", schema: "public" },
    moves: true,
    state: "CREATE DOMAIN NAME AS integer CHECK (VALUE > 0); CREATE TABLE t (a NAME)",
  },
  {
    of: { kind: "composite type", schema: "public" },
    moves: true,
    state:
      "CREATE TYPE NAME AS (a integer); CREATE TABLE t (a NAME); CREATE DOMAIN d AS NAME CHECK ((VALUE).a > 0)",
  },
  {
    of: { kind: "enum", schema: "public" },
    moves: true,
    state: "CREATE TYPE NAME AS ENUM ('a'); CREATE TABLE t (a NAME DEFAULT 'a')",
  },
  {
    of: { kind: "collation", schema: "public" },
    moves: true,
    state: "CREATE COLLATION NAME (lc_collate = 'C', lc_ctype = 'C'); CREATE TABLE t (a text COLLATE NAME)",
  },
  {
    of: { kind: "conversion", schema: "public" },
    moves: true,
    state: "CREATE CONVERSION NAME FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
  },
  {
    of: { kind: "aggregate", schema: "public", args: ["integer"] },
    moves: true,
    state:
      "CREATE AGGREGATE NAME(integer) (sfunc = int4larger, stype = integer); CREATE VIEW v AS SELECT NAME(1) AS one",
  },
  {
    of: { kind: "aggregate", schema: "public", args: ["double precision", "anyelement"] },
    state: `CREATE AGGREGATE NAME(float8 ORDER BY anyelement) (sfunc = ordered_set_transition, stype = internal,
      finalfunc = percentile_disc_final, finalfunc_extra)`,
  },
  {
    of: { kind: "function", schema: "public", args: ["integer"] },
    moves: true,
    state:
      "CREATE FUNCTION NAME(integer) RETURNS integer LANGUAGE sql RETURN $1; CREATE VIEW v AS SELECT NAME(1) AS one",
  },
  {
    of: { kind: "procedure", schema: "public", args: [] },
    moves: true,
    state: "CREATE PROCEDURE NAME() LANGUAGE sql AS ''",
  },
  {
    of: { kind: "operator family", schema: "public", args: ["btree"] },
    moves: true,
    state: `CREATE OPERATOR FAMILY NAME USING btree; ALTER OPERATOR FAMILY NAME USING btree
      ADD OPERATOR 1 < (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint)`,
  },
  {
    of: { kind: "operator class", schema: "public", args: ["btree"] },
    moves: true,
    state: `CREATE OPERATOR FAMILY f USING btree; CREATE OPERATOR CLASS NAME FOR TYPE integer USING btree FAMILY f AS
      OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
      CREATE TABLE t (a integer); CREATE INDEX i ON t (a NAME)`,
  },
  {
    of: { kind: "text search parser", schema: "public" },
    moves: true,
    state: `CREATE TEXT SEARCH PARSER NAME (START = prsd_start,
      GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)`,
  },
  {
    of: { kind: "text search template", schema: "public" },
    moves: true,
    state: "CREATE TEXT SEARCH TEMPLATE NAME (LEXIZE = dsimple_lexize)",
  },
  {
    of: { kind: "text search dictionary", schema: "public" },
    moves: true,
    state: `CREATE TEXT SEARCH DICTIONARY NAME (TEMPLATE = simple, accept = false);
      CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default"); ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH NAME, simple`,
  },
  {
    of: { kind: "text search configuration", schema: "public" },
    moves: true,
    state: `CREATE TEXT SEARCH CONFIGURATION NAME (PARSER = "default"); ALTER TEXT SEARCH CONFIGURATION NAME ADD MAPPING FOR word WITH simple`,
  },
  {
    of: { kind: "foreign data wrapper" },
    state: "CREATE FOREIGN DATA WRAPPER NAME; CREATE SERVER s FOREIGN DATA WRAPPER NAME",
  },
  {
    of: { kind: "foreign server" },
    state: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER NAME FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR PUBLIC SERVER NAME;
      CREATE FOREIGN TABLE t (a integer) SERVER NAME`,
  },
  {
    of: { kind: "foreign table", schema: "public" },
    moves: true,
    state:
      "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE NAME (a integer) SERVER s",
  },
  {
    of: { kind: "language" },
    state: `CREATE LANGUAGE NAME HANDLER plpgsql_call_handler; CREATE FUNCTION f() RETURNS integer LANGUAGE NAME AS 'BEGIN RETURN 1; END'`,
  },
  {
    of: { kind: "statistics", schema: "public" },
    moves: true,
    state: "CREATE TABLE t (a integer, b integer); CREATE STATISTICS NAME (mcv) ON a, (b + 1) FROM t",
  },
  {
    of: { kind: "publication" },
    state: "CREATE TABLE t (a integer); CREATE PUBLICATION NAME FOR TABLE t",
    serverOnly: true,
  },
  {
    of: { kind: "event trigger" },
    state: `${watcher}; CREATE EVENT TRIGGER NAME ON ddl_command_end WHEN TAG IN ('CREATE SEQUENCE') EXECUTE FUNCTION watch()`,
  },
  {
    of: { kind: "rule", schema: "public", on: "t" },
    state:
      "CREATE TABLE t (a integer); CREATE RULE NAME AS ON INSERT TO t WHERE NEW.a > 1 DO INSTEAD NOTHING",
  },
  {
    of: { kind: "trigger", schema: "public", on: "t" },
    state: `${trigger}; CREATE TABLE t (a integer); CREATE TRIGGER NAME BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch()`,
  },
  {
    of: { kind: "policy", schema: "public", on: "t" },
    state: "CREATE TABLE t (a integer); CREATE POLICY NAME ON t USING (a > 1)",
  },
  {
    of: { kind: "view", schema: "public" },
    moves: true,
    state: "CREATE VIEW NAME AS SELECT 1 AS a; CREATE VIEW w AS SELECT * FROM NAME",
  },
  {
    of: { kind: "materialized view", schema: "public" },
    moves: true,
    state: "CREATE MATERIALIZED VIEW NAME AS SELECT 1 AS a; CREATE INDEX i ON NAME (a)",
  },
  {
    of: { kind: "sequence", schema: "public" },
    moves: true,
    state: "CREATE SEQUENCE NAME; CREATE TABLE t (a bigint DEFAULT nextval('NAME'))",
  },
  {
    of: { kind: "index", schema: "public" },
    state: "CREATE TABLE t (a integer); CREATE INDEX NAME ON t (a)",
  },
  {
    of: { kind: "domain constraint", schema: "public", on: "d" },
    state: "CREATE DOMAIN d AS integer CONSTRAINT NAME CHECK (VALUE > 0)",
  },
  {
    of: { kind: "attribute", schema: "public", on: "c" },
    state: "CREATE TYPE c AS (NAME integer, b text); CREATE TABLE t (a c)",
  },
];

describe.each(endsOfServers)("on PostgreSQL %s", (postgres) => {
  const open = openShadow(postgres);
  const major = postgres === "pglite" ? 18 : postgres;
  const here = cases.filter(
    ({ since, serverOnly }) => (since ?? 14) <= major && !(serverOnly === true && postgres === "pglite"),
  );

  test.each(
    here.map(
      (one) =>
        [`${one.of.kind}${one.of.args === undefined ? "" : ` of ${one.of.args.join(", ")}`}`, one] as const,
    ),
  )("a renamed %s is the same with another name, and gets its name back", async (_, one) => {
    const { database } = open().shadow;
    const before = { ...one.of, name: "old_name" };
    const after = { ...one.of, name: "New Name", ...(one.moves === true ? { schema: "elsewhere" } : {}) };
    const text = ({ schema, name }: Identity) =>
      `CREATE SCHEMA elsewhere; SET LOCAL search_path = public, elsewhere; SET LOCAL check_function_bodies = off;
         ${named(one, schema, name ?? "")}; SET LOCAL search_path = public`;
    const stateOf = (identity: Identity) =>
      database.trial(async () => {
        await database.script(text(identity));
        return introspectHere(database);
      });
    const [a, b] = [await stateOf(before), await stateOf(after)];
    const renames = renamePlan(renameSteps([{ from: before, to: after }], a, b));
    await database.trial(async () => {
      await database.script(text(before));
      await runStatements(database, renames.up);
      const renamed = await introspectHere(database);
      const rest = plan(renamed, b);
      expect(
        rest.flatMap(({ sql: { text: statement } }) =>
          /^(?:CREATE|DROP)/.test(statement) ? [statement] : [],
        ),
      ).toEqual([]);
      await runStatements(database, rest);
      expect(describeChanges(diff(await introspectHere(database), b))).toEqual([]);
      await runStatements(database, plan(b, renamed));
      await runStatements(database, renames.down);
      expect(describeChanges(diff(await introspectHere(database), a))).toEqual([]);
    });
  });

  test("what is renamed with the column above it needs no rename of its own, though it is apart afterwards", async () => {
    const { database } = open().shadow;
    const read = (text: string) =>
      database.trial(async () => {
        await database.script(text);
        return introspectHere(database);
      });
    const tied = "CREATE TABLE t (old integer); CREATE TABLE u () INHERITS (t)";
    const [a, b] = [
      await read(tied),
      await read("CREATE TABLE t (young integer); CREATE TABLE u (young integer)"),
    ];
    const column = (on: string, name: string): Identity => ({ kind: "column", schema: "public", on, name });
    const told = ["t", "u"].map((on) => ({ from: column(on, "old"), to: column(on, "young") }));
    const renames = renamePlan(renameSteps(told, a, b));
    await database.trial(async () => {
      await database.script(tied);
      await runStatements(database, renames.up);
      const renamed = await introspectHere(database);
      await runStatements(database, plan(renamed, b));
      expect(describeChanges(diff(await introspectHere(database), b))).toEqual([]);
      await runStatements(database, plan(b, renamed));
      await runStatements(database, renames.down);
      expect(describeChanges(diff(await introspectHere(database), a))).toEqual([]);
    });
  });
});

/** The state's text: the thing itself is made in its schema, and all that mentions it finds it by the search path. */
function named({ state, moves }: RenameCase, schema: string | undefined, name: string): string {
  const quoted = `"${name}"`;
  const own = moves === true ? `"${schema}".${quoted}` : quoted;
  return state.replaceAll(/\bNAME\b/g, own);
}
