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

const cases: readonly ChangeCase[] = [
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
