import { testTransitions } from "./test-cases.js";

/** Everything that can stand on columns `a` and `b` of a table. */
const users = (type: string) => `
  CREATE TABLE t (id integer PRIMARY KEY, a ${type} NOT NULL, b ${type} DEFAULT 7, c integer,
    sum ${type} GENERATED ALWAYS AS (a + 1) STORED, UNIQUE (a), CONSTRAINT k CHECK (a > 0 AND b > 0), CONSTRAINT kk CHECK (t.a <> t.c));
  CREATE TABLE other (id integer, a ${type} REFERENCES t (a), r t, rs t[]);
  CREATE FUNCTION of_row(t) RETURNS ${type} LANGUAGE sql STABLE AS 'SELECT $1.a';
  CREATE FUNCTION rows_of() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t';
  CREATE FUNCTION atomic(x integer) RETURNS ${type} LANGUAGE sql BEGIN ATOMIC SELECT a FROM t WHERE id = x; END;
  CREATE INDEX expression ON t ((a + 1)); ALTER INDEX expression ALTER COLUMN 1 SET STATISTICS 7;
  CREATE INDEX partial ON t (id) WHERE b > 7;
  CREATE INDEX included ON t (id) INCLUDE (b);
  CREATE STATISTICS s ON a, b FROM t; ALTER STATISTICS s SET STATISTICS 9;
  CREATE VIEW v AS SELECT id, a, b, of_row(t) FROM t;
  CREATE VIEW vv WITH (security_barrier) AS SELECT a FROM v WHERE a > 1;
  CREATE MATERIALIZED VIEW m AS SELECT a, b FROM v; CREATE UNIQUE INDEX mi ON m (a);
  CREATE RULE r AS ON UPDATE TO vv DO INSTEAD UPDATE t SET c = 1 WHERE t.a = NEW.a;
  CREATE RULE also AS ON UPDATE TO t WHERE NEW.a > 100 DO ALSO INSERT INTO other (id) VALUES (NEW.id);
  ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 0) WITH CHECK (b > 0);
  CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER on_columns BEFORE UPDATE OF a, b ON t FOR EACH ROW EXECUTE FUNCTION tf();
  CREATE TRIGGER whenever AFTER INSERT ON t FOR EACH ROW WHEN (NEW.a > 5) EXECUTE FUNCTION tf();
  ALTER TABLE t ENABLE ALWAYS TRIGGER whenever;
  GRANT SELECT (a), UPDATE (b) ON t TO one; GRANT SELECT ON vv TO two; COMMENT ON VIEW vv IS 'nested'; COMMENT ON COLUMN t.a IS 'a';
  ALTER TABLE t ALTER COLUMN a SET STATISTICS 50, ALTER COLUMN a SET (n_distinct = 5);
  ALTER TABLE t CLUSTER ON t_a_key; ALTER TABLE t REPLICA IDENTITY USING INDEX t_a_key`;
const rows = `INSERT INTO t (id, a, b, c) VALUES (1, 5, 8, 1), (2, 6, 9, 2); INSERT INTO other VALUES (1, 5, '(9,1,2,3,4)', '{"(9,1,2,3,4)"}'); REFRESH MATERIALIZED VIEW m`;
const keeps =
  "SELECT t.id, t.a::integer, b::integer, c, sum::integer, other.a::integer, (r).a::integer, (rs)[1].b::integer FROM t LEFT JOIN other ON other.a = t.a ORDER BY 1";

const published = (type: string, publication: string) =>
  `CREATE TABLE t (id integer PRIMARY KEY, a ${type}, b text); CREATE PUBLICATION pub FOR TABLE t ${publication}`;

testTransitions([
  {
    title: "a column's type changes under everything that can use it",
    before: users("integer"),
    after: users("bigint"),
    rows,
    keeps,
    never: /DROP TABLE|DROP COLUMN (?!sum)/,
  },
  {
    title: "a column's type narrows under everything that can use it",
    before: users("numeric(12)"),
    after: users("smallint"),
    rows,
    keeps,
    never: /DROP TABLE|DROP COLUMN (?!sum)/,
  },
  {
    title: "a key's type changes with foreign keys on several levels and to itself",
    before: `CREATE TABLE a (id integer PRIMARY KEY, parent integer REFERENCES a); CREATE TABLE b (id integer PRIMARY KEY REFERENCES a ON DELETE CASCADE DEFERRABLE);
      CREATE TABLE c (id integer REFERENCES b NOT NULL, a integer REFERENCES a)`,
    after: `CREATE TABLE a (id bigint PRIMARY KEY, parent bigint REFERENCES a); CREATE TABLE b (id bigint PRIMARY KEY REFERENCES a ON DELETE CASCADE DEFERRABLE);
      CREATE TABLE c (id bigint REFERENCES b NOT NULL, a bigint REFERENCES a)`,
    rows: "INSERT INTO a VALUES (1, NULL), (2, 1); INSERT INTO b VALUES (1), (2); INSERT INTO c VALUES (2, 1)",
    keeps:
      "SELECT a.id, a.parent, b.id, c.id, c.a FROM a JOIN b USING (id) LEFT JOIN c USING (id) ORDER BY 1",
  },
  {
    title: "a serial column's type changes with its sequence",
    before: "CREATE TABLE t (id serial PRIMARY KEY, x text)",
    after: "CREATE TABLE t (id bigserial PRIMARY KEY, x text)",
    rows: "INSERT INTO t (x) VALUES ('a'), ('b')",
    keeps: "SELECT id, x FROM t WHERE id <= 2 ORDER BY 1",
    answers: ["INSERT INTO t (x) VALUES ('c') RETURNING id", "3"],
    answersBack: ["INSERT INTO t (x) VALUES ('d') RETURNING id", "4"],
  },
  {
    title: "an identity column's type changes with its sequence",
    before: "CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x text)",
    after: "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x text)",
    rows: "INSERT INTO t (x) VALUES ('a'), ('b')",
    keeps: "SELECT id, x FROM t WHERE id <= 2 ORDER BY 1",
    answers: ["INSERT INTO t (x) VALUES ('c') RETURNING id", "3"],
    answersBack: ["INSERT INTO t (x) VALUES ('d') RETURNING id", "4"],
  },
  {
    title: "a row filter and a column list follow a column's type",
    since: 15,
    before: published("integer", "(id, a) WHERE (a > 1)"),
    after: published("bigint", "(id, a) WHERE (a > 1)"),
    rows: "INSERT INTO t VALUES (1, 1, 'x')",
    keeps: "SELECT id, a, b FROM t",
  },
  {
    title: "a published column is dropped, and its list shrinks",
    since: 15,
    before: `${published("integer", "(id, a)")}`,
    after: "CREATE TABLE t (id integer PRIMARY KEY, b text); CREATE PUBLICATION pub FOR TABLE t (id)",
    rows: "INSERT INTO t VALUES (1, 1, 'x')",
    keeps: "SELECT id, b FROM t",
  },
  {
    title: "a column of another table has the table's row type while that table changes",
    before: "CREATE TABLE t (id integer, x text); CREATE TABLE holder (r t, rs t[])",
    after: "CREATE TABLE t (id bigint, x text, y integer); CREATE TABLE holder (r t, rs t[])",
    rows: `INSERT INTO t VALUES (1, 'a'); INSERT INTO holder VALUES ('(1,b)', '{"(2,c)"}')`,
    keeps: "SELECT id, x, (r).x, (rs)[1].x, (r).id FROM t, holder",
  },
  {
    title: "a composite type and a domain hold a table's row while that table changes",
    before: `CREATE TABLE t (id integer, x text); CREATE TYPE c AS (r t, n integer); CREATE DOMAIN d AS t; CREATE TABLE holder (c c, d d)`,
    after: `CREATE TABLE t (id bigint, x text); CREATE TYPE c AS (r t, n integer); CREATE DOMAIN d AS t; CREATE TABLE holder (c c, d d)`,
    rows: `INSERT INTO t VALUES (1, 'a'); INSERT INTO holder VALUES ('("(1,b)",3)', '(1,z)')`,
    keeps: "SELECT id, x, ((c).r).x, (c).n, (d).x FROM t, holder",
  },
  {
    title: "types without a cast change by their text",
    before:
      "CREATE TABLE t (id integer, a uuid, b date, c text[]); CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a, b FROM t",
    after:
      "CREATE TABLE t (id integer, a text, b text, c varchar(20)[]); CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a, b FROM t",
    rows: "INSERT INTO t VALUES (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2020-01-02', '{x,y}')",
    keeps: "SELECT id, a::text, b::text, c::text FROM t",
  },
  {
    title: "a collation changes under views, indexes and checks",
    before: `CREATE TABLE t (id integer, a text UNIQUE, CHECK (a < 'z')); CREATE VIEW v AS SELECT a FROM t ORDER BY a; CREATE TABLE u (a text REFERENCES t (a))`,
    after: `CREATE TABLE t (id integer, a text COLLATE "C" UNIQUE, CHECK (a < 'z')); CREATE VIEW v AS SELECT a FROM t ORDER BY a; CREATE TABLE u (a text COLLATE "C" REFERENCES t (a))`,
    rows: "INSERT INTO t VALUES (1, 'b'), (2, 'a'); INSERT INTO u VALUES ('a')",
    keeps: "SELECT id, t.a, u.a FROM t LEFT JOIN u USING (a) ORDER BY 1",
  },
]);
