import type { ChangeCase } from "./change.js";
import { testCases } from "./test-cases.js";

const hstore = "CREATE SCHEMA x; CREATE EXTENSION hstore SCHEMA x; GRANT USAGE ON SCHEMA x TO one";

const cases: readonly ChangeCase[] = [
  {
    title: "an extension comes and goes with all that needs it, in an order that works",
    before: "",
    after: `CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext; CREATE EXTENSION btree_gist;
      CREATE DOMAIN mail AS ext.citext; CREATE TYPE pair AS (a ext.citext, b mail);
      CREATE TABLE t (id int PRIMARY KEY, name ext.citext DEFAULT 'a'::ext.citext, m mail, p pair, during tstzrange, text text,
        CHECK (name OPERATOR(ext.<>) 'b'::ext.citext), EXCLUDE USING gist (id WITH =, during WITH &&));
      CREATE INDEX by_text ON t USING gin (text ext.gin_trgm_ops);
      CREATE FUNCTION f(ext.citext) RETURNS real LANGUAGE sql AS 'SELECT ext.similarity($1::text, ''a'')';
      CREATE VIEW v AS SELECT name, ext.similarity(text, 'a') AS like_a FROM t WHERE text OPERATOR(ext.%) 'b'`,
    sees: ["extension citext"],
    way: "comes and goes",
  },
  {
    title: "an extension's functions are not granted by default privileges that came after it",
    before: "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO one",
    after: "CREATE EXTENSION pg_trgm; ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO one",
    sees: ["extension pg_trgm"],
    way: "comes and goes",
  },
  {
    title: "an extension's functions keep what default privileges gave, and get no more",
    before:
      "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO one; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO one",
    after:
      "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO one; CREATE EXTENSION pg_trgm; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO one",
    sees: ["extension pg_trgm"],
    way: "comes and goes",
  },
  {
    title: "an extension that cannot move is made anew in another schema",
    serverOnly: true,
    given: "CREATE SCHEMA x",
    before: "CREATE EXTENSION xml2 SCHEMA public",
    after: "CREATE EXTENSION xml2 SCHEMA x",
    sees: ["extension xml2", "schema"],
    way: "replaced",
  },
  {
    title: "what needs an extension follows it to another schema, with its rows",
    given: "CREATE SCHEMA x; CREATE SCHEMA y",
    before:
      "CREATE EXTENSION citext SCHEMA x; CREATE TABLE t (id int, name x.citext); CREATE INDEX i ON t (name)",
    after:
      "CREATE EXTENSION citext SCHEMA y; CREATE TABLE t (id int, name y.citext); CREATE INDEX i ON t (name)",
    rows: "INSERT INTO t VALUES (1, 'A')",
    keeps: "SELECT id, name::text FROM t",
    sees: ["extension citext", "schema"],
    way: "in place",
  },
  {
    title: "a grant on an extension's function is seen",
    given: hstore,
    before: "",
    after: "GRANT EXECUTE ON FUNCTION x.hstore(text, text) TO one WITH GRANT OPTION",
    sees: ["privilege one on function x.hstore(text, text)"],
    way: "comes and goes",
  },
  {
    title: "what everyone may do with an extension's type and function is taken away",
    given: hstore,
    before: "REVOKE USAGE ON TYPE x.hstore FROM PUBLIC",
    after: `REVOKE USAGE ON TYPE x.hstore FROM PUBLIC; REVOKE EXECUTE ON FUNCTION x.hstore(text, text) FROM PUBLIC`,
    sees: ["privilege public on function x.hstore(text, text)"],
    way: "comes and goes",
  },
  {
    title: "what an extension granted itself goes without saying, and that it is gone does not",
    given: "CREATE EXTENSION pg_stat_statements",
    before: "",
    after: `REVOKE SELECT ON pg_stat_statements FROM PUBLIC; GRANT SELECT ON pg_stat_statements TO one;
      GRANT SELECT (query) ON pg_stat_statements TO two`,
    sees: ["privilege public on view public.pg_stat_statements"],
    way: "comes and goes",
  },
  {
    title: "another role grants what it may of an extension",
    given: `${hstore}; GRANT EXECUTE ON FUNCTION x.hstore(text, text) TO one WITH GRANT OPTION`,
    before: "",
    after: "SET ROLE one; GRANT EXECUTE ON FUNCTION x.hstore(text, text) TO two; RESET ROLE",
    sees: ["privilege two(one) on function x.hstore(text, text)"],
    way: "comes and goes",
  },
  {
    title: "an extension comes with grants on what it brings",
    given: "CREATE SCHEMA x",
    before: "",
    after: "CREATE EXTENSION hstore SCHEMA x; GRANT EXECUTE ON FUNCTION x.hstore(text, text) TO one",
    sees: ["extension hstore"],
    way: "comes and goes",
  },
];

testCases(cases);
