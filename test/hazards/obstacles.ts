/** Rows that a change would meet, and what the preflight query says of them. */
const clinic = (patient: string, visit = "patient int") =>
  `CREATE TABLE app.patient (id int PRIMARY KEY, ${patient}); CREATE TABLE app.visit (id int PRIMARY KEY, ${visit});`;

export const obstacles: readonly {
  title: string;
  before: string;
  after: string;
  rows: string;
  finds: string;
  details: readonly string[];
  mend: string;
}[] = [
  {
    title: "rows without a value",
    before: clinic("email text"),
    after: clinic("email text NOT NULL"),
    rows: "INSERT INTO app.patient SELECT n, nullif(n, 2)::text FROM generate_series(1, 3) n",
    finds: "app.patient: rows without email",
    details: ["1 found:", '{"id":2}'],
    mend: "UPDATE app.patient SET email = '' WHERE email IS NULL",
  },
  {
    title: "rows that are alike",
    before: clinic("email text"),
    after: clinic("email text UNIQUE"),
    rows: "INSERT INTO app.patient SELECT n, (n % 7)::text FROM generate_series(1, 14) n; INSERT INTO app.patient VALUES (98, NULL), (99, NULL)",
    finds: "app.patient: several rows with the same email",
    details: ["7 found, the first 5 of them:"],
    mend: "UPDATE app.patient SET email = email || id",
  },
  {
    title: "orphans",
    before: clinic("email text"),
    after: clinic("email text", "patient int REFERENCES app.patient"),
    rows: "INSERT INTO app.patient VALUES (1); INSERT INTO app.visit VALUES (1, 1), (2, 7), (3, NULL)",
    finds: "app.visit: rows whose patient no row of app.patient has",
    details: ["1 found:", '{"id":2,"patient":7}'],
    mend: "DELETE FROM app.visit WHERE patient = 7",
  },
  {
    title: "rows that a check refuses",
    before: clinic("age int"),
    after: clinic("age int CONSTRAINT adult CHECK (age >= 18)"),
    rows: "INSERT INTO app.patient VALUES (1, 20), (2, 3), (3, NULL)",
    finds: "app.patient: rows that adult refuses",
    details: ["1 found:", '{"id":2}'],
    mend: "UPDATE app.patient SET age = 18 WHERE age < 18",
  },
  {
    title: "numbers that do not fit",
    before: clinic("age int"),
    after: clinic("age smallint"),
    rows: "INSERT INTO app.patient VALUES (1, 20), (2, 70000)",
    finds: "app.patient: rows whose age is no smallint",
    details: ["1 found:", '{"id":2,"age":70000}'],
    mend: "UPDATE app.patient SET age = 7 WHERE id = 2",
  },
  {
    title: "texts that are no numbers",
    before: clinic("age text"),
    after: clinic("age int"),
    rows: "INSERT INTO app.patient VALUES (1, ' 20 '), (2, 'old'), (3, '99999999999')",
    finds: "app.patient: rows whose age is no integer",
    details: ["2 found:", '{"id":2,"age":"old"}', '{"id":3,"age":"99999999999"}'],
    mend: "UPDATE app.patient SET age = '7' WHERE id > 1",
  },
  {
    title: "rows that overlap",
    before: clinic("stay int4range"),
    after: clinic("stay int4range, CONSTRAINT alone EXCLUDE USING gist (stay WITH &&)"),
    rows: "INSERT INTO app.patient VALUES (1, '[1,5)'), (2, '[4,6)'), (3, '[6,7)')",
    finds: "app.patient: rows the same as another for stay",
    details: ["1 found:", '{"id1":1,"with_id1":2}'],
    mend: "DELETE FROM app.patient WHERE id = 2",
  },
  {
    title: "any row, for a new column that must be filled",
    before: clinic("age int"),
    after: clinic("age int, name text NOT NULL"),
    rows: "INSERT INTO app.patient VALUES (1, 20)",
    finds: "app.patient: rows, and name is NOT NULL without a default",
    details: ["1 found:", '{"id":1}'],
    mend: "DELETE FROM app.patient",
  },
  {
    title: "values that a domain refuses",
    before: "CREATE DOMAIN app.age AS int; CREATE TABLE app.patient (id int PRIMARY KEY, a app.age);",
    after:
      "CREATE DOMAIN app.age AS int CONSTRAINT adult CHECK (VALUE >= 18); CREATE TABLE app.patient (id int PRIMARY KEY, a app.age);",
    rows: "INSERT INTO app.patient VALUES (1, 20), (2, 3)",
    finds: "app.patient: rows whose a adult refuses",
    details: ["1 found:", '{"id":2,"value":3}'],
    mend: "UPDATE app.patient SET a = 18",
  },
  {
    title: "a label that goes",
    before: "CREATE TYPE app.e AS ENUM ('x', 'y'); CREATE TABLE app.patient (id int PRIMARY KEY, e app.e);",
    after: "CREATE TYPE app.e AS ENUM ('x'); CREATE TABLE app.patient (id int PRIMARY KEY, e app.e);",
    rows: "INSERT INTO app.patient VALUES (1, 'x'), (2, 'y'), (3, NULL)",
    finds: "app.patient: rows whose e is no app.e",
    details: ["1 found:", '{"id":2,"e":"y"}'],
    mend: "UPDATE app.patient SET e = 'x'",
  },
  {
    title: "a label that goes, in lists",
    before: "CREATE TYPE app.e AS ENUM ('x', 'y'); CREATE TABLE app.patient (id int PRIMARY KEY, e app.e[]);",
    after: "CREATE TYPE app.e AS ENUM ('x'); CREATE TABLE app.patient (id int PRIMARY KEY, e app.e[]);",
    rows: "INSERT INTO app.patient VALUES (1, '{x,NULL}'), (2, '{x,y}'), (3, NULL), (4, '{}')",
    finds: "app.patient: rows whose e is no app.e[]",
    details: ["1 found:", '{"id":2,"e":["x","y"]}'],
    mend: "UPDATE app.patient SET e = NULL WHERE id = 2",
  },
  {
    title: "texts that are too long",
    before: clinic("name text"),
    after: clinic("name varchar(3)"),
    rows: "INSERT INTO app.patient VALUES (1, 'Ana'), (2, 'Anna'), (3, 'Ana   ')",
    finds: "app.patient: rows whose name is no character varying(3)",
    details: ["1 found:", '{"id":2,"name":"Anna"}'],
    mend: "UPDATE app.patient SET name = 'Ana' WHERE id = 2",
  },
  {
    title: "numbers that no integer holds",
    before: clinic("n double precision"),
    after: clinic("n int"),
    rows: "INSERT INTO app.patient VALUES (1, 2147483647.4), (2, 2147483647.5), (3, 'NaN'), (4, NULL)",
    finds: "app.patient: rows whose n is no integer",
    details: ["2 found:", '{"id":2,"n":2147483647.5}', '{"id":3,"n":"NaN"}'],
    mend: "UPDATE app.patient SET n = 1 WHERE id IN (2, 3)",
  },
  {
    title: "rows that are alike for a function of another schema",
    before: `${clinic("n int")} CREATE SCHEMA "odd one"; CREATE FUNCTION "odd one"."half (of)"(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 / 2';`,
    after: `${clinic("n int")} CREATE SCHEMA "odd one"; CREATE FUNCTION "odd one"."half (of)"(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 / 2';
      CREATE UNIQUE INDEX half ON app.patient ("odd one"."half (of)"(n) DESC NULLS LAST);`,
    rows: "INSERT INTO app.patient VALUES (1, 2), (2, 3), (3, 4), (4, NULL), (5, NULL)",
    finds: 'app.patient: several rows with the same "odd one"."half (of)"(n)',
    details: ["1 found:", '{"half (of)":1,"rows":2}'],
    mend: "UPDATE app.patient SET n = 8 WHERE id = 2",
  },
  {
    title: "numbers of too many digits",
    before: clinic("n numeric"),
    after: clinic("n numeric(3,1)"),
    rows: "INSERT INTO app.patient VALUES (1, 99.9), (2, 99.96), (3, 'NaN')",
    finds: "app.patient: rows whose n is no numeric(3,1)",
    details: ["1 found:", '{"id":2,"n":99.96}'],
    mend: "UPDATE app.patient SET n = 1 WHERE id = 2",
  },
  {
    title: "a unique index on an expression of some rows, NULLs alike",
    before: clinic("email text, active boolean"),
    after: `${clinic("email text, active boolean")} CREATE UNIQUE INDEX ON app.patient (lower(email) text_pattern_ops DESC, active) WHERE active;`,
    rows: "INSERT INTO app.patient VALUES (1, 'A', true), (2, 'a', true), (3, 'a', false), (4, NULL, true), (5, NULL, true)",
    finds: "app.patient: several rows with the same lower(email), active",
    details: ["1 found:", '{"lower":"a","active":true,"rows":2}'],
    mend: "UPDATE app.patient SET active = false WHERE id = 2",
  },
  {
    title: "half a key, where all of it must match",
    before:
      "CREATE TABLE app.patient (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE app.visit (a int, b int);",
    after:
      "CREATE TABLE app.patient (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE app.visit (a int, b int, FOREIGN KEY (a, b) REFERENCES app.patient MATCH FULL);",
    rows: "INSERT INTO app.patient VALUES (1, 1); INSERT INTO app.visit VALUES (1, NULL), (1, 1), (NULL, NULL)",
    finds: "app.visit: rows whose a, b no row of app.patient has",
    details: ["1 found:", '{"ctid":"(0,1)","a":1,"b":null}'],
    mend: "DELETE FROM app.visit WHERE b IS NULL",
  },
  {
    title: "rows that are alike in a column called like a clause",
    before: clinic('"a WHERE (b" int, "c) NULLS NOT DISTINCT" int'),
    after: clinic(
      '"a WHERE (b" int, "c) NULLS NOT DISTINCT" int, UNIQUE ("c) NULLS NOT DISTINCT") INCLUDE ("a WHERE (b")',
    ),
    rows: "INSERT INTO app.patient VALUES (1, 1, 1), (2, 2, 1), (3, 3, NULL), (4, 4, NULL)",
    finds: 'app.patient: several rows with the same "c) NULLS NOT DISTINCT"',
    details: ["1 found:", '{"c) NULLS NOT DISTINCT":1,"rows":2}'],
    mend: "DELETE FROM app.patient WHERE id = 2",
  },
  {
    title: "orphans of a table called like a list",
    before: 'CREATE TABLE app."p (x" (id int PRIMARY KEY); CREATE TABLE app.visit (p int);',
    after:
      'CREATE TABLE app."p (x" (id int PRIMARY KEY); CREATE TABLE app.visit (p int REFERENCES app."p (x");',
    rows: 'INSERT INTO app."p (x" VALUES (1); INSERT INTO app.visit VALUES (1), (7)',
    finds: 'app.visit: rows whose p no row of app."p (x" has',
    details: ["1 found:", '{"ctid":"(0,2)","p":7}'],
    mend: "DELETE FROM app.visit WHERE p = 7",
  },
];
