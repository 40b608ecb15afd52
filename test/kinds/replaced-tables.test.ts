import type { ChangeCase } from "./change.js";
import { testCases } from "./test-cases.js";

const columns =
  "(id int GENERATED ALWAYS AS IDENTITY, at date NOT NULL, v serial, w int GENERATED ALWAYS AS (v * 2) STORED)";
const rows = "INSERT INTO t (at) SELECT date '2024-06-01' + 100 * n FROM generate_series(1, 6) AS n";
const keeps = "SELECT id, at, v, w FROM t WHERE at < '2029-01-01' ORDER BY 1";
const around = `ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id, at), ADD CHECK (v > 0); CREATE INDEX i ON t (v);
  CREATE VIEW seen AS SELECT v FROM t; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (v > 3);
  CREATE TABLE detail (id int, at date, FOREIGN KEY (id, at) REFERENCES t); GRANT SELECT ON t TO one; COMMENT ON TABLE t IS 't'`;
const split = `CREATE TABLE t_24 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE t_rest PARTITION OF t DEFAULT`;

/** All that a table can have, plain or partitioned. */
const everything = `ALTER TABLE t OWNER TO one; ALTER TABLE t REPLICA IDENTITY FULL; COMMENT ON TABLE t IS 't'; COMMENT ON COLUMN t.v IS 'v';
  ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id, at), ADD CONSTRAINT c CHECK (v > 0); COMMENT ON CONSTRAINT k ON t IS 'k'; COMMENT ON CONSTRAINT c ON t IS 'c'; COMMENT ON INDEX k IS 'index k';
  CREATE INDEX i ON t (v DESC, (id + 1)); COMMENT ON INDEX i IS 'i'; CREATE STATISTICS s ON id, at FROM t; ALTER STATISTICS s OWNER TO two; COMMENT ON STATISTICS s IS 's';
  ALTER TABLE t ALTER b SET STATISTICS 7, ALTER b SET STORAGE EXTERNAL, ALTER b SET COMPRESSION pglz, ALTER b SET (n_distinct = 3);
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.v > 9) EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER g; COMMENT ON TRIGGER g ON t IS 'g';
  CREATE TRIGGER whole AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER whole;
  CREATE RULE r AS ON DELETE TO t WHERE OLD.v = 100 DO INSTEAD NOTHING; ALTER TABLE t DISABLE RULE r; COMMENT ON RULE r ON t IS 'r';
  ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY p ON t AS RESTRICTIVE FOR SELECT TO one USING (v > 3); COMMENT ON POLICY p ON t IS 'p';
  GRANT SELECT ON t TO two WITH GRANT OPTION; GRANT UPDATE (b) ON t TO two; REVOKE DELETE ON t FROM one;
  CREATE TABLE u (id int, at date, CONSTRAINT k FOREIGN KEY (id, at) REFERENCES t ON DELETE CASCADE); COMMENT ON CONSTRAINT k ON u IS 'u k';
  CREATE TABLE above (x int PRIMARY KEY); ALTER TABLE t ADD CONSTRAINT up FOREIGN KEY (v) REFERENCES above DEFERRABLE; COMMENT ON CONSTRAINT up ON t IS 'up';
  CREATE VIEW over WITH (security_barrier) AS SELECT v FROM t; GRANT SELECT ON over TO two; COMMENT ON VIEW over IS 'over';
  CREATE FUNCTION rows_of() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t'; CREATE TABLE holder (r t); CREATE PUBLICATION pub FOR TABLE t WITH (publish = 'insert')`;

const cases: readonly ChangeCase[] = [
  {
    title: "everything that hangs on a table is there when it has become partitioned, and plain again",
    rows: "INSERT INTO above SELECT generate_series(1, 3); INSERT INTO t (id, at, b, v) SELECT n, date '2024-06-01' + n, 'x', n FROM generate_series(1, 3) AS n; INSERT INTO u SELECT id, at FROM t; INSERT INTO holder SELECT t FROM t LIMIT 1",
    before: `CREATE TABLE t (id int NOT NULL, at date NOT NULL, b text, v int); ${everything}`,
    after: `CREATE TABLE t (id int NOT NULL, at date NOT NULL, b text, v int) PARTITION BY RANGE (at); CREATE TABLE t_rest PARTITION OF t DEFAULT; ${everything}`,
    sees: ["table public.t", "accessMethod", "partitionBy"],
    way: "replaced",
    keeps:
      "SELECT t.id, t.at, t.b, t.v, u.id, (SELECT count(*) FROM holder) FROM t JOIN u USING (id, at) ORDER BY 1",
  },
  {
    title: "a table becomes partitioned and plain again with its rows, and its numbers go on",
    rows,
    before: `CREATE TABLE t ${columns}; ${around}`,
    after: `CREATE TABLE t ${columns} PARTITION BY RANGE (at); ${split}; ${around}`,
    sees: ["table public.t", "accessMethod", "partitionBy"],
    way: "replaced",
    keeps,
    answers: ["INSERT INTO t (at) VALUES ('2030-01-01') RETURNING id > 6 AND v > 6", "true"],
  },
  {
    title: "the partition key changes",
    rows: "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    before: `CREATE TABLE t (a int, b text) PARTITION BY LIST (a); CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE t_rest PARTITION OF t DEFAULT`,
    after: `CREATE TABLE t (a int, b text) PARTITION BY HASH (b); CREATE TABLE t_h0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE t_h1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)`,
    sees: ["table public.t", "partitionBy"],
    way: "replaced",
    keeps: "SELECT a, b FROM t ORDER BY 1",
  },
  {
    title: "a column of the partition key changes its type",
    rows: "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    before: `CREATE TABLE t (a int, b text) PARTITION BY LIST (a); CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE t_rest PARTITION OF t DEFAULT; CREATE INDEX i ON t (b)`,
    after: `CREATE TABLE t (a bigint, b text) PARTITION BY LIST (a); CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE t_rest PARTITION OF t DEFAULT; CREATE INDEX i ON t (b)`,
    sees: ["column public.t.a", "type"],
    way: "moved",
    keeps: "SELECT a, b FROM t ORDER BY 1",
  },
  {
    title: "a table is attached with its rows, and detached with them",
    given: "CREATE TABLE t (a int NOT NULL, b text) PARTITION BY LIST (a); CREATE INDEX i ON t (b)",
    rows: "INSERT INTO t_1 VALUES (1, 'a'), (1, 'b')",
    before: "CREATE TABLE t_1 (a int NOT NULL, b text); CREATE INDEX t_1_b_idx ON t_1 (b)",
    after:
      "CREATE TABLE t_1 (a int NOT NULL, b text); CREATE INDEX t_1_b_idx ON t_1 (b); ALTER TABLE t ATTACH PARTITION t_1 FOR VALUES IN (1)",
    sees: ["partition public.t_1"],
    way: "comes and goes",
    keeps: "SELECT a, b FROM t_1 ORDER BY 1, 2",
  },
];

testCases(cases);
