import type { ChangeCase } from "./change.js";

const pair = `CREATE TYPE pair AS (a integer, b integer);
  CREATE FUNCTION less(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.a < $2.a';
  CREATE FUNCTION same(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.a = $2.a';
  CREATE FUNCTION above(pair, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.a < $2';
  CREATE FUNCTION order_of(pair, pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a - $2.a';
  CREATE FUNCTION order_to(pair, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a - $2';
  CREATE FUNCTION hash_of(pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';
  CREATE OPERATOR <<< (function = less, leftarg = pair, rightarg = pair);
  CREATE OPERATOR === (function = same, leftarg = pair, rightarg = pair, hashes);
  CREATE OPERATOR <<< (function = above, leftarg = pair, rightarg = integer)`;
const family = "CREATE OPERATOR FAMILY pairs USING btree";
const classOf = (members: string) =>
  `CREATE OPERATOR CLASS by_a FOR TYPE pair USING btree FAMILY pairs AS ${members}`;
const loose =
  "ALTER OPERATOR FAMILY pairs USING btree ADD OPERATOR 1 <<< (pair, integer), FUNCTION 1 (pair, integer) order_to(pair, integer)";
const members = "OPERATOR 1 <<<, OPERATOR 3 ===, FUNCTION 1 order_of(pair, pair)";
const indexed = "CREATE TABLE t (id integer, p pair); CREATE INDEX i ON t (p by_a)";
const plpgsql = "HANDLER plpgsql_call_handler";

export const operatorClassCases: readonly ChangeCase[] = [
  {
    title: "operator classes and families of several access methods come and go",
    before: "",
    after: `${pair}; ${family}; ${classOf(members)}; ${loose}; ${indexed};
      CREATE OPERATOR CLASS pair_hash DEFAULT FOR TYPE pair USING hash AS OPERATOR 1 ===, FUNCTION 1 hash_of(pair);
      CREATE SCHEMA app; CREATE OPERATOR CLASS app.numbers FOR TYPE integer USING gin AS STORAGE bigint;
      CREATE OPERATOR FAMILY app.empty USING gist;
      CREATE OPERATOR CLASS app.points FOR TYPE point USING gist AS OPERATOR 1 <<, OPERATOR 15 <-> (point, point) FOR ORDER BY float_ops,
        FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal),
        FUNCTION 3 gist_point_compress(internal), FUNCTION 5 gist_box_penalty(internal, internal, internal),
        FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal),
        FUNCTION 8 (point, point) gist_point_distance(internal, point, smallint, oid, internal), STORAGE box;
      COMMENT ON OPERATOR CLASS by_a USING btree IS 'c'; COMMENT ON OPERATOR FAMILY pairs USING btree IS 'f';
      ALTER OPERATOR CLASS by_a USING btree OWNER TO one; ALTER OPERATOR FAMILY pairs USING btree OWNER TO two;
      CREATE TABLE app.place (p point); CREATE INDEX place_p ON app.place USING gist (p app.points)`,
    sees: ["operator class public.by_a(btree)"],
    way: "comes and goes",
  },
  {
    title: "an operator class gets another member, and its indexes come back",
    before: `${pair}; ${family}; ${classOf("OPERATOR 1 <<<, FUNCTION 1 order_of(pair, pair)")}; ${indexed}`,
    after: `${pair}; ${family}; ${classOf(members)}; ${indexed}`,
    rows: "INSERT INTO t VALUES (1, ROW(1, 2))",
    keeps: "SELECT * FROM t",
    sees: ["operator class public.by_a(btree)", "members"],
    way: "replaced",
  },
  {
    title: "an operator class becomes the type's default",
    before: `${pair}; ${family}; ${classOf(members)}; ${indexed}`,
    after: `${pair}; ${family}; ${classOf(members).replace("by_a", "by_a DEFAULT")}; ${indexed}`,
    sees: ["operator class public.by_a(btree)", "default"],
    way: "replaced",
  },
  {
    title: "loose members of a family come and go in place",
    before: `${pair}; ${family}; ${classOf(members)}; ${indexed}`,
    after: `${pair}; ${family}; ${classOf(members)}; ${loose}; ${indexed}`,
    sees: ['operator family member public.pairs."OPERATOR 1 (public.pair, integer)"(btree)'],
    way: "comes and goes",
  },
  {
    title: "a conversion comes and goes",
    before: "",
    after: `CREATE CONVERSION "To Latin" FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1; COMMENT ON CONVERSION "To Latin" IS 'c';
      CREATE DEFAULT CONVERSION back FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8; ALTER CONVERSION back OWNER TO one`,
    sees: ['conversion public."To Latin"'],
    way: "comes and goes",
  },
  {
    title: "a conversion changes",
    before: "CREATE CONVERSION c FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
    after: "CREATE DEFAULT CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
    sees: ["conversion public.c", "default", "destination", "function", "source"],
    way: "replaced",
  },
  {
    title: "a language comes with its functions and goes",
    before: "",
    after: `CREATE TRUSTED LANGUAGE mine ${plpgsql} INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
      COMMENT ON LANGUAGE mine IS 'l'; REVOKE USAGE ON LANGUAGE mine FROM PUBLIC; GRANT USAGE ON LANGUAGE mine TO one;
      ALTER LANGUAGE mine OWNER TO two; CREATE FUNCTION f() RETURNS integer LANGUAGE mine AS 'BEGIN RETURN 1; END'`,
    sees: ["language mine"],
    way: "comes and goes",
  },
  {
    title: "a language changes in place",
    before: `CREATE LANGUAGE mine ${plpgsql}; CREATE FUNCTION f() RETURNS integer LANGUAGE mine AS 'BEGIN RETURN 1; END'`,
    after: `CREATE TRUSTED LANGUAGE mine ${plpgsql} INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
      CREATE FUNCTION f() RETURNS integer LANGUAGE mine AS 'BEGIN RETURN 1; END'`,
    sees: ["language mine", "inline", "trusted", "validator"],
    way: "in place",
  },
  {
    title: "access methods come and go with what uses them",
    before: "",
    after: `CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler; COMMENT ON ACCESS METHOD heap2 IS 'h';
      CREATE ACCESS METHOD tree TYPE INDEX HANDLER bthandler; CREATE TABLE t (id integer) USING heap2`,
    sees: ["access method heap2"],
    way: "comes and goes",
  },
  {
    title: "a transform comes and goes",
    before: "",
    after: `CREATE TRANSFORM FOR integer LANGUAGE sql
        (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
      COMMENT ON TRANSFORM FOR integer LANGUAGE sql IS 't'`,
    sees: ["transform sql(integer)"],
    way: "comes and goes",
  },
  {
    title: "a transform changes in place",
    before: "CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal))",
    after: "CREATE TRANSFORM FOR integer LANGUAGE sql (TO SQL WITH FUNCTION int4recv(internal))",
    sees: ["transform sql(integer)", "fromSql", "toSql"],
    way: "in place",
  },
];
