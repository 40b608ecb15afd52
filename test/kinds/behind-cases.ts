import type { ChangeCase } from "./change.js";

const numbered = "CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY, a integer)";

/** What is said of objects that stand behind others: an identity column's sequence, a view's rule. */
const behind: readonly ChangeCase[] = [
  {
    title: "a comment on an identity column's sequence is not the column's",
    given: `${numbered}; COMMENT ON COLUMN t.id IS 'column'`,
    before: "",
    after: "COMMENT ON SEQUENCE t_id_seq IS 'sequence'",
    sees: ["comment sequence on column public.t.id"],
    way: "comes and goes",
  },
  {
    title: "an identity column's sequence is renamed with its comment and privileges",
    given: `${numbered}; COMMENT ON SEQUENCE t_id_seq IS 'one'; GRANT USAGE ON SEQUENCE t_id_seq TO one`,
    before: "",
    after: `ALTER SEQUENCE t_id_seq RENAME TO ids; COMMENT ON SEQUENCE ids IS 'two'; GRANT SELECT ON SEQUENCE ids TO one`,
    sees: ["comment sequence on column public.t.id", "text"],
    way: "in place",
  },
  {
    title: "a privilege on an identity column's sequence is seen",
    given: numbered,
    before: "GRANT SELECT (id) ON t TO one",
    after: "GRANT SELECT (id) ON t TO one; GRANT USAGE, SELECT ON SEQUENCE t_id_seq TO one",
    sees: ["privilege sequence.one on column public.t.id"],
    way: "comes and goes",
  },
  {
    title: "another role grants what it may of an identity column's sequence",
    given: `${numbered}; GRANT USAGE ON SCHEMA public TO one`,
    before: "GRANT USAGE ON SEQUENCE t_id_seq TO one WITH GRANT OPTION",
    after:
      "GRANT USAGE ON SEQUENCE t_id_seq TO one WITH GRANT OPTION; SET ROLE one; GRANT USAGE ON SEQUENCE t_id_seq TO two; RESET ROLE",
    sees: ["privilege sequence.two(one) on column public.t.id"],
    way: "comes and goes",
  },
  {
    title: "what the owner of a table loses on its identity column's sequence",
    given: `${numbered}; ALTER TABLE t OWNER TO one`,
    before: "",
    after: "REVOKE UPDATE ON SEQUENCE t_id_seq FROM one",
    sees: ["privilege sequence.pg_owner on column public.t.id"],
    way: "comes and goes",
  },
  {
    title: "an identity comes with what is said of its sequence, and goes with it",
    before: "CREATE TABLE t (id integer NOT NULL, a integer)",
    after: `${numbered}; COMMENT ON SEQUENCE t_id_seq IS 'said'; GRANT USAGE ON SEQUENCE t_id_seq TO one`,
    rows: "INSERT INTO t VALUES (7, 1)",
    keeps: "SELECT * FROM t",
    sees: ["column public.t.id", "identity"],
    way: "in place",
  },
  {
    title: "default privileges on sequences hold for an identity column's, unless it is wanted without",
    before:
      "CREATE TABLE t (id integer NOT NULL); ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO one, two",
    after: `CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY); CREATE TABLE u (id integer GENERATED ALWAYS AS IDENTITY);
      GRANT USAGE ON SEQUENCE u_id_seq, t_id_seq TO two;
      ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO one, two`,
    sees: ["column public.t.id", "identity"],
    way: "in place",
  },
  {
    title: "a comment on a view's rule is not the view's, and outlives the view's change",
    given: "CREATE TABLE t (id integer, a integer)",
    before: `CREATE VIEW v AS SELECT id FROM t; COMMENT ON VIEW v IS 'view'; COMMENT ON RULE "_RETURN" ON v IS 'rule'`,
    after: `CREATE VIEW v AS SELECT a FROM t; COMMENT ON VIEW v IS 'view'; COMMENT ON RULE "_RETURN" ON v IS 'rule';
      CREATE MATERIALIZED VIEW m AS SELECT a FROM t; COMMENT ON RULE "_RETURN" ON m IS 'another'`,
    sees: ["comment rule on materialized view public.m"],
    way: "comes and goes",
  },
];

const extensionDependencies: readonly ChangeCase[] = [
  {
    title: "whatever can depend on an extension does, and no longer",
    given: `CREATE EXTENSION hstore; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
      CREATE AGGREGATE a(integer) (sfunc = int4pl, stype = integer); CREATE TABLE t (id integer CONSTRAINT k PRIMARY KEY);
      CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
      CREATE INDEX i ON t (id); CREATE MATERIALIZED VIEW m AS SELECT 1 AS one`,
    before: "",
    after: [
      "FUNCTION f()",
      "PROCEDURE p()",
      "ROUTINE a",
      "TRIGGER tr ON t",
      "INDEX i",
      "INDEX k",
      "MATERIALIZED VIEW m",
    ]
      .map((noun) => `ALTER ${noun} DEPENDS ON EXTENSION hstore`)
      .join("; "),
    sees: ["extension dependency hstore on constraint public.t.k"],
    way: "comes and goes",
  },
  {
    title: "what depended on an extension outlives it where it is wanted without",
    before:
      "CREATE EXTENSION hstore; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() DEPENDS ON EXTENSION hstore",
    after: "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    sees: ["extension hstore"],
    way: "comes and goes",
  },
  {
    title: "an extension comes and goes with what depends on it",
    before: "",
    after: `CREATE EXTENSION hstore; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
      ALTER FUNCTION f() DEPENDS ON EXTENSION hstore; CREATE TABLE t (id integer); CREATE INDEX i ON t (id);
      ALTER INDEX i DEPENDS ON EXTENSION hstore`,
    sees: ["extension hstore"],
    way: "comes and goes",
  },
  {
    title: "what depends on an extension still does when it is made anew",
    given: "CREATE EXTENSION hstore",
    before:
      "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() DEPENDS ON EXTENSION hstore",
    after:
      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''1'''; ALTER FUNCTION f() DEPENDS ON EXTENSION hstore",
    sees: ["function public.f()", "definition", "result"],
    way: "replaced",
  },
];

const positive = "CREATE DOMAIN d AS integer";

/** A domain's NOT NULL is a constraint with a name from version 17 on. */
const domainNames: readonly ChangeCase[] = [
  {
    title: "a domain's NOT NULL gets another name",
    since: 17,
    before: `${positive} NOT NULL; CREATE TABLE t (d d)`,
    after: `${positive} CONSTRAINT must NOT NULL; CREATE TABLE t (d d)`,
    rows: "INSERT INTO t VALUES (1)",
    keeps: "SELECT d FROM t",
    sees: ["domain public.d", "notNullName"],
    way: "in place",
  },
  {
    title: "a domain's NOT NULL comes under its name, with a comment, and goes",
    since: 17,
    before: `${positive} CHECK (VALUE > 0)`,
    after: `${positive} CONSTRAINT must NOT NULL CHECK (VALUE > 0); COMMENT ON CONSTRAINT must ON DOMAIN d IS 'said'`,
    sees: ["domain public.d", "notNull", "notNullName"],
    way: "in place",
  },
  {
    title: "a domain that is made anew keeps the name of its NOT NULL, and a name that another holds is said",
    since: 17,
    given: `CREATE TABLE d (x integer CONSTRAINT e_not_null CHECK (x > 0)); COMMENT ON TABLE d IS 'd'; CREATE SCHEMA x`,
    before:
      "CREATE DOMAIN x.d AS integer CONSTRAINT must NOT NULL; COMMENT ON CONSTRAINT must ON DOMAIN x.d IS 'said'",
    after: `CREATE DOMAIN x.d AS bigint CONSTRAINT must NOT NULL; COMMENT ON CONSTRAINT must ON DOMAIN x.d IS 'said';
      CREATE DOMAIN e AS integer NOT NULL; CREATE DOMAIN g AS integer CONSTRAINT e_not_null NOT NULL`,
    sees: ["domain x.d", "type"],
    way: "replaced",
  },
];

export const behindCases: readonly ChangeCase[] = [...behind, ...extensionDependencies, ...domainNames];
