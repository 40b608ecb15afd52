import type { KindName } from "../../src/catalog/fact.js";

/** Something that can have a comment, in two forms between which dm changes it or makes it anew. */
export interface Commented {
  readonly kind: KindName;
  readonly first: string;
  readonly second?: string;
  /** As COMMENT ON names it. */
  readonly noun: string;
  /** Whether it has an owner of its own, or how ALTER names it then. */
  readonly owned?: true | string;
}

export const objects: readonly Commented[] = [
  { kind: "schema", first: "CREATE SCHEMA s", noun: "SCHEMA s", owned: true },
  {
    kind: "extension",
    first: "CREATE EXTENSION hstore SCHEMA public",
    second: "CREATE EXTENSION hstore SCHEMA s",
    noun: "EXTENSION hstore",
  },
  {
    kind: "language",
    first: "CREATE TRUSTED LANGUAGE mine HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator",
    second: "CREATE LANGUAGE mine HANDLER plpgsql_call_handler",
    noun: "LANGUAGE mine",
    owned: true,
  },
  {
    kind: "access method",
    first: "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler",
    noun: "ACCESS METHOD heap2",
  },
  {
    kind: "collation",
    first: "CREATE COLLATION s.plain (lc_collate = 'C', lc_ctype = 'POSIX')",
    second: "CREATE COLLATION s.plain (lc_collate = 'C', lc_ctype = 'C')",
    noun: "COLLATION s.plain",
    owned: true,
  },
  {
    kind: "conversion",
    first: "CREATE CONVERSION s.latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
    second: "CREATE DEFAULT CONVERSION s.latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
    noun: "CONVERSION s.latin",
    owned: true,
  },
  {
    kind: "enum",
    first: "CREATE TYPE s.mood AS ENUM ('a', 'b')",
    second: "CREATE TYPE s.mood AS ENUM ('b', 'c', 'a')",
    noun: "TYPE s.mood",
    owned: true,
  },
  {
    kind: "domain",
    first: "CREATE DOMAIN s.positive AS integer",
    second: "CREATE DOMAIN s.positive AS bigint",
    noun: "DOMAIN s.positive",
    owned: true,
  },
  {
    kind: "domain constraint",
    first: "ALTER DOMAIN s.positive ADD CONSTRAINT above CHECK (VALUE > 0)",
    second: "ALTER DOMAIN s.positive ADD CONSTRAINT above CHECK (VALUE > 1)",
    noun: "CONSTRAINT above ON DOMAIN s.positive",
  },
  {
    kind: "composite type",
    first: "CREATE TYPE s.pair AS (a integer, b text)",
    second: "CREATE TYPE s.pair AS (b text, a bigint)",
    noun: "TYPE s.pair",
    owned: true,
  },
  { kind: "attribute", first: "SELECT", noun: "COLUMN s.pair.a" },
  {
    kind: "range",
    first: "CREATE TYPE s.span AS RANGE (subtype = float8)",
    second: "CREATE TYPE s.span AS RANGE (subtype = float8, subtype_diff = float8mi)",
    noun: "TYPE s.span",
    owned: true,
  },
  {
    kind: "text search parser",
    first:
      "CREATE TEXT SEARCH PARSER s.parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)",
    second:
      "CREATE TEXT SEARCH PARSER s.parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline)",
    noun: "TEXT SEARCH PARSER s.parser",
  },
  {
    kind: "text search template",
    first: "CREATE TEXT SEARCH TEMPLATE s.template (lexize = dsimple_lexize)",
    second: "CREATE TEXT SEARCH TEMPLATE s.template (init = dsimple_init, lexize = dsimple_lexize)",
    noun: "TEXT SEARCH TEMPLATE s.template",
  },
  {
    kind: "text search dictionary",
    first: "CREATE TEXT SEARCH DICTIONARY s.words (template = simple, accept = false)",
    second: "CREATE TEXT SEARCH DICTIONARY s.words (template = snowball, language = english)",
    noun: "TEXT SEARCH DICTIONARY s.words",
    owned: true,
  },
  {
    kind: "text search configuration",
    first: "CREATE TEXT SEARCH CONFIGURATION s.config (parser = default)",
    second: "CREATE TEXT SEARCH CONFIGURATION s.config (parser = s.parser)",
    noun: "TEXT SEARCH CONFIGURATION s.config",
    owned: true,
  },
  {
    kind: "foreign data wrapper",
    first: "CREATE FOREIGN DATA WRAPPER wrapper",
    second: "CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (a 'b')",
    noun: "FOREIGN DATA WRAPPER wrapper",
    owned: true,
  },
  {
    kind: "foreign server",
    first: "CREATE SERVER away FOREIGN DATA WRAPPER wrapper",
    second: "CREATE SERVER away TYPE 'other' FOREIGN DATA WRAPPER wrapper",
    noun: "SERVER away",
    owned: true,
  },
  {
    kind: "sequence",
    first: "CREATE SEQUENCE s.counter",
    second: "CREATE SEQUENCE s.counter AS smallint INCREMENT 2",
    noun: "SEQUENCE s.counter",
    owned: true,
  },
  {
    kind: "table",
    first: "CREATE TABLE s.t (id integer CONSTRAINT t_key PRIMARY KEY, a text, b text)",
    second: 'CREATE TABLE s.t (id bigint CONSTRAINT t_key PRIMARY KEY, a text COLLATE "C", b text)',
    noun: "TABLE s.t",
    owned: true,
  },
  { kind: "column", first: "SELECT", noun: "COLUMN s.t.a" },
  { kind: "constraint", first: "SELECT", noun: "CONSTRAINT t_key ON s.t" },
  { kind: "index", first: "SELECT", noun: "INDEX s.t_key" },
  {
    kind: "constraint",
    first: "ALTER TABLE s.t ADD CONSTRAINT positive CHECK (id > 0)",
    second: "ALTER TABLE s.t ADD CONSTRAINT positive CHECK (id > 1)",
    noun: "CONSTRAINT positive ON s.t",
  },
  {
    kind: "index",
    first: "CREATE INDEX by_a ON s.t (a)",
    second: "CREATE INDEX by_a ON s.t (a, b)",
    noun: "INDEX s.by_a",
  },
  {
    kind: "statistics",
    first: "CREATE STATISTICS s.stats (ndistinct) ON a, b FROM s.t",
    second: "CREATE STATISTICS s.stats (dependencies) ON a, b FROM s.t",
    noun: "STATISTICS s.stats",
    owned: true,
  },
  {
    kind: "foreign table",
    first: "CREATE FOREIGN TABLE s.far (a integer) SERVER away",
    second: "CREATE FOREIGN TABLE s.far (a bigint) SERVER away",
    noun: "FOREIGN TABLE s.far",
    owned: true,
  },
  { kind: "foreign column", first: "SELECT", noun: "COLUMN s.far.a" },
  {
    kind: "function",
    first: "CREATE FUNCTION s.f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
    second: "CREATE FUNCTION s.f(b integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 2::bigint'",
    noun: "FUNCTION s.f(integer)",
    owned: true,
  },
  {
    kind: "procedure",
    first: "CREATE PROCEDURE s.p(INOUT a integer) LANGUAGE sql AS 'SELECT 1'",
    second: "CREATE PROCEDURE s.p(INOUT b integer) LANGUAGE sql AS 'SELECT 2'",
    noun: "PROCEDURE s.p(integer)",
    owned: true,
  },
  {
    kind: "aggregate",
    first: "CREATE AGGREGATE s.total(integer) (sfunc = int4pl, stype = integer)",
    second: "CREATE AGGREGATE s.total(integer) (sfunc = int4mul, stype = integer, initcond = '1')",
    noun: "AGGREGATE s.total(integer)",
    owned: true,
  },
  {
    kind: "aggregate",
    first: "CREATE AGGREGATE s.number(*) (sfunc = int8inc, stype = bigint, initcond = '1')",
    second: "CREATE AGGREGATE s.number(*) (sfunc = int8inc, stype = bigint, initcond = '0')",
    noun: "AGGREGATE s.number(*)",
    owned: true,
  },
  {
    kind: "operator",
    first: "CREATE OPERATOR s.=== (function = int4eq, leftarg = integer, rightarg = integer)",
    second: "CREATE OPERATOR s.=== (function = int4ne, leftarg = integer, rightarg = integer)",
    noun: "OPERATOR s.=== (integer, integer)",
    owned: true,
  },
  {
    kind: "operator family",
    first: "CREATE OPERATOR FAMILY s.family USING hash",
    noun: "OPERATOR FAMILY s.family USING hash",
    owned: true,
  },
  {
    kind: "operator class",
    first:
      "CREATE OPERATOR CLASS s.class FOR TYPE integer USING hash FAMILY s.family AS OPERATOR 1 =, FUNCTION 1 hashint4(integer)",
    second:
      "CREATE OPERATOR CLASS s.class FOR TYPE integer USING hash FAMILY s.family AS OPERATOR 1 =, FUNCTION 1 hashoid(oid)",
    noun: "OPERATOR CLASS s.class USING hash",
    owned: true,
  },
  {
    kind: "cast",
    first: "CREATE CAST (s.pair AS text) WITH INOUT",
    second: "CREATE CAST (s.pair AS text) WITH INOUT AS ASSIGNMENT",
    noun: "CAST (s.pair AS text)",
  },
  {
    kind: "transform",
    first: "CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal))",
    second: "CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION dsimple_init(internal))",
    noun: "TRANSFORM FOR integer LANGUAGE sql",
  },
  {
    kind: "view",
    first: "CREATE VIEW s.v AS SELECT id, a FROM s.t",
    second: "CREATE VIEW s.v AS SELECT a, id FROM s.t",
    noun: "VIEW s.v",
    owned: true,
  },
  { kind: "view column", first: "SELECT", noun: "COLUMN s.v.a" },
  {
    kind: "materialized view",
    first: "CREATE MATERIALIZED VIEW s.m AS SELECT id, a FROM s.t",
    second: "CREATE MATERIALIZED VIEW s.m AS SELECT a, id FROM s.t",
    noun: "MATERIALIZED VIEW s.m",
    owned: true,
  },
  { kind: "view column", first: "SELECT", noun: "COLUMN s.m.a" },
  {
    kind: "index",
    first: "CREATE INDEX of_m ON s.m (a)",
    noun: "INDEX s.of_m",
  },
  {
    kind: "rule",
    first: "CREATE RULE r AS ON DELETE TO s.v DO INSTEAD NOTHING",
    second: "CREATE RULE r AS ON DELETE TO s.v DO INSTEAD DELETE FROM s.t WHERE id = old.id",
    noun: "RULE r ON s.v",
  },
  {
    kind: "function",
    first: "CREATE FUNCTION s.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    noun: "FUNCTION s.fire()",
    owned: true,
  },
  {
    kind: "trigger",
    first: "CREATE TRIGGER fires BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.fire()",
    second: "CREATE TRIGGER fires BEFORE UPDATE ON s.t FOR EACH ROW EXECUTE FUNCTION s.fire()",
    noun: "TRIGGER fires ON s.t",
  },
  {
    kind: "policy",
    first: "CREATE POLICY own ON s.t USING (id > 0)",
    second: "CREATE POLICY own ON s.t AS RESTRICTIVE USING (id > 0)",
    noun: "POLICY own ON s.t",
  },
  {
    kind: "publication",
    first: "CREATE PUBLICATION news FOR TABLE s.t",
    second: "CREATE PUBLICATION news FOR ALL TABLES",
    noun: "PUBLICATION news",
    owned: true,
  },
  {
    kind: "subscription",
    first:
      "CREATE SUBSCRIPTION reader CONNECTION 'dbname=none' PUBLICATION p WITH (connect = false, slot_name = NONE)",
    second:
      "CREATE SUBSCRIPTION reader CONNECTION 'dbname=other' PUBLICATION q WITH (connect = false, slot_name = NONE)",
    noun: "SUBSCRIPTION reader",
    owned: true,
  },
  {
    kind: "function",
    first: "CREATE FUNCTION s.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
    noun: "FUNCTION s.watch()",
    owned: true,
  },
  {
    kind: "event trigger",
    first: "CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION s.watch()",
    second: "CREATE EVENT TRIGGER watcher ON sql_drop EXECUTE FUNCTION s.watch()",
    noun: "EVENT TRIGGER watcher",
    owned: true,
  },
];
