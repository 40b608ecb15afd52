import type { ChangeCase } from "./change.js";

const add = `CREATE FUNCTION add(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b'`;
const pair = `CREATE TYPE pair AS (a integer, b integer);
  CREATE FUNCTION same(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.a = $2.a';
  CREATE FUNCTION other(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.a <> $2.a'`;
const operators = (...definitions: string[]) =>
  definitions.map((definition) => `CREATE OPERATOR ${definition}`).join(";");
const sameAs = (options: string) => `=== (function = same, leftarg = pair, rightarg = pair${options})`;
const otherThan = (options: string) => `!== (function = other, leftarg = pair, rightarg = pair${options})`;
const equals = 'operator public."==="(public.pair, public.pair)';

const table = "CREATE TABLE t (id integer, c text COLLATE mine); CREATE INDEX i ON t (c)";
const texts = {
  rows: "INSERT INTO t VALUES (1, 'ä'), (2, NULL), (3, 'b')",
  keeps: "SELECT * FROM t ORDER BY id",
} as const;

export const operatorCases: readonly ChangeCase[] = [
  {
    title: "aggregates of every kind come and go",
    before: "",
    after: `CREATE SCHEMA app; SET search_path = app, public;
      CREATE FUNCTION app.final(internal, anyelement, VARIADIC "any") RETURNS anyelement LANGUAGE internal AS 'mode_final';
      ${add}; CREATE FUNCTION app.subtract(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT a - b';
      CREATE AGGREGATE app.total(n integer) (sfunc = app.add, stype = integer, initcond = '0', combinefunc = app.add, sspace = 8,
        msfunc = app.add, minvfunc = app.subtract, mstype = integer, minitcond = '0', mspace = 4, parallel = safe);
      CREATE AGGREGATE app.least_of(integer) (sfunc = int4smaller, stype = integer, sortop = <);
      CREATE AGGREGATE app.rows(*) (sfunc = int8inc, stype = bigint, initcond = '0');
      CREATE AGGREGATE app.middle(float8 ORDER BY anyelement) (sfunc = ordered_set_transition, stype = internal,
        finalfunc = percentile_disc_final, finalfunc_extra, finalfunc_modify = shareable);
      CREATE AGGREGATE app.place(VARIADIC "any" ORDER BY VARIADIC "any") (sfunc = ordered_set_transition_multi, stype = internal,
        finalfunc = rank_final, finalfunc_extra, hypothetical);
      CREATE AGGREGATE app.mean(numeric) (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg,
        finalfunc_modify = read_write, combinefunc = numeric_avg_combine, serialfunc = numeric_avg_serialize,
        deserialfunc = numeric_avg_deserialize, parallel = restricted);
      COMMENT ON AGGREGATE app.rows(*) IS 'r'; COMMENT ON AGGREGATE app.place(VARIADIC "any" ORDER BY VARIADIC "any") IS 'p';
      GRANT EXECUTE ON FUNCTION app.rows() TO one; REVOKE EXECUTE ON FUNCTION app.total(integer) FROM PUBLIC;
      ALTER AGGREGATE app.middle(float8 ORDER BY anyelement) OWNER TO two;
      CREATE VIEW app.v AS SELECT app.total(i), app.rows(*) FROM generate_series(1, 3) i; SET search_path = public`
      .replace("mspace", "msspace")
      .replace(/CREATE FUNCTION app.final.*\n/, "\n"),
    sees: ['aggregate app.place("any")'],
    way: "comes and goes",
  },
  {
    title: "an aggregate's options change in place",
    before: `${add}; CREATE AGGREGATE total(integer) (sfunc = add, stype = integer, initcond = '0');
      CREATE VIEW v AS SELECT total(i) FROM generate_series(1, 3) i`,
    after: `${add}; CREATE AGGREGATE total(integer) (sfunc = add, stype = integer, initcond = '5', parallel = safe);
      CREATE VIEW v AS SELECT total(i) FROM generate_series(1, 3) i`,
    sees: ["aggregate public.total(integer)", "options"],
    way: "in place",
  },
  {
    title: "another result, another argument name or another kind is another aggregate",
    before: `CREATE AGGREGATE total(a integer) (sfunc = int4_sum, stype = bigint); COMMENT ON AGGREGATE total(integer) IS 'c';
      CREATE VIEW v AS SELECT total(i) FROM generate_series(1, 3) i`,
    after: `CREATE AGGREGATE total(b integer) (sfunc = int4smaller, stype = integer); COMMENT ON AGGREGATE total(integer) IS 'c';
      CREATE VIEW v AS SELECT total(i) FROM generate_series(1, 3) i`,
    sees: ["aggregate public.total(integer)", "options", "parameters", "result"],
    way: "replaced",
  },
  {
    title: "collations of libc and ICU come and go",
    before: "",
    after: `CREATE SCHEMA app; CREATE COLLATION app.c (lc_collate = 'C', lc_ctype = 'POSIX');
      CREATE COLLATION app."German" (provider = icu, locale = 'de-u-co-phonebk');
      CREATE COLLATION app.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      COMMENT ON COLLATION app.c IS 'c'; ALTER COLLATION app.nocase OWNER TO one;
      CREATE DOMAIN app.word AS text COLLATE app.nocase; CREATE TYPE app.pair AS (a text COLLATE app."German");
      CREATE TYPE app.span AS RANGE (subtype = text, collation = app.c);
      CREATE TABLE t (a text COLLATE app.nocase, b text COLLATE app.c, w app.word)`,
    sees: ["collation app.nocase"],
    way: "comes and goes",
    serverOnly: true,
  },
  {
    title: "a collation is replaced under its columns",
    before: `CREATE COLLATION mine (lc_collate = 'C', lc_ctype = 'C'); ${table}`,
    after: `CREATE COLLATION mine (lc_collate = 'POSIX', lc_ctype = 'POSIX'); ${table}`,
    ...texts,
    sees: ["collation public.mine", "collate", "ctype"],
    way: "replaced",
  },
  {
    title: "a collation changes its provider and becomes nondeterministic under its columns",
    before: `CREATE COLLATION mine (lc_collate = 'C', lc_ctype = 'C'); ${table}`,
    after: `CREATE COLLATION mine (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ${table}`,
    ...texts,
    sees: ["collation public.mine", "collate", "ctype", "deterministic", "locale", "provider"],
    way: "replaced",
    serverOnly: true,
  },
  {
    title: "a collation gets rules",
    before: `CREATE COLLATION mine (provider = icu, locale = 'de'); ${table}`,
    after: `CREATE COLLATION mine (provider = icu, locale = 'de', rules = '&a < g'); ${table}`,
    ...texts,
    sees: ["collation public.mine", "rules"],
    way: "replaced",
    since: 16,
    serverOnly: true,
  },
  {
    title: "a built-in collation",
    before: `CREATE COLLATION mine (provider = builtin, locale = 'C.UTF-8'); ${table}`,
    after: `CREATE COLLATION mine (provider = builtin, locale = 'C'); ${table}`,
    ...texts,
    sees: ["collation public.mine", "locale"],
    way: "replaced",
    since: 17,
  },
  {
    title: "casts by function, by text and by nothing come and go",
    before: "",
    after: `CREATE TYPE a AS ENUM ('x'); CREATE TYPE b AS ENUM ('x'); CREATE TYPE c AS (n integer); CREATE DOMAIN d AS integer;
      CREATE FUNCTION to_b(a, integer, boolean) RETURNS b LANGUAGE sql IMMUTABLE AS 'SELECT ''x''::b';
      CREATE CAST (a AS b) WITH FUNCTION to_b(a, integer, boolean) AS ASSIGNMENT;
      CREATE CAST (b AS a) WITH INOUT AS IMPLICIT; CREATE CAST (b AS text) WITH INOUT;
      CREATE CAST (bigint AS name) WITH INOUT;
      CREATE CAST (regtype AS regnamespace) WITHOUT FUNCTION;
      COMMENT ON CAST (a AS b) IS 'c'; CREATE VIEW v AS SELECT ('x'::a)::b AS w`,
    sees: ["cast(public.a, public.b)"],
    way: "comes and goes",
  },
  {
    title: "a cast's function and context change",
    before: `CREATE TYPE a AS ENUM ('x'); CREATE CAST (a AS text) WITH INOUT; COMMENT ON CAST (a AS text) IS 'c'`,
    after: `CREATE TYPE a AS ENUM ('x'); CREATE FUNCTION f(a) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''y''';
      CREATE CAST (a AS text) WITH FUNCTION f(a) AS ASSIGNMENT; COMMENT ON CAST (a AS text) IS 'c'`,
    sees: ["cast(public.a, text)", "context", "method"],
    way: "replaced",
  },
  {
    title: "operators that name each other come and go",
    before: "",
    after: `${pair}; ${operators(
      sameAs(", commutator = ===, negator = !==, restrict = eqsel, join = eqjoinsel, hashes, merges"),
      otherThan(", commutator = !==, negator = ===, restrict = neqsel"),
    )};
      CREATE FUNCTION flip(pair) RETURNS pair LANGUAGE sql AS 'SELECT ROW($1.b, $1.a)::pair';
      CREATE SCHEMA app; CREATE OPERATOR app.@@ (function = flip, rightarg = pair);
      COMMENT ON OPERATOR ===(pair, pair) IS 'o'; COMMENT ON OPERATOR app.@@(NONE, pair) IS 'flip';
      ALTER OPERATOR ===(pair, pair) OWNER TO one;
      CREATE VIEW v AS SELECT ROW(1, 2)::pair === ROW(1, 2)::pair AS b`,
    sees: [equals],
    way: "comes and goes",
  },
  {
    title: "an operator's estimators change in place",
    before: `${pair}; ${operators(sameAs(", restrict = eqsel"))}`,
    after: `${pair}; ${operators(sameAs(", join = eqjoinsel"))}`,
    sees: [equals, "join", "restrict"],
    way: "in place",
  },
  {
    title: "an operator comes and goes with the shells that it names",
    before: "",
    after: `CREATE SCHEMA app; SET search_path = app, public; ${pair};
      ${operators(sameAs(", commutator = =-=, negator = OPERATOR(public.!==)"))};
      COMMENT ON OPERATOR =-= (pair, pair) IS 'a shell'; ALTER OPERATOR public.!== (pair, pair) OWNER TO one; SET search_path = public`,
    sees: ['operator app."==="(app.pair, app.pair)'],
    way: "comes and goes",
  },
  {
    title: "a shell becomes an operator and is one again",
    given: pair,
    before: operators(sameAs(", commutator = ===, negator = !==")),
    after: operators(sameAs(", commutator = ===, negator = !=="), otherThan("")),
    sees: [equals, "shells"],
    way: "in place",
    back: "replaced",
  },
  {
    title: "an operator stays where it is when its negator comes and goes",
    given: pair,
    before: `${operators(sameAs(""))}; CREATE VIEW v AS SELECT a.* FROM generate_series(1, 2) AS a WHERE ROW(1, 2)::pair === ROW(2, 1)::pair`,
    after: `${operators(sameAs(""), otherThan(", negator = ==="))};
      CREATE VIEW v AS SELECT a.* FROM generate_series(1, 2) AS a WHERE ROW(1, 2)::pair === ROW(2, 1)::pair`,
    sees: [equals, "negator"],
    way: "in place",
  },
  {
    title: "an operator forgets a shell",
    given: pair,
    before: operators(sameAs(", negator = !==")),
    after: operators(sameAs("")),
    sees: [equals, "negator", "shells"],
    way: "in place",
    back: "replaced",
  },
  {
    title: "an operator gets a commutator, a negator and the rest in place from 17 on",
    before: `${pair}; ${operators(sameAs(""), otherThan(""))}`,
    after: `${pair}; ${operators(sameAs(", commutator = ===, negator = !==, hashes, merges"), otherThan(""))}`,
    sees: [equals, "commutator", "hashes", "merges", "negator"],
    way: "in place",
    back: "replaced",
    since: 17,
  },
  {
    title: "an operator gets a commutator, a negator and the rest by replacement up to 16",
    before: `${pair}; ${operators(sameAs(""), otherThan(""))}; CREATE VIEW v AS SELECT ROW(1, 2)::pair === ROW(1, 2)::pair AS b`,
    after: `${pair}; ${operators(sameAs(", commutator = ===, negator = !==, hashes, merges"), otherThan(""))};
      CREATE VIEW v AS SELECT ROW(1, 2)::pair === ROW(1, 2)::pair AS b`,
    sees: [equals, "commutator", "hashes", "merges", "negator"],
    way: "replaced",
    until: 16,
  },
];
