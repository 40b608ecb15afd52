import { thereAndBack } from "./there-and-back.js";

const tables = `CREATE SCHEMA app; CREATE TABLE app.one (id int PRIMARY KEY, note text, "Odd" int);
  CREATE TABLE app.two (id int PRIMARY KEY)`;

thereAndBack("publications", [
  {
    name: "options change in place, members come and go",
    roles: ["dm_test_clerk"],
    both: tables,
    a: `CREATE PUBLICATION p FOR TABLE app.one, app.two WITH (publish = 'insert, update'); COMMENT ON PUBLICATION p IS 'x'`,
    b: `CREATE PUBLICATION p FOR TABLE app.two WITH (publish_via_partition_root); COMMENT ON PUBLICATION p IS 'x';
        ALTER PUBLICATION p OWNER TO dm_test_clerk`,
    never: /(CREATE|DROP) PUBLICATION|TABLE ONLY app.two/,
  },
  {
    name: "all tables",
    a: "CREATE PUBLICATION p",
    b: `${tables}; CREATE PUBLICATION p FOR ALL TABLES`,
  },
  {
    name: "a table made anew is published again",
    a: `CREATE SCHEMA app; CREATE TABLE app.log (id int) PARTITION BY RANGE (id); CREATE PUBLICATION p FOR TABLE app.log`,
    b: `CREATE SCHEMA app; CREATE TABLE app.log (id int) PARTITION BY LIST (id); CREATE PUBLICATION p FOR TABLE app.log`,
    never: /PUBLICATION p WITH|DROP PUBLICATION/,
  },
  {
    name: "column lists and row filters",
    since: 15,
    a: `${tables}; CREATE PUBLICATION p FOR TABLE app.one (id, "Odd") WHERE (id > 5)`,
    b: `${tables.replace('"Odd" int', '"Odd" bigint')}; CREATE PUBLICATION p FOR TABLE app.one (id, note, "Odd") WHERE (id > 7)`,
    never: /(CREATE|DROP) (PUBLICATION|TABLE app)/,
  },
  {
    name: "a column of a list or a filter changes its type",
    since: 15,
    a: `CREATE SCHEMA app; CREATE TABLE app.t (id int, n int); CREATE PUBLICATION p FOR TABLE app.t (n, id) WHERE (n > 1)`,
    b: `CREATE SCHEMA app; CREATE TABLE app.t (id int, n bigint); CREATE PUBLICATION p FOR TABLE app.t (n, id) WHERE (n > 1)`,
    never: /(CREATE|DROP) (PUBLICATION|TABLE app)/,
  },
  {
    name: "a published column goes, and the list with it",
    since: 15,
    a: `CREATE SCHEMA app; CREATE TABLE app.t (id int, n int); CREATE PUBLICATION p FOR TABLE app.t (id, n)`,
    b: `CREATE SCHEMA app; CREATE TABLE app.t (id int); CREATE PUBLICATION p FOR TABLE app.t (id)`,
  },
  {
    name: "whole schemas",
    since: 15,
    a: `${tables}; CREATE PUBLICATION p FOR TABLE app.two`,
    b: `${tables}; CREATE PUBLICATION p FOR TABLES IN SCHEMA app, public`,
    never: /(CREATE|DROP) PUBLICATION/,
  },
  {
    name: "a list names its columns, wherever they stand in the table",
    since: 15,
    a: "CREATE TABLE t (b int, a int); CREATE PUBLICATION p FOR TABLE t (a, b)",
    b: "CREATE TABLE t (a int, b int); CREATE PUBLICATION p FOR TABLE t (a, b)",
    never: /./,
  },
  {
    name: "generated columns",
    since: 18,
    both: tables,
    a: "CREATE PUBLICATION p FOR TABLE app.one",
    b: "CREATE PUBLICATION p FOR TABLE app.one WITH (publish_generated_columns = stored)",
    never: /(CREATE|DROP) PUBLICATION/,
  },
]);
