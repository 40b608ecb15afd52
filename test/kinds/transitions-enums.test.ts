import { testTransitions } from "./test-cases.js";

const enumOf = (...labels: string[]) =>
  `CREATE TYPE e AS ENUM (${labels.map((label) => `'${label}'`).join(", ")})`;

/** Everything that can stand on an enum. */
const users = `
  CREATE TYPE pair AS (first e, many e[]);
  CREATE DOMAIN d AS e CONSTRAINT not_c CHECK (VALUE <> 'c');
  CREATE TABLE t (id integer PRIMARY KEY, c e NOT NULL DEFAULT 'b', l e[] DEFAULT '{a,b}', p pair, ps pair[], o d,
    is_b boolean GENERATED ALWAYS AS (c = 'b') STORED, CONSTRAINT k CHECK (c <> 'c' OR id > 0), UNIQUE (c, id));
  CREATE INDEX plain ON t (c);
  CREATE INDEX partial ON t (id) WHERE c = 'b';
  CREATE INDEX expression ON t ((c = 'a'), id);
  CREATE STATISTICS s ON id, (c = 'a') FROM t;
  CREATE TABLE child (id integer, c e, FOREIGN KEY (c, id) REFERENCES t (c, id));
  CREATE FUNCTION f(x e, many e[] DEFAULT '{a}') RETURNS e LANGUAGE sql IMMUTABLE AS 'SELECT $1';
  CREATE FUNCTION atomic(x e) RETURNS boolean LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT x = 'b'::e; END;
  CREATE FUNCTION rows_of() RETURNS TABLE (c e, n bigint) LANGUAGE sql BEGIN ATOMIC SELECT t.c, count(*) FROM t GROUP BY 1; END;
  CREATE PROCEDURE proc(x e) LANGUAGE sql AS 'SELECT 1';
  CREATE VIEW v AS SELECT id, c, f(c) AS same FROM t WHERE c = 'b';
  CREATE VIEW vv AS SELECT * FROM v WHERE atomic(c);
  CREATE MATERIALIZED VIEW m AS SELECT c, count(*) AS n FROM t GROUP BY c;
  CREATE UNIQUE INDEX mi ON m (c);
  ALTER TABLE t ENABLE ROW LEVEL SECURITY;
  CREATE POLICY p ON t FOR SELECT USING (c <> 'a' OR id > 1);
  CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER tr BEFORE UPDATE OF c ON t FOR EACH ROW WHEN (OLD.c <> 'a') EXECUTE FUNCTION tf();
  ALTER TABLE t DISABLE TRIGGER tr;
  GRANT USAGE ON TYPE e TO one; GRANT SELECT ON v TO two; GRANT SELECT ON m TO one; COMMENT ON VIEW vv IS 'nested';
  COMMENT ON TYPE e IS 'states'; COMMENT ON COLUMN v.c IS 'state'`;
const rows = `INSERT INTO t (id, c, l, p, ps, o) VALUES (1, 'b', '{b,a}', '(a,"{b,a}")', '{"(a,\\"{a}\\")"}', 'a'), (2, 'a', '{}', NULL, NULL, NULL);
  INSERT INTO child VALUES (1, 'b'); REFRESH MATERIALIZED VIEW m`;
const keeps =
  "SELECT t.id, t.c::text, l::text, p::text, ps::text, o::text, is_b, child.id FROM t LEFT JOIN child ON child.c = t.c ORDER BY 1";
const hard = { rows, keeps };

const partitioned = `CREATE TABLE t (id integer, c e) PARTITION BY LIST (c); CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a', NULL);
  CREATE TABLE t_b PARTITION OF t FOR VALUES IN ('b'); CREATE INDEX i ON t (c)`;

testTransitions([
  {
    title: "values are added before, between and after while everything uses the enum",
    before: `${enumOf("a", "b", "c")}; ${users}`,
    after: `${enumOf("first", "a", "between", "b", "c", "last")}; ${users}`,
    ...hard,
    uses: [/ADD VALUE 'first' BEFORE 'a'/, /ADD VALUE 'between' AFTER 'a'/, /ADD VALUE 'last'/],
  },
  {
    title: "values are reordered while everything uses the enum",
    before: `${enumOf("a", "b", "c")}; ${users}`,
    after: `${enumOf("c", "b", "a")}; ${users}`,
    ...hard,
    never: /DROP TABLE|DROP COLUMN (?!is_b)/,
  },
  {
    title: "a value is removed that the rows do not have, while everything uses the enum",
    before: `${enumOf("a", "unused", "b", "c")}; ${users}`,
    after: `${enumOf("a", "b", "c")}; ${users}`,
    ...hard,
    never: /DROP TABLE|DROP COLUMN (?!is_b)/,
  },
  {
    title: "a new value is at once a default, in a check, an index, a view and a body",
    before: `${enumOf("a", "b")}; CREATE TABLE t (id integer, c e DEFAULT 'a')`,
    after: `${enumOf("a", "b", "n")}; CREATE TABLE t (id integer, c e DEFAULT 'n', CONSTRAINT k CHECK (c <> 'n' OR id > 0));
      CREATE INDEX i ON t (id) WHERE c = 'n'; CREATE VIEW v AS SELECT * FROM t WHERE c = 'n';
      CREATE FUNCTION f() RETURNS e LANGUAGE sql BEGIN ATOMIC SELECT 'n'::e; END`,
    rows: "INSERT INTO t VALUES (1, 'a')",
    keeps: "SELECT id, c::text FROM t WHERE id = 1",
    answers: ["SELECT f()::text || (SELECT count(*) FROM v)", "n0"],
  },
  {
    title: "an enum becomes text with a check, and back",
    before: `${enumOf("a", "b")}; CREATE TABLE t (id integer, c e NOT NULL DEFAULT 'a', l e[]); CREATE INDEX i ON t (c); CREATE VIEW v AS SELECT c FROM t`,
    after: `CREATE TABLE t (id integer, c text NOT NULL DEFAULT 'a', l text[], CONSTRAINT k CHECK (c IN ('a', 'b'))); CREATE INDEX i ON t (c); CREATE VIEW v AS SELECT c FROM t`,
    rows: "INSERT INTO t VALUES (1, 'b', '{a,b}')",
    keeps: "SELECT id, c::text, l::text FROM t",
  },
  {
    title: "an enum becomes a domain of the same name, and back",
    before: `${enumOf("a", "b")}; CREATE TABLE t (id integer, c e NOT NULL DEFAULT 'a', l e[]); CREATE INDEX i ON t (c); CREATE VIEW v AS SELECT c FROM t`,
    after: `CREATE DOMAIN e AS text CHECK (VALUE <> ''); CREATE TABLE t (id integer, c e NOT NULL DEFAULT 'a', l e[]); CREATE INDEX i ON t (c); CREATE VIEW v AS SELECT c FROM t`,
    rows: "INSERT INTO t VALUES (1, 'b', '{a,b}')",
    keeps: "SELECT id, c::text, l::text FROM t",
  },
  {
    title: "a column changes from one enum to another",
    before: `${enumOf("a", "b")}; CREATE TYPE o AS ENUM ('b', 'a'); CREATE TABLE t (id integer, c e DEFAULT 'a', CHECK (c <> 'b')); CREATE INDEX i ON t (c)`,
    after: `${enumOf("a", "b")}; CREATE TYPE o AS ENUM ('b', 'a'); CREATE TABLE t (id integer, c o DEFAULT 'a', CHECK (c <> 'b')); CREATE INDEX i ON t (c)`,
    rows: "INSERT INTO t VALUES (1, 'a')",
    keeps: "SELECT id, c::text FROM t",
  },
  {
    title: "an enum changes that a range, a multirange and a domain over an array hold",
    before: `${enumOf("a", "b", "c")}; CREATE TYPE r AS RANGE (SUBTYPE = e); CREATE DOMAIN many AS e[]; CREATE TABLE t (id integer, c r, m many); CREATE INDEX i ON t USING gist (c)`,
    after: `${enumOf("b", "c")}; CREATE TYPE r AS RANGE (SUBTYPE = e); CREATE DOMAIN many AS e[]; CREATE TABLE t (id integer, c r, m many); CREATE INDEX i ON t USING gist (c)`,
    rows: "INSERT INTO t VALUES (1, '[b,c]', '{b,c}')",
    keeps: "SELECT id, c::text, m::text FROM t",
  },
  {
    title: "an enum changes that aggregates, operators and casts take",
    before: `${enumOf("a", "b")}; CREATE FUNCTION add(e, e) RETURNS e LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE OPERATOR + (LEFTARG = e, RIGHTARG = e, FUNCTION = add);
      CREATE AGGREGATE total(e) (SFUNC = add, STYPE = e, INITCOND = 'a'); CREATE FUNCTION num(e) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE CAST (e AS integer) WITH FUNCTION num(e);
      CREATE TABLE t (id integer, c e); CREATE VIEW v AS SELECT total(c) AS total, sum(c::integer) AS sum FROM t; CREATE INDEX i ON t ((c + 'a'::e))`,
    after: `${enumOf("b", "a")}; CREATE FUNCTION add(e, e) RETURNS e LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE OPERATOR + (LEFTARG = e, RIGHTARG = e, FUNCTION = add);
      CREATE AGGREGATE total(e) (SFUNC = add, STYPE = e, INITCOND = 'a'); CREATE FUNCTION num(e) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE CAST (e AS integer) WITH FUNCTION num(e);
      CREATE TABLE t (id integer, c e); CREATE VIEW v AS SELECT total(c) AS total, sum(c::integer) AS sum FROM t; CREATE INDEX i ON t ((c + 'a'::e))`,
    rows: "INSERT INTO t VALUES (1, 'a')",
    keeps: "SELECT id, c::text FROM t",
  },
  {
    title: "a value is removed and one is added while partitions are bound by the others",
    before: `${enumOf("a", "unused", "b")}; ${partitioned}`,
    after: `${enumOf("b", "a", "new")}; ${partitioned}`,
    rows: "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, NULL)",
    keeps: "SELECT id, c::text, tableoid::regclass::text FROM t ORDER BY 1",
    never: /DROP TABLE public.t\b/,
  },
]);
