import type { HazardCode } from "../../src/hazards/codes.js";

/** A change between two states, and the hazards of the way there. */
export interface HazardCase {
  readonly title: string;
  readonly before: string;
  readonly after: string;
  /** All that it raises, where tables are large. */
  readonly raises: readonly HazardCode[];
  /** What one of them says. */
  readonly tells?: string;
  /** What it raises where tables are small, if that is not the same. */
  readonly small?: readonly HazardCode[];
  readonly since?: number;
}

const base = "CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY, a int, b varchar(10), c text);";
const view = "CREATE VIEW app.v AS SELECT id, a FROM app.t;";
const index = "CREATE INDEX t_a ON app.t (a);";

const work: readonly HazardCase[] = [
  {
    title: "a wider number is written anew",
    before: base,
    after: base.replace("a int", "a bigint"),
    raises: ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"],
    tells: "app.t is written anew (12,000,000 rows, 3.0 GB; about 40 s)",
    small: [],
  },
  {
    title: "a longer varchar is nothing",
    before: `${base}CREATE INDEX ON app.t (b);`,
    after: `${base.replace("varchar(10)", "varchar(20)")}CREATE INDEX ON app.t (b);`,
    raises: [],
  },
  {
    title: "varchar to text is nothing",
    before: base,
    after: base.replace("varchar(10)", "text"),
    raises: [],
  },
  {
    title: "a new column with a constant default is nothing",
    before: base,
    after: base.replace("c text", "c text, d int NOT NULL DEFAULT 4"),
    raises: [],
  },
  {
    title: "now() as a default is nothing",
    before: base,
    after: base.replace("c text", "c text, d timestamptz DEFAULT now()"),
    raises: [],
  },
  {
    title: "a volatile default is a rewrite",
    before: base,
    after: base.replace("c text", "c text, d uuid DEFAULT gen_random_uuid()"),
    raises: ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"],
    small: [],
  },
  {
    title: "a stored generated column is a rewrite",
    before: base,
    after: base.replace("c text", "c text, d int GENERATED ALWAYS AS (a + 1) STORED"),
    raises: ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"],
    small: [],
  },
  {
    title: "a serial column is a rewrite",
    before: base,
    after: base.replace("c text", "c text, d serial"),
    raises: ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"],
    small: [],
  },
  {
    title: "an identity column is a rewrite",
    before: base,
    after: base.replace("c text", "c text, d int GENERATED ALWAYS AS IDENTITY"),
    raises: ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES"],
    small: [],
  },
  {
    title: "a virtual generated column is nothing",
    before: base,
    after: base.replace("c text", "c text, d int GENERATED ALWAYS AS (a + 1) VIRTUAL"),
    raises: [],
    since: 18,
  },
  {
    title: "an index keeps writers away while it is built",
    before: base,
    after: base + index,
    raises: ["BLOCKS_WRITES", "INDEX_BUILD"],
    tells: "app.t cannot be written while app.t is worked on",
    small: [],
  },
  {
    title: "a check is looked for in all rows",
    before: base,
    after: base.replace("a int", "a int CHECK (a > 0)"),
    raises: ["BLOCKS_READS", "BLOCKS_WRITES", "FULL_SCAN", "MAY_FAIL_ON_DATA"],
    small: ["MAY_FAIL_ON_DATA"],
  },
  {
    title: "a check that is not valid is not",
    before: base,
    after: `${base} ALTER TABLE app.t ADD CHECK (a > 0) NOT VALID;`,
    raises: [],
  },
  {
    title: "validating it lets others read and write",
    before: `${base} ALTER TABLE app.t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;`,
    after: `${base} ALTER TABLE app.t ADD CONSTRAINT k CHECK (a > 0);`,
    raises: ["FULL_SCAN", "MAY_FAIL_ON_DATA"],
    small: ["MAY_FAIL_ON_DATA"],
  },
  {
    title: "a foreign key blocks the writers of both tables",
    before: `${base} CREATE TABLE app.u (t int);`,
    after: `${base} CREATE TABLE app.u (t int REFERENCES app.t);`,
    raises: ["BLOCKS_WRITES", "FULL_SCAN", "MAY_FAIL_ON_DATA"],
    tells: "app.t, app.u cannot be written while",
    small: ["MAY_FAIL_ON_DATA"],
  },
  {
    title: "a foreign key of a new table is nothing",
    before: base,
    after: `${base} CREATE TABLE app.u (t int REFERENCES app.t); CREATE INDEX ON app.u (t);`,
    raises: [],
  },
  {
    title: "a materialised view reads its table",
    before: base,
    after: `${base} CREATE MATERIALIZED VIEW app.m AS SELECT a FROM app.t;`,
    raises: ["FULL_SCAN"],
    small: [],
  },
  { title: "a view does not", before: base, after: base + view, raises: [] },
];

const rows: readonly HazardCase[] = [
  {
    title: "NOT NULL that a check has shown already",
    before: `${base} ALTER TABLE app.t ADD CHECK (a IS NOT NULL);`,
    after: `${base.replace("a int", "a int NOT NULL DEFAULT 1")} ALTER TABLE app.t ADD CHECK (a IS NOT NULL);`,
    raises: ["MAY_FAIL_ON_DATA"],
  },
  {
    title: "NOT NULL",
    before: base,
    after: base.replace("a int", "a int NOT NULL DEFAULT 1"),
    raises: ["BLOCKS_READS", "BLOCKS_WRITES", "FULL_SCAN", "MAY_FAIL_ON_DATA"],
    tells: "app.t: rows without a",
    small: ["MAY_FAIL_ON_DATA"],
  },
  {
    title: "a unique index",
    before: base,
    after: `${base} CREATE UNIQUE INDEX ON app.t (lower(c)) WHERE a > 0;`,
    raises: ["BLOCKS_WRITES", "INDEX_BUILD", "MAY_FAIL_ON_DATA"],
    tells: "app.t: several rows with the same lower(c)",
    small: ["MAY_FAIL_ON_DATA"],
  },
  {
    title: "an index that is not unique",
    before: base,
    after: `${base} CREATE INDEX ON app.t (lower(c)) WHERE a > 0;`,
    raises: ["BLOCKS_WRITES", "INDEX_BUILD"],
    small: [],
  },
  {
    title: "another type",
    before: base,
    after: base.replace("c text", "c date"),
    raises: ["TABLE_REWRITE", "BLOCKS_READS", "BLOCKS_WRITES", "MAY_FAIL_ON_DATA"],
    tells: "app.t: rows whose c is no date",
    small: ["MAY_FAIL_ON_DATA"],
  },
];

const code: readonly HazardCase[] = [
  {
    title: "a column that goes",
    before: base,
    after: base.replace(", c text", ""),
    raises: ["DATA_LOSS", "BREAKS_OLD_CODE"],
    tells: "column app.t.c goes",
  },
  {
    title: "a table that goes",
    before: base,
    after: "CREATE SCHEMA app;",
    raises: ["DATA_LOSS", "BREAKS_OLD_CODE"],
  },
  {
    title: "a new nullable column",
    before: base,
    after: base.replace("c text", "c text, d int"),
    raises: [],
  },
  {
    title: "a new column that must be filled",
    before: base,
    after: base.replace("c text", "c text, d int NOT NULL"),
    raises: ["BLOCKS_READS", "BLOCKS_WRITES", "FULL_SCAN", "MAY_FAIL_ON_DATA", "BREAKS_OLD_CODE"],
    tells: "column app.t.d needs a value",
    small: ["MAY_FAIL_ON_DATA", "BREAKS_OLD_CODE"],
  },
  {
    title: "a default that filled a column goes",
    before: base.replace("c text", "c text NOT NULL DEFAULT 'x'"),
    after: base.replace("c text", "c text NOT NULL"),
    raises: ["BREAKS_OLD_CODE"],
  },
  {
    title: "a default that goes from a nullable column",
    before: base.replace("c text", "c text DEFAULT 'x'"),
    after: base,
    raises: [],
  },
  {
    title: "a view loses a column",
    before: base + view,
    after: `${base} CREATE VIEW app.v AS SELECT id FROM app.t;`,
    raises: ["BREAKS_OLD_CODE"],
    tells: "view column app.v.a goes",
  },
  {
    title: "a view gets one",
    before: `${base} CREATE VIEW app.v AS SELECT id FROM app.t;`,
    after: base + view,
    raises: [],
  },
  {
    title: "a function returns something else",
    before: "CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    after: "CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS text LANGUAGE sql AS 'SELECT 1::text';",
    raises: ["BREAKS_OLD_CODE"],
  },
  {
    title: "a function does something else",
    before: "CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    after: "CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 2';",
    raises: [],
  },
  {
    title: "a label of an enum goes",
    before: "CREATE SCHEMA app; CREATE TYPE app.e AS ENUM ('x', 'y');",
    after: "CREATE SCHEMA app; CREATE TYPE app.e AS ENUM ('x');",
    raises: ["BREAKS_OLD_CODE"],
    tells: "enum app.e has no 'y'",
  },
  {
    title: "a label comes",
    before: "CREATE SCHEMA app; CREATE TYPE app.e AS ENUM ('x');",
    after: "CREATE SCHEMA app; CREATE TYPE app.e AS ENUM ('x', 'y');",
    raises: [],
  },
  {
    title: "an index goes with its column",
    before: base + index,
    after: base.replace(" a int,", ""),
    raises: ["DATA_LOSS", "BREAKS_OLD_CODE"],
  },
  {
    title: "an index goes that nothing stands for",
    before: base + index,
    after: base,
    raises: ["INDEX_GONE"],
    tells: "queries may miss index app.t_a",
  },
  {
    title: "an index goes that a longer one stands for",
    before: `${base} CREATE INDEX t_ab ON app.t (a, b); ${index}`,
    after: `${base} CREATE INDEX t_ab ON app.t (a, b);`,
    raises: [],
  },
  {
    title: "an index goes that one with another predicate does not stand for",
    before: `${base} CREATE INDEX t_ab ON app.t (a, b) WHERE b IS NULL; ${index}`,
    after: `${base} CREATE INDEX t_ab ON app.t (a, b) WHERE b IS NULL;`,
    raises: ["INDEX_GONE"],
  },
];

const access: readonly HazardCase[] = [
  {
    title: "a grant on what is there",
    before: base,
    after: `${base} GRANT SELECT ON app.t TO PUBLIC;`,
    raises: ["PRIVILEGES_CHANGE"],
    tells: "is new",
  },
  {
    title: "a grant on a new table",
    before: "CREATE SCHEMA app;",
    after: `${base} GRANT SELECT ON app.t TO PUBLIC;`,
    raises: [],
  },
  {
    title: "row security",
    before: base,
    after: `${base} ALTER TABLE app.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON app.t USING (a > 0);`,
    raises: ["PRIVILEGES_CHANGE"],
  },
  {
    title: "a function that runs with its owner's rights",
    before: "CREATE SCHEMA app;",
    after:
      "CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';",
    raises: ["PRIVILEGES_CHANGE"],
    tells: "function app.f() is new",
  },
  {
    title: "one that runs with the caller's, and speaks of the other",
    before: "CREATE SCHEMA app;",
    after:
      "CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS text LANGUAGE sql AS 'SELECT '' SECURITY DEFINER ''';",
    raises: [],
  },
];

const sqlBody = (body: string) => `CREATE FUNCTION app.f() RETURNS SETOF text LANGUAGE sql AS $$ ${body} $$;`;
const plpgsqlBody = (body: string) =>
  `CREATE FUNCTION app.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;`;
const withoutC = base.replace(", c text", "");

const untracked: readonly HazardCase[] = [
  {
    title: "an SQL body that reads a column that goes",
    before: base + sqlBody("SELECT x.c FROM app.t AS x"),
    after: withoutC + sqlBody("SELECT x.c FROM app.t AS x"),
    raises: ["DATA_LOSS", "BREAKS_OLD_CODE", "UNTRACKED_DEPENDENCY"],
    tells: "function app.f() may use column app.t.c",
  },
  {
    title: "an SQL body that says the column's name as text, and another's column",
    before: `${base} CREATE TABLE app.u (c text); ${sqlBody("SELECT 'c' FROM app.t")}`,
    after: `${withoutC} CREATE TABLE app.u (c text); ${sqlBody("SELECT 'c' FROM app.t")}`,
    raises: ["DATA_LOSS", "BREAKS_OLD_CODE"],
  },
  {
    title: "a PL/pgSQL body that runs a string",
    before: base + plpgsqlBody("EXECUTE 'UPDATE app.t SET c = NULL';"),
    after: withoutC + plpgsqlBody("EXECUTE 'UPDATE app.t SET c = NULL';"),
    raises: ["DATA_LOSS", "BREAKS_OLD_CODE", "UNTRACKED_DEPENDENCY"],
  },
  {
    title: "a PL/pgSQL body that has it in a comment",
    before: base + plpgsqlBody("-- not t.c\nNULL;"),
    after: withoutC + plpgsqlBody("-- not t.c\nNULL;"),
    raises: ["DATA_LOSS", "BREAKS_OLD_CODE"],
  },
];

/** By what they are about. */
export const hazardGroups = { work, rows, code, access, untracked };
export const hazardCases = Object.values(hazardGroups).flat();
