import { testTransitions } from "./test-cases.js";

const rows = "INSERT INTO t (id, a, b) VALUES (1, 2, 'x'), (2, 3, 'y')";
const keeps = "SELECT id, a::integer, b FROM t ORDER BY 1";

/** What hangs on a view `v` with columns `a` and `b`, and on a view over it. */
const onView = `
  CREATE VIEW over WITH (security_barrier) AS SELECT a FROM v; COMMENT ON VIEW over IS 'over'; GRANT SELECT ON over TO two; ALTER VIEW over OWNER TO one;
  ALTER VIEW v OWNER TO one; GRANT SELECT ON v TO two WITH GRANT OPTION; GRANT UPDATE (a) ON v TO PUBLIC; REVOKE DELETE ON v FROM one;
  COMMENT ON VIEW v IS 'v'; COMMENT ON COLUMN v.a IS 'a'; ALTER VIEW v ALTER COLUMN a SET DEFAULT 5; ALTER VIEW v SET (check_option = local, security_barrier);
  CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER tr INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION tf(); COMMENT ON TRIGGER tr ON v IS 'tr';
  CREATE RULE ru AS ON INSERT TO v DO INSTEAD NOTHING; COMMENT ON RULE ru ON v IS 'ru'`;
const view = (query: string) =>
  `CREATE TABLE t (id integer PRIMARY KEY, a integer, b text); CREATE VIEW v AS ${query}; ${onView}`;

/** What hangs on a materialised view `m` with columns `a` and `b`. */
const onMaterialized = `
  ALTER MATERIALIZED VIEW m OWNER TO one; GRANT SELECT ON m TO two; COMMENT ON MATERIALIZED VIEW m IS 'm'; COMMENT ON COLUMN m.a IS 'a';
  CREATE UNIQUE INDEX ui ON m (a); CREATE INDEX ei ON m ((a + 1)); ALTER INDEX ei ALTER COLUMN 1 SET STATISTICS 33; COMMENT ON INDEX ei IS 'ei';
  ALTER MATERIALIZED VIEW m CLUSTER ON ui; ALTER MATERIALIZED VIEW m SET (fillfactor = 70, autovacuum_enabled = false);
  ALTER MATERIALIZED VIEW m ALTER COLUMN b SET STORAGE EXTERNAL; ALTER MATERIALIZED VIEW m ALTER COLUMN a SET STATISTICS 12; ALTER MATERIALIZED VIEW m ALTER COLUMN a SET (n_distinct = 4);
  CREATE STATISTICS st ON a, b FROM m; ALTER STATISTICS st SET STATISTICS 44; COMMENT ON STATISTICS st IS 'st';
  CREATE VIEW over AS SELECT a FROM m; GRANT SELECT ON over TO one`;
const materialized = (query: string, rest = "") =>
  `CREATE TABLE t (id integer PRIMARY KEY, a integer, b text); GRANT SELECT ON t TO one; CREATE MATERIALIZED VIEW m AS ${query} ${rest}; ${onMaterialized}`;

/** A table whose index `i` everything hangs on. */
const indexed = (columns: string) => `CREATE TABLE t (id integer NOT NULL, a integer NOT NULL, b text);
  CREATE UNIQUE INDEX i ON t (${columns}); COMMENT ON INDEX i IS 'i'; ALTER INDEX i SET (fillfactor = 60);
  ALTER TABLE t CLUSTER ON i; ALTER TABLE t REPLICA IDENTITY USING INDEX i`;
const keyed = (
  columns: string,
  options = "",
) => `CREATE TABLE t (id integer NOT NULL, a integer NOT NULL, b text, CONSTRAINT k UNIQUE (${columns}) ${options});
  COMMENT ON CONSTRAINT k ON t IS 'k'; COMMENT ON INDEX k IS 'index of k'; ALTER TABLE t CLUSTER ON k; ALTER TABLE t REPLICA IDENTITY USING INDEX k`;

/** A column that must be made anew, because its expression cannot change where it stands. */
const generated = (
  expression: string,
) => `CREATE TABLE t (id integer PRIMARY KEY, a integer, b text, g text GENERATED ALWAYS AS (${expression}) STORED);
  COMMENT ON COLUMN t.g IS 'g'; GRANT SELECT (g), UPDATE (g) ON t TO one; GRANT SELECT (g) ON t TO two WITH GRANT OPTION;
  ALTER TABLE t ALTER COLUMN g SET STORAGE EXTERNAL, ALTER COLUMN g SET COMPRESSION pglz, ALTER COLUMN g SET STATISTICS 9, ALTER COLUMN g SET (n_distinct = 3);
  CREATE INDEX gi ON t (g); COMMENT ON INDEX gi IS 'gi'; CREATE STATISTICS gs ON a, g FROM t; ALTER TABLE t ADD CONSTRAINT gk CHECK (g <> ''); COMMENT ON CONSTRAINT gk ON t IS 'gk';
  ALTER TABLE t ADD CONSTRAINT gu UNIQUE (g); CREATE TABLE u (g text REFERENCES t (g));
  CREATE VIEW v AS SELECT g FROM t; CREATE POLICY p ON t TO one USING (g <> 'x'); COMMENT ON POLICY p ON t IS 'p'`;

const replaced = (result: string) => `CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);
  CREATE FUNCTION f(x integer) RETURNS ${result} LANGUAGE sql IMMUTABLE COST 7 AS 'SELECT 1';
  ALTER FUNCTION f(integer) OWNER TO one; REVOKE EXECUTE ON FUNCTION f(integer) FROM PUBLIC; GRANT EXECUTE ON FUNCTION f(integer) TO two WITH GRANT OPTION; COMMENT ON FUNCTION f(integer) IS 'f';
  CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW WHEN (f(NEW.a) = 1) EXECUTE FUNCTION tf(); ALTER TABLE t ENABLE REPLICA TRIGGER tr; COMMENT ON TRIGGER tr ON t IS 'tr';
  CREATE CONSTRAINT TRIGGER ct AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (f(OLD.a) = 1) EXECUTE FUNCTION tf();
  CREATE RULE ru AS ON DELETE TO t WHERE f(OLD.a) = 2 DO INSTEAD NOTHING; ALTER TABLE t DISABLE RULE ru;
  CREATE POLICY p ON t AS RESTRICTIVE FOR SELECT TO one, two USING (f(a) = 1); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;
  CREATE INDEX i ON t (f(a)) WITH (fillfactor = 80); ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 5; ALTER TABLE t CLUSTER ON i;
  ALTER TABLE t ALTER COLUMN a SET DEFAULT f(1); ALTER TABLE t ADD CONSTRAINT c CHECK (f(a) = 1) NOT VALID; COMMENT ON CONSTRAINT c ON t IS 'c'`;

const published = (
  type: string,
) => `CREATE TABLE t (id integer PRIMARY KEY, a ${type}, b text); ALTER TABLE t REPLICA IDENTITY FULL;
  CREATE PUBLICATION pub FOR TABLE t (id, a) WHERE (a > 0) WITH (publish = 'insert'); CREATE PUBLICATION plain FOR TABLE t; COMMENT ON PUBLICATION pub IS 'pub'`;

testTransitions([
  {
    title: "a view that gets columns at its end is replaced where it stands",
    before: view("SELECT a, b FROM t"),
    after: view("SELECT a, b, id FROM t"),
    rows,
    keeps,
    uses: [/CREATE OR REPLACE VIEW public.v/],
  },
  {
    title: "a view whose query alone changes is replaced where it stands, both ways",
    before: view("SELECT a, b FROM t"),
    after: view("SELECT a, b FROM t WHERE a > 0"),
    rows,
    keeps,
    never: /^DROP|^CREATE (?!OR REPLACE)/,
  },
  {
    title: "a view whose columns change is made anew with all that hangs on it",
    before: view("SELECT a, b FROM t"),
    after: view("SELECT b, a FROM t"),
    rows,
    keeps,
  },
  {
    title: "a materialised view is made anew with all that hangs on it, and its rows",
    before: materialized("SELECT a, b FROM t"),
    after: materialized("SELECT a, b FROM t WHERE a > 2"),
    rows: `${rows}; REFRESH MATERIALIZED VIEW m`,
    keeps,
    answers: ["SELECT a FROM m", "3"],
    answersBack: ["SELECT count(*) FROM m", "2"],
  },
  {
    title: "a materialised view without data stays without when it is made anew",
    before: materialized("SELECT a, b FROM t", "WITH NO DATA"),
    after: materialized("SELECT a, b FROM t WHERE a > 2", "WITH NO DATA"),
    rows,
    keeps,
  },
  {
    title: "a materialised view without data stays without when its table changes",
    before: materialized("SELECT a, b FROM t", "WITH NO DATA"),
    after: materialized("SELECT a, b FROM t", "WITH NO DATA").replace("a integer", "a bigint"),
    rows,
    keeps,
  },
  {
    title: "an index is made anew with its comment, mark and part in the replica identity",
    before: indexed("id"),
    after: indexed("id, a"),
    rows,
    keeps,
  },
  {
    title: "a key is made anew with its comments, mark and part in the replica identity",
    before: keyed("id"),
    after: keyed("id, a"),
    rows,
    keeps,
  },
  {
    title: "a key whose deferral changes is made anew with the foreign keys to it",
    before: `${keyed("id")}; ALTER TABLE t ADD CONSTRAINT other UNIQUE (a); CREATE TABLE u (a integer CONSTRAINT f REFERENCES t (a) ON UPDATE CASCADE); COMMENT ON CONSTRAINT f ON u IS 'f'`,
    after: `${keyed("id")}; ALTER TABLE t ADD CONSTRAINT other UNIQUE (a) INCLUDE (b); CREATE TABLE u (a integer CONSTRAINT f REFERENCES t (a) ON UPDATE CASCADE); COMMENT ON CONSTRAINT f ON u IS 'f'`,
    rows: `${rows}; INSERT INTO u VALUES (2)`,
    keeps: "SELECT t.id, t.a, t.b, u.a FROM t LEFT JOIN u USING (a) ORDER BY 1",
  },
  {
    title: "a generated column is made anew with all that hangs on it",
    before: generated("b || 'x'"),
    after: generated("b || 'y'"),
    rows: `${rows}; INSERT INTO u SELECT NULL`,
    keeps,
    answers: ["SELECT string_agg(g, '' ORDER BY g) FROM t", "xyyy"],
    answersBack: ["SELECT string_agg(g, '' ORDER BY g) FROM t", "xxyx"],
  },
  {
    title: "a function is made anew with all that hangs on it and on what uses it",
    before: replaced("integer"),
    after: replaced("bigint"),
    rows,
    keeps,
  },
  {
    title: "publications keep a table whose columns change, with their lists and filters",
    since: 15,
    before: published("integer"),
    after: published("bigint"),
    rows,
    keeps,
  },
  {
    title: "a primary key gets another column under views that group by it, foreign keys and publications",
    before: `CREATE TABLE t (id integer NOT NULL, a integer NOT NULL, b text, CONSTRAINT pk PRIMARY KEY (id)); CREATE PUBLICATION pub FOR TABLE t;
      CREATE VIEW v AS SELECT id, b, count(*) AS n FROM t GROUP BY id; COMMENT ON VIEW v IS 'v'; ALTER TABLE t CLUSTER ON pk`,
    after: `CREATE TABLE t (id integer NOT NULL, a integer NOT NULL, b text, CONSTRAINT pk PRIMARY KEY (id) INCLUDE (a)); CREATE PUBLICATION pub FOR TABLE t;
      CREATE VIEW v AS SELECT id, b, count(*) AS n FROM t GROUP BY id; COMMENT ON VIEW v IS 'v'; ALTER TABLE t CLUSTER ON pk`,
    rows,
    keeps,
  },
  {
    title: "a table gets another primary key under a materialised view that groups by the first",
    before:
      "CREATE TABLE t (id integer NOT NULL, a integer NOT NULL, b text, CONSTRAINT z PRIMARY KEY (id)); COMMENT ON TABLE t IS 't'; CREATE MATERIALIZED VIEW v AS SELECT b FROM t GROUP BY id",
    after:
      "CREATE TABLE t (id integer NOT NULL, a integer NOT NULL, b text, CONSTRAINT k PRIMARY KEY (id, a))",
    rows: "INSERT INTO t VALUES (1, 2, 'b')",
    keeps: "SELECT id, a, b FROM t",
  },
  {
    title: "a type is made anew while one of its tables becomes a view",
    before:
      "CREATE DOMAIN d AS varchar(40); CREATE TYPE c AS (x d); CREATE TABLE t OF c; CREATE TABLE u OF c",
    after:
      "CREATE DOMAIN d AS text; CREATE TYPE c AS (x d); CREATE TABLE t OF c; CREATE VIEW u AS SELECT x FROM t",
    rows: "INSERT INTO t VALUES ('a')",
    keeps: "SELECT x FROM t",
  },
  {
    title: "a partitioned table becomes a plain one, and the schema of its partitions goes",
    before: `CREATE SCHEMA parts; CREATE TABLE t (id integer) PARTITION BY LIST (id);
      CREATE TABLE parts.one PARTITION OF t FOR VALUES IN (1); CREATE TABLE parts.other PARTITION OF t DEFAULT PARTITION BY RANGE (id);
      CREATE TABLE parts.rest PARTITION OF parts.other DEFAULT`,
    after: "CREATE TABLE t (id integer)",
    rows: "INSERT INTO t VALUES (1), (2)",
    keeps: "SELECT id FROM t ORDER BY id",
  },
  {
    title: "an unlogged table keeps all that hangs on it when it becomes logged",
    before: `${indexed("id")}; ALTER TABLE t SET (fillfactor = 50); COMMENT ON TABLE t IS 't'; ALTER TABLE t ALTER COLUMN b SET STORAGE EXTERNAL; CREATE INDEX e ON t ((a + 1)); ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 6`,
    after: `${indexed("id")}; ALTER TABLE t SET (fillfactor = 50); COMMENT ON TABLE t IS 't'; ALTER TABLE t ALTER COLUMN b SET STORAGE EXTERNAL; CREATE INDEX e ON t ((a + 1)); ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 6; ALTER TABLE t SET UNLOGGED`,
    rows,
    keeps,
    never: /INDEX e\b(?!.*STATISTICS)/,
  },
]);
