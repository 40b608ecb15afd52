-- Something of every kind, under names that file systems, YAML and SQL would each like to take apart.
CREATE ROLE "Büro";
CREATE ROLE readers;
COMMENT ON SCHEMA public IS NULL;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA app;
CREATE SCHEMA "App";
CREATE SCHEMA "../etc/passwd" AUTHORIZATION "Büro";
CREATE SCHEMA "con";
GRANT USAGE, CREATE ON SCHEMA app TO readers;

CREATE TYPE app.mood AS ENUM ('sad', 'it''s ok', 'true', '1', '');
CREATE TYPE app."odd.enum" AS ENUM ();
COMMENT ON TYPE app.mood IS E'two\nlines';
CREATE DOMAIN app.positive AS integer DEFAULT 1 NOT NULL CHECK (VALUE > 0);
ALTER DOMAIN app.positive ADD CONSTRAINT small CHECK (VALUE < 100) NOT VALID;

CREATE SEQUENCE app.counter AS smallint INCREMENT BY -2 MINVALUE -100 MAXVALUE -1 START WITH -3 CYCLE;
CREATE SEQUENCE app.owned;

CREATE TABLE app.price (amount numeric(10, 2) CONSTRAINT price_key PRIMARY KEY);
CREATE TABLE app.patient (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000 INCREMENT BY 5 CACHE 7),
  n bigint DEFAULT nextval('app.owned') NOT NULL,
  "User Name" text COLLATE "C" CONSTRAINT "its: own" NOT NULL DEFAULT 'yes: {a, b} # no',
  mood app.mood DEFAULT 'true',
  amount numeric(10, 2) DEFAULT 0,
  flag boolean CONSTRAINT flag_here NOT NULL NO INHERIT DEFAULT false,
  total numeric GENERATED ALWAYS AS (amount * 2) STORED,
  virtual_total numeric GENERATED ALWAYS AS (amount * 3) VIRTUAL,
  tags text[] DEFAULT '{}',
  extra jsonb,
  "lower(x)" text,
  x text,
  during tstzrange,
  CONSTRAINT patient_pkey PRIMARY KEY (id) INCLUDE (n) WITH (fillfactor = 80),
  CONSTRAINT "Uni, que" UNIQUE NULLS NOT DISTINCT ("User Name", n) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT amount_check CHECK (amount > 0 AND (mood = 'sad' OR n > 1)) NO INHERIT,
  CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&, int8range(n, n, '[]') WITH &&) WHERE (flag)
) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER SEQUENCE app.owned OWNED BY app.patient.n;
ALTER TABLE app.patient ADD CONSTRAINT later CHECK (length(x) < 10) NOT VALID;
ALTER TABLE app.patient ADD CONSTRAINT "x later" NOT NULL x NOT VALID;
ALTER TABLE app.patient ADD CONSTRAINT told CHECK (n <> 0) NOT ENFORCED;
ALTER TABLE app.patient ADD CONSTRAINT telling FOREIGN KEY (amount) REFERENCES app.price NOT ENFORCED;
COMMENT ON CONSTRAINT "its: own" ON app.patient IS 'of a NOT NULL';
COMMENT ON CONSTRAINT patient_id_not_null ON app.patient IS 'of another';
ALTER TABLE app.patient ALTER COLUMN extra SET STORAGE external, ALTER COLUMN x SET STATISTICS 500;
COMMENT ON TABLE app.patient IS '*/ -- @renamed from=x';
COMMENT ON COLUMN app.patient."User Name" IS E'line one\n  line two\r\nline three';
COMMENT ON CONSTRAINT amount_check ON app.patient IS 'c';
COMMENT ON CONSTRAINT patient_pkey ON app.patient IS 'key';
COMMENT ON INDEX app.patient_pkey IS 'its index';

CREATE TABLE app."Patient" (id integer CONSTRAINT "Patient_pkey" PRIMARY KEY, "2" text, "1" text);
CREATE TABLE app."PATIENT" (id integer, patient bigint REFERENCES app.patient ON DELETE CASCADE ON UPDATE SET NULL);
CREATE TABLE app."a/b\c:d*e?f""g<h>i|j.sql" (id integer PRIMARY KEY);
CREATE TABLE app."a/b\c:d*e?f""g<h>i|j.SQL" (id integer PRIMARY KEY);
CREATE TABLE app."." (id integer);
CREATE TABLE app.".." (id integer);
CREATE TABLE app."nul" (id integer);
CREATE TABLE app."ändern" (id integer);
CREATE TABLE app."__proto__" (id integer);
CREATE TABLE app."123" ("__proto__" integer);
CREATE TABLE app."null" ("true" integer, "~" integer, "<<" integer, "a: b" integer, "# c" integer);
CREATE TABLE app."𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜" (id integer);
CREATE TABLE app.nothing ();
CREATE TABLE app.log (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX log_at_idx ON app.log (at);
CREATE UNLOGGED TABLE app.special (id integer, plan text);
ALTER TABLE app.special ALTER COLUMN plan SET (n_distinct = 5);
CREATE TABLE con.con (id integer PRIMARY KEY, other integer);
CREATE TABLE con.aux (id integer PRIMARY KEY, other integer REFERENCES con.con ON DELETE SET NULL (other));
ALTER TABLE con.con ADD CONSTRAINT mutual FOREIGN KEY (other) REFERENCES con.aux DEFERRABLE NOT VALID;
CREATE TABLE "App".a (id integer, "b c" integer, UNIQUE (id, "b c"));
CREATE TABLE "App".b (id integer, "b c" integer, FOREIGN KEY (id, "b c") REFERENCES "App".a (id, "b c") MATCH FULL);
CREATE TABLE "../etc/passwd"."../x" (id integer);

CREATE INDEX patient_expression ON app.patient USING btree (lower(x) DESC NULLS LAST, "lower(x)", ("User Name" || ', (') text_pattern_ops)
  INCLUDE (n, "User Name") WITH (fillfactor = 60) WHERE x <> 'WHERE (a, b)' AND n = ANY (ARRAY[1, 2]);
CREATE UNIQUE INDEX patient_unique ON app.patient (n) NULLS NOT DISTINCT;
CREATE INDEX patient_gin ON app.patient USING gin (tags);
CREATE INDEX patient_statistics ON app.patient ((n + 1));
ALTER INDEX app.patient_statistics ALTER COLUMN 1 SET STATISTICS 300;
COMMENT ON INDEX app.patient_gin IS 'i';
ALTER TABLE app.patient CLUSTER ON patient_unique;
ALTER TABLE app.patient REPLICA IDENTITY FULL;
ALTER TABLE con.con REPLICA IDENTITY USING INDEX con_pkey;

CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION app.shout(a text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(a)';
CREATE FUNCTION app.shout(a text, b integer DEFAULT 2) RETURNS text LANGUAGE sql IMMUTABLE RETURN repeat(a, b);
CREATE PROCEDURE app.shout(INOUT a date) LANGUAGE plpgsql AS $$
BEGIN
  -- dm:down
  a := a + 1; /* ; */
END $$;
SET check_function_bodies = off;
CREATE FUNCTION app.elsewhere() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM found_by_search_path';
RESET check_function_bodies;
COMMENT ON FUNCTION app.shout(text) IS 'loud';
REVOKE EXECUTE ON FUNCTION app.touch() FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE app.shout(date) TO readers WITH GRANT OPTION;

CREATE VIEW app.happy WITH (security_barrier) AS SELECT id, x FROM app.patient WHERE mood <> 'sad' WITH LOCAL CHECK OPTION;
ALTER VIEW app.happy ALTER COLUMN x SET DEFAULT 'y';
COMMENT ON COLUMN app.happy.x IS 'of a view';
CREATE VIEW app."on view" AS SELECT * FROM app.happy;
CREATE MATERIALIZED VIEW app.counts AS SELECT mood, count(*) AS n FROM app.patient GROUP BY mood;
CREATE UNIQUE INDEX counts_mood ON app.counts (mood);
CREATE MATERIALIZED VIEW app.empty AS SELECT 1 AS one WITH NO DATA;

CREATE TRIGGER touch BEFORE UPDATE ON app.patient FOR EACH ROW WHEN (OLD.x IS DISTINCT FROM NEW.x) EXECUTE FUNCTION app.touch();
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON app.patient DEFERRABLE FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.patient DISABLE TRIGGER touch;
ALTER TABLE app.patient ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE con.con FORCE ROW LEVEL SECURITY;
CREATE POLICY "own; rows" ON app.patient AS RESTRICTIVE FOR UPDATE TO readers, "Büro" USING (n > 1) WITH CHECK (
  CASE WHEN n > 2 THEN true ELSE x = 'a
b' END);

ALTER TABLE app.special OWNER TO "Büro";
GRANT SELECT, INSERT ON app.patient TO readers;
GRANT SELECT ON app.patient TO PUBLIC;
GRANT UPDATE ON app.patient TO "Büro" WITH GRANT OPTION;
GRANT SELECT (id), UPDATE (x) ON app.happy TO readers;
GRANT USAGE ON SEQUENCE app.counter TO readers;
REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO readers;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "Büro" IN SCHEMA app GRANT ALL ON SEQUENCES TO readers;

GRANT SELECT ON app.patient TO "Büro" WITH GRANT OPTION;
GRANT USAGE ON SCHEMA app TO "Büro";
SET ROLE "Büro";
GRANT UPDATE ON app.patient TO readers WITH GRANT OPTION;
GRANT SELECT (id) ON app.patient TO readers;
RESET ROLE;
SET ROLE readers;
GRANT UPDATE ON app.patient TO PUBLIC;
RESET ROLE;
SET ROLE "Büro";
GRANT UPDATE (n) ON app.patient TO PUBLIC;
RESET ROLE;
GRANT SELECT ON con.con, con.aux TO "Büro" WITH GRANT OPTION;
GRANT USAGE ON SCHEMA con TO "Büro";
SET ROLE "Büro";
GRANT SELECT ON con.con, con.aux TO readers;
RESET ROLE;
REVOKE USAGE ON SCHEMA con FROM "Büro";
GRANT SELECT (last_value) ON app.counter TO readers;
GRANT SELECT (xmin) ON app.patient TO readers;
CREATE TABLE app.numbered (id integer GENERATED ALWAYS AS IDENTITY, CONSTRAINT numbered_key PRIMARY KEY (id));
COMMENT ON SEQUENCE app.numbered_id_seq IS 'behind';
GRANT USAGE ON SEQUENCE app.numbered_id_seq TO readers;
ALTER INDEX app.numbered_key DEPENDS ON EXTENSION plpgsql;
CREATE VIEW app.numbers AS SELECT id FROM app.numbered;
COMMENT ON RULE "_RETURN" ON app.numbers IS 'its rule';

CREATE COLLATION app.plain (lc_collate = 'C', lc_ctype = 'POSIX');
CREATE TYPE app.place AS (street text COLLATE app.plain, "No" numeric(5, 2), moods app.mood[]);
COMMENT ON COLUMN app.place."No" IS 'number';
CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = app.spans);
CREATE TABLE app.visit (place app.place, span app.span, spans app.spans DEFAULT app.spans());
CREATE FUNCTION app.same(app.place, app.place) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1."No" = $2."No"';
CREATE FUNCTION app.hash_of(app.place) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE AGGREGATE app.rows(*) (sfunc = int8inc, stype = bigint, initcond = '0');
COMMENT ON AGGREGATE app.rows(*) IS 'r';
CREATE OPERATOR app.=== (function = app.same, leftarg = app.place, rightarg = app.place, commutator = OPERATOR(app.===), hashes);
CREATE OPERATOR CLASS app.place_hash FOR TYPE app.place USING hash AS OPERATOR 1 app.===, FUNCTION 1 app.hash_of(app.place);
CREATE CAST (app.place AS text) WITH INOUT AS ASSIGNMENT;
CREATE CONVERSION app."To Latin" FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
CREATE TRUSTED LANGUAGE mine HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator;
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE TYPE app."odd word";
CREATE FUNCTION app."odd in"(cstring) RETURNS app."odd word" LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION con.out(app."odd word") RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE app."odd word" (INPUT = app."odd in", OUTPUT = con.out, STORAGE = extended, DEFAULT = E'it''s\nodd', DELIMITER = ';', COLLATABLE = true);
COMMENT ON TYPE app."odd word" IS 'w';
ALTER TYPE app."odd word" OWNER TO "Büro";
COMMENT ON FUNCTION con.out(app."odd word") IS 'o';
CREATE TABLE con.words (word app."odd word" COLLATE "C" DEFAULT 'x', words app."odd word"[]);
CREATE TYPE app.shell;
COMMENT ON TYPE app.shell IS 'nothing but a name';
CREATE TYPE app.days;
CREATE FUNCTION app.whole_days(app.days) RETURNS app.days LANGUAGE internal IMMUTABLE STRICT AS 'daterange_canonical';
CREATE TYPE app.days AS RANGE (SUBTYPE = date, CANONICAL = app.whole_days, MULTIRANGE_TYPE_NAME = app."many days");
CREATE OPERATOR app.!=== (function = app.same, leftarg = app.place, rightarg = app.place, negator = OPERATOR(app.=!=));
COMMENT ON OPERATOR app.=!= (app.place, app.place) IS 'a shell';

CREATE TABLE app.log_25 PARTITION OF app.log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE app.log_25_one PARTITION OF app.log_25 FOR VALUES IN (1, 2) WITH (fillfactor = 60);
CREATE TABLE app."log rest" (at date NOT NULL, id bigint NOT NULL, CONSTRAINT own_key PRIMARY KEY (id, at));
CREATE INDEX "own index" ON app."log rest" (at);
ALTER TABLE app.log ATTACH PARTITION app."log rest" DEFAULT;
CREATE INDEX log_at ON app.log (at);
COMMENT ON COLUMN app.log_25.at IS 'partition''s own';
ALTER TABLE app.log ADD CHECK (at > '2000-01-01');
CREATE TRIGGER watched BEFORE UPDATE ON app.log FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE app.log_25_one DISABLE TRIGGER watched;
CREATE TABLE app.animal (name text DEFAULT 'x', CHECK (name <> ''));
CREATE TABLE app.cat (lives integer, name text DEFAULT 'tom') INHERITS (app.animal);
CREATE TABLE app.lion () INHERITS (app.cat);
CREATE TABLE app.places OF app.place (street WITH OPTIONS NOT NULL DEFAULT 'High Street', PRIMARY KEY ("No"));
