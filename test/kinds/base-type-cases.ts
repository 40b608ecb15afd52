import type { ChangeCase } from "./change.js";

const routine = (name: string, takes: string, gives: string, body: string) =>
  `CREATE FUNCTION ${name}(${takes}) RETURNS ${gives} LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS '${body}'`;

/** A type that is read and written as text is. */
const words = (options = "", more: readonly string[] = []) =>
  [
    "CREATE TYPE word",
    routine("word_in", "cstring", "word", "textin"),
    routine("word_out", "word", "cstring", "textout"),
    ...more,
    `CREATE TYPE word (INPUT = word_in, OUTPUT = word_out${options})`,
  ].join(";\n");
const binary = [
  routine("word_recv", "internal", "word", "textrecv"),
  routine("word_send", "word", "bytea", "textsend"),
  routine("word_typmod_in", "cstring[]", "integer", "varchartypmodin"),
  routine("word_typmod_out", "integer", "cstring", "varchartypmodout"),
];
const table = "CREATE TABLE t (id integer, w word); CREATE VIEW v AS SELECT w FROM t";
const kept = {
  rows: "INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'b c')",
  keeps: "SELECT id, w::text AS w FROM t ORDER BY id",
} as const;
const spans = {
  rows: "INSERT INTO t VALUES (1, '[1,3)'), (2, NULL)",
  keeps: "SELECT id, s::text FROM t ORDER BY id",
} as const;
const whole = "base type public.word";

export const baseTypeCases: readonly ChangeCase[] = [
  {
    title: "base types of every sort come and go with their functions and all that uses them",
    before: "",
    after: `CREATE SCHEMA app; CREATE SCHEMA io; SET search_path = app, public;
      ${words(
        `, RECEIVE = word_recv, SEND = word_send, TYPMOD_IN = word_typmod_in, TYPMOD_OUT = word_typmod_out,
         ANALYZE = array_typanalyze, INTERNALLENGTH = VARIABLE, STORAGE = external, CATEGORY = 'S', PREFERRED = false,
         DEFAULT = 'it''s', DELIMITER = ';', COLLATABLE = true`,
        binary,
      )};
      CREATE TYPE app.pair; ${routine("io.pair_in", "cstring", "app.pair", "point_in")};
      ${routine("io.pair_out", "app.pair", "cstring", "point_out")};
      CREATE TYPE app.pair (INPUT = io.pair_in, OUTPUT = io.pair_out, INTERNALLENGTH = 16, ALIGNMENT = double, ELEMENT = float8);
      CREATE TYPE app.small; ${routine("app.small_in", "cstring", "app.small", "int2in")};
      ${routine("app.small_out", "app.small", "cstring", "int2out")};
      CREATE TYPE app.small (INPUT = app.small_in, OUTPUT = app.small_out, LIKE = smallint, CATEGORY = 'N', PREFERRED = true);
      CREATE TYPE app.nothing;
      COMMENT ON TYPE app.nothing IS 'a shell'; COMMENT ON TYPE app.pair IS 'two'; ALTER TYPE app.pair OWNER TO two;
      ALTER TYPE app.nothing OWNER TO one; COMMENT ON FUNCTION io.pair_in(cstring) IS 'in';
      REVOKE EXECUTE ON FUNCTION io.pair_out(app.pair) FROM PUBLIC; ALTER FUNCTION io.pair_in(cstring) OWNER TO one;
      REVOKE USAGE ON TYPE app.small FROM PUBLIC; GRANT USAGE ON TYPE app.small TO one;
      CREATE DOMAIN app.words AS app.word[] CHECK (cardinality(VALUE) > 0);
      CREATE TYPE app.row AS (a app.word, b app.small[]);
      CREATE TABLE app.t (a app.word(5) DEFAULT 'x', b app.words, c app.row, d app.pair);
      CREATE FUNCTION app.first(app.word[]) RETURNS app.word LANGUAGE sql AS 'SELECT $1[1]';
      CREATE CAST (app.word AS text) WITHOUT FUNCTION AS IMPLICIT; CREATE CAST (integer AS app.word) WITH INOUT AS ASSIGNMENT;
      SET search_path = public`,
    sees: ["base type app.word"],
    way: "comes and goes",
  },
  {
    title: "a function, an operator class and an index on a base type",
    before: "",
    after: `${words("", [])}; ${routine("word_eq", "word, word", "boolean", "texteq")}; ${routine("word_hash", "word", "integer", "hashtext")};
      CREATE OPERATOR = (FUNCTION = word_eq, LEFTARG = word, RIGHTARG = word, COMMUTATOR = =, HASHES);
      CREATE OPERATOR CLASS word_ops DEFAULT FOR TYPE word USING hash AS OPERATOR 1 =, FUNCTION 1 word_hash(word);
      ${table}; CREATE INDEX i ON t USING hash (w)`,
    sees: ["index public.i"],
    way: "comes and goes",
  },
  {
    title: "what ALTER TYPE can set is set where the type stands",
    before: `${words("", binary)}; ${table}`,
    after: `${words(
      ", RECEIVE = word_recv, SEND = word_send, TYPMOD_IN = word_typmod_in, TYPMOD_OUT = word_typmod_out, ANALYZE = array_typanalyze",
      binary,
    )}; ${table}`,
    ...kept,
    sees: [whole, "analyze", "receive", "send", "typmodIn", "typmodOut"],
    way: "in place",
  },
  {
    title: "functions for the binary form come and go without the type",
    before: `${words()}; ${table}`,
    after: `${words(", RECEIVE = word_recv, SEND = word_send", binary.slice(0, 2))}; ${table}`,
    ...kept,
    sees: [whole, "receive", "send"],
    way: "in place",
  },
  {
    title: "the storage of a base type leaves plain where it stands, and comes back by another type",
    before: `${words()}; ${table}`,
    after: `${words(", STORAGE = extended")}; ${table}`,
    ...kept,
    sees: [whole, "storage"],
    way: "in place",
    back: "replaced",
  },
  {
    title: "a base type is replaced under its columns",
    before: `${words(", DEFAULT = 'x'")}; ${table}; CREATE DOMAIN short AS word; CREATE TABLE u (s short, a word[])`,
    after: `${words(", DEFAULT = 'y', CATEGORY = 'S', DELIMITER = ';'")}; ${table}; CREATE DOMAIN short AS word; CREATE TABLE u (s short, a word[])`,
    ...kept,
    sees: [whole, "category", "default", "delimiter"],
    way: "replaced",
  },
  {
    title: "another input function makes another type",
    before: `${words()}; ${table}`,
    after: `${words("", [routine("read_word", "cstring, oid, integer", "word", "varcharin")]).replace("INPUT = word_in", "INPUT = read_word")}; ${table}`,
    ...kept,
    sees: [whole, "input"],
    way: "replaced",
  },
  {
    title: "an input function changes where it stands",
    before: `${words()}; ${table}`,
    after: `${words().replace("PARALLEL SAFE", "PARALLEL RESTRICTED")}; ${table}`,
    ...kept,
    sees: ["function public.word_in(cstring)", "definition"],
    way: "in place",
  },
  {
    title: "a shell becomes a type and is one again",
    before: `${words().replace(/;\nCREATE TYPE word \(.*/s, "")}`,
    after: words(),
    sees: ["type public.word", "functions"],
    way: "in place",
    back: "replaced",
  },
  {
    title: "an enum becomes a base type under its column",
    before: `CREATE TYPE word AS ENUM ('a', 'b c'); ${table.split(";")[0]}`,
    after: `${words()}; ${table.split(";")[0]}`,
    rows: kept.rows,
    keeps: kept.keeps,
    sees: ["enum public.word"],
    way: "comes and goes",
  },
  {
    title: "a base type has the privileges that are the default for new ones",
    given: "ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC",
    before: "",
    after: words(),
    sees: [whole],
    way: "comes and goes",
  },
  {
    title: "a range with a canonical function comes and goes",
    before: "",
    after: `CREATE SCHEMA app; CREATE TYPE app.span; ${routine("app.whole", "app.span", "app.span", "int4range_canonical")};
      CREATE TYPE app.span AS RANGE (SUBTYPE = integer, CANONICAL = app.whole, SUBTYPE_DIFF = int4range_subdiff, MULTIRANGE_TYPE_NAME = app.spans);
      CREATE TABLE t (id integer, s app.span, m app.spans); COMMENT ON TYPE app.span IS 's'; ALTER TYPE app.span OWNER TO one`,
    sees: ["range app.span"],
    way: "comes and goes",
  },
  {
    title: "a range gets a canonical function",
    before: "CREATE TYPE span AS RANGE (SUBTYPE = integer); CREATE TABLE t (id integer, s span)",
    after: `CREATE TYPE span; ${routine("whole", "span", "span", "int4range_canonical")};
      CREATE TYPE span AS RANGE (SUBTYPE = integer, CANONICAL = whole); CREATE TABLE t (id integer, s span)`,
    ...spans,
    sees: ["range public.span", "canonical"],
    way: "replaced",
  },
  {
    title: "a range with a canonical function is replaced under its columns",
    before: `CREATE TYPE span; ${routine("whole", "span", "span", "int4range_canonical")};
      CREATE TYPE span AS RANGE (SUBTYPE = integer, CANONICAL = whole); CREATE TABLE t (id integer, s span)`,
    after: `CREATE TYPE span; ${routine("whole", "span", "span", "int4range_canonical")};
      CREATE TYPE span AS RANGE (SUBTYPE = integer, CANONICAL = whole, SUBTYPE_DIFF = int4range_subdiff); CREATE TABLE t (id integer, s span)`,
    ...spans,
    sees: ["range public.span", "subtypeDiff"],
    way: "replaced",
  },
];
