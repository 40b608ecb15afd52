import type { ChangeCase } from "./change.js";

const given = `CREATE SCHEMA x; CREATE TABLE t (id integer, b integer); CREATE SEQUENCE s; CREATE TYPE e AS ENUM ('a');
  CREATE DOMAIN d AS text; CREATE VIEW v AS SELECT id FROM t; CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
  CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'`;

const objects: readonly [sql: string, fact: string, privilege: string, noun?: string][] = [
  ["SCHEMA x", "schema x", "USAGE"],
  ["TABLE t", "table public.t", "SELECT"],
  ["SEQUENCE s", "sequence public.s", "USAGE"],
  ["TYPE e", "enum public.e", "USAGE"],
  ["DOMAIN d", "domain public.d", "USAGE"],
  ["VIEW v", "view public.v", "SELECT", "TABLE v"],
  ["MATERIALIZED VIEW m", "materialized view public.m", "SELECT", "TABLE m"],
  ["FUNCTION f(integer)", "function public.f(integer)", "EXECUTE"],
  ["PROCEDURE p()", "procedure public.p()", "EXECUTE"],
];

const granted = (
  title: string,
  before: string,
  after: string,
  fact: string,
  ...attributes: string[]
): ChangeCase => ({
  title,
  given,
  before,
  after,
  sees: [fact, ...attributes],
  way: "in place",
});

/** `one` may grant SELECT on everything here, and grants it to `two`. */
const byOne = (noun: string, privilege: string, more = "") =>
  `SET ROLE one; GRANT ${privilege} ON ${noun} TO two${more}; RESET ROLE`;

const grantors: readonly ChangeCase[] = [
  ...objects.map(([sql, fact, privilege, noun = sql]): ChangeCase => {
    const may = `GRANT USAGE ON SCHEMA public, x TO one; GRANT ${privilege} ON ${noun} TO one WITH GRANT OPTION`;
    return {
      title: `a grant on ${sql} by another role than the owner is that role's`,
      given,
      before: may,
      after: `${may}; ${byOne(noun, privilege)}`,
      sees: [`privilege two(one) on ${fact}`],
      way: "comes and goes",
    };
  }),
  {
    title: "what another role grants comes and goes together with its grant option",
    given,
    before: "",
    after: `GRANT SELECT, INSERT ON t TO one WITH GRANT OPTION; ${byOne("t", "SELECT", " WITH GRANT OPTION")};
      SET ROLE two; GRANT SELECT ON t TO PUBLIC; RESET ROLE; ${byOne("t", "INSERT")}`,
    sees: ["privilege public(two) on table public.t"],
    way: "comes and goes",
  },
  {
    title: "two roles who grant to each other change places",
    given: "CREATE TABLE t (id integer); GRANT USAGE ON SCHEMA public TO one, two",
    before: `GRANT SELECT ON t TO one WITH GRANT OPTION; GRANT INSERT ON t TO two WITH GRANT OPTION;
      SET ROLE one; GRANT SELECT ON t TO two; SET ROLE two; GRANT INSERT ON t TO one; RESET ROLE`,
    after: `GRANT SELECT ON t TO two WITH GRANT OPTION; GRANT INSERT ON t TO one WITH GRANT OPTION;
      SET ROLE two; GRANT SELECT ON t TO one; SET ROLE one; GRANT INSERT ON t TO two; RESET ROLE`,
    sees: ["privilege one on table public.t", "grantable"],
    way: "in place",
  },
  {
    title: "what the owner and another role grant to the same role are two grants",
    given: `${given}; GRANT SELECT ON t TO one WITH GRANT OPTION`,
    before: "GRANT SELECT ON t TO two",
    after: `GRANT SELECT ON t TO two; ${byOne("t", "SELECT")}`,
    sees: ["privilege two(one) on table public.t"],
    way: "comes and goes",
  },
  {
    title: "a grant option that grants rest on moves to another privilege",
    given,
    before: `GRANT SELECT ON t TO one WITH GRANT OPTION; GRANT INSERT ON t TO one; ${byOne("t", "SELECT")}`,
    after: `GRANT INSERT ON t TO one WITH GRANT OPTION; GRANT SELECT ON t TO one; ${byOne("t", "INSERT")}`,
    sees: ["privilege two(one) on table public.t", "granted"],
    way: "replaced",
  },
  {
    title: "what another role grants on a table that is made anew is granted again",
    given,
    before: `CREATE MATERIALIZED VIEW w AS SELECT 1 AS a; GRANT SELECT ON w TO one WITH GRANT OPTION; ${byOne("w", "SELECT")}`,
    after: `CREATE MATERIALIZED VIEW w AS SELECT 2 AS a; GRANT SELECT ON w TO one WITH GRANT OPTION; ${byOne("w", "SELECT")}`,
    sees: ["materialized view public.w", "definition"],
    way: "replaced",
    keeps: "SELECT unnest(relacl) FROM pg_class WHERE relname = 'w'",
  },
  {
    title: "columns too are granted by another role, on the ground of the table's option",
    given: `${given}; GRANT SELECT, UPDATE ON t TO one WITH GRANT OPTION; GRANT SELECT (id) ON v TO one WITH GRANT OPTION`,
    before: byOne("t", "SELECT (id)"),
    after: `${byOne("t", "SELECT (id), UPDATE (id)")}; ${byOne("v", "SELECT (id)")}`,
    sees: ["privilege two(one) on column public.t.id", "granted"],
    way: "in place",
  },
  ...(
    [
      ["LANGUAGE la", "language la", "CREATE TRUSTED LANGUAGE la HANDLER plpgsql_call_handler"],
      ["FOREIGN DATA WRAPPER w", "foreign data wrapper w", "CREATE FOREIGN DATA WRAPPER w"],
      [
        "FOREIGN SERVER fs",
        "foreign server fs",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER fs FOREIGN DATA WRAPPER w",
      ],
      ["TYPE ra", "range public.ra", "CREATE TYPE ra AS RANGE (subtype = integer)"],
      ["TYPE co", "composite type public.co", "CREATE TYPE co AS (a integer)"],
      [
        "FUNCTION ag(integer)",
        "aggregate public.ag(integer)",
        "CREATE AGGREGATE ag(integer) (sfunc = int4pl, stype = integer)",
      ],
    ] as const
  ).map(([noun, fact, make]): ChangeCase => {
    const privilege = noun.startsWith("FUNCTION") ? "EXECUTE" : "USAGE";
    const option = `GRANT ${privilege} ON ${noun} TO one WITH GRANT OPTION`;
    return {
      title: `privileges on ${noun} by its owner and by another role come and go`,
      given: make,
      before: "",
      after: `REVOKE ${privilege} ON ${noun} FROM PUBLIC; ${option}; ${byOne(noun, privilege)}`,
      sees: [`privilege two(one) on ${fact}`],
      way: "comes and goes",
    };
  }),
  {
    title: "MAINTAIN is a privilege like any other",
    since: 17,
    given,
    before: "GRANT SELECT ON t TO one WITH GRANT OPTION",
    after: `GRANT SELECT, MAINTAIN ON t TO one WITH GRANT OPTION; ${byOne("t", "MAINTAIN")}`,
    sees: ["privilege one on table public.t", "grantable"],
    way: "in place",
  },
  granted(
    "privileges on a system column and on a sequence's column are seen",
    "GRANT SELECT (last_value) ON s TO one; GRANT SELECT (xmin) ON t TO one",
    "GRANT SELECT (last_value) ON s TO one WITH GRANT OPTION; GRANT SELECT (ctid) ON t TO one",
    "privilege last_value.one on sequence public.s",
    "granted",
    "grantable",
  ),
  {
    title: "who granted may have lost the schema since",
    given: "CREATE SCHEMA y; CREATE TABLE y.t (id integer); GRANT SELECT ON y.t TO one WITH GRANT OPTION",
    before: "",
    after: `GRANT USAGE ON SCHEMA y TO one; ${byOne("y.t", "SELECT")}; REVOKE USAGE ON SCHEMA y FROM one`,
    sees: ["privilege two(one) on table y.t"],
    way: "comes and goes",
  },
  {
    title: "a grantor who becomes the owner grants as the owner",
    given: `${given}; GRANT USAGE, CREATE ON SCHEMA public TO one`,
    before: `GRANT SELECT ON t TO one WITH GRANT OPTION; ${byOne("t", "SELECT")}`,
    after: "ALTER TABLE t OWNER TO one; GRANT SELECT ON t TO two",
    sees: ["privilege two(one) on table public.t"],
    way: "comes and goes",
  },
  {
    title: "another role gives something back to the owner",
    given: `${given}; GRANT SELECT ON t TO one WITH GRANT OPTION`,
    before: "REVOKE SELECT ON t FROM SESSION_USER",
    after:
      "REVOKE SELECT ON t FROM SESSION_USER; SET ROLE one; GRANT SELECT ON t TO SESSION_USER; RESET ROLE",
    sees: ["privilege pg_owner(one) on table public.t"],
    way: "comes and goes",
  },
];

export const privilegeCases: readonly ChangeCase[] = [
  ...objects.flatMap(([sql, fact, privilege, noun = sql]): ChangeCase[] => [
    {
      title: `the owner of ${sql} is seen`,
      given,
      before: `ALTER ${sql} OWNER TO one`,
      after: `ALTER ${sql} OWNER TO two`,
      sees: [`owner on ${fact}`, "role"],
      way: "in place",
    },
    {
      title: `the owner of ${sql} goes back to the role that dm connects as`,
      given,
      before: "",
      after: `ALTER ${sql} OWNER TO two`,
      sees: [`owner on ${fact}`],
      way: "comes and goes",
    },
    {
      title: `a privilege on ${sql} is seen`,
      given,
      before: "",
      after: `GRANT ${privilege} ON ${noun} TO one WITH GRANT OPTION`,
      sees: [`privilege one on ${fact}`],
      way: "comes and goes",
    },
    {
      title: `the comment on ${sql} is seen`,
      given,
      before: `COMMENT ON ${sql} IS E'several\\n   lines with leading blanks; it''s $$'`,
      after: `COMMENT ON ${sql} IS E'several\\n  lines with leading blanks; it''s $$'`,
      sees: [`comment on ${fact}`, "text"],
      way: "in place",
    },
  ]),
  ...grantors,
  granted(
    "a grant option comes and goes without the privilege",
    "GRANT SELECT, INSERT ON t TO one",
    "GRANT INSERT ON t TO one; GRANT SELECT ON t TO one WITH GRANT OPTION",
    "privilege one on table public.t",
    "granted",
    "grantable",
  ),
  {
    ...granted(
      "what everyone may do by default is taken away",
      "REVOKE EXECUTE ON FUNCTION f(integer) FROM PUBLIC",
      "REVOKE EXECUTE ON FUNCTION f(integer) FROM PUBLIC; GRANT EXECUTE ON FUNCTION f(integer) TO one",
      "privilege one on function public.f(integer)",
    ),
    way: "comes and goes",
  },
  granted(
    "what the owner gives up is seen",
    "REVOKE DELETE ON t FROM CURRENT_USER",
    "REVOKE DELETE, UPDATE ON t FROM CURRENT_USER",
    "privilege pg_owner on table public.t",
    "revoked",
  ),
  granted(
    "a column's privilege is seen",
    "GRANT SELECT (id) ON t TO one",
    "GRANT SELECT (id), UPDATE (id) ON t TO one",
    "privilege one on column public.t.id",
    "granted",
  ),
  {
    title: "a column's privilege outlives the revocation of the table's",
    given: `${given}; GRANT UPDATE (id) ON t TO one`,
    before: "GRANT SELECT, UPDATE ON t TO one; GRANT UPDATE (id) ON t TO one",
    after: "GRANT SELECT ON t TO one",
    sees: ["privilege one on table public.t", "granted"],
    way: "in place",
  },
  {
    title: "a table's privilege becomes a column's",
    given,
    before: "GRANT UPDATE ON t TO one",
    after: "GRANT UPDATE (id) ON t TO one",
    sees: ["privilege one on column public.t.id"],
    way: "comes and goes",
  },
  {
    title: "an owner's column privilege is the owner's",
    before: "",
    after: "CREATE TABLE t (id integer); ALTER TABLE t OWNER TO one; GRANT SELECT (id) ON t TO one",
    sees: ["privilege pg_owner on column public.t.id"],
    way: "comes and goes",
  },
  granted(
    "a view column's privilege is seen",
    "GRANT SELECT (id) ON v TO one",
    "GRANT SELECT (id) ON v TO one WITH GRANT OPTION",
    "privilege one on view column public.v.id",
    "granted",
    "grantable",
  ),
  {
    title: "GRANT … ON SCHEMA public and its owner are seen",
    before: "GRANT CREATE ON SCHEMA public TO one",
    after: "GRANT CREATE ON SCHEMA public TO one; ALTER SCHEMA public OWNER TO two",
    sees: ["owner on schema public"],
    way: "comes and goes",
    until: 14,
  },
  {
    title: "the owner of the schema public changes from pg_database_owner and back",
    since: 15,
    before: "",
    after: "ALTER SCHEMA public OWNER TO two",
    sees: ["owner on schema public", "role"],
    way: "in place",
  },
  {
    title: "the comment on a column is seen",
    given,
    before: "COMMENT ON COLUMN t.id IS 'a'",
    after: "COMMENT ON COLUMN t.id IS 'b'",
    sees: ["comment on column public.t.id", "text"],
    way: "in place",
  },
  {
    title: "comments on trigger, policy, index and domain constraint come and go",
    given: `${given}; CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g(); CREATE POLICY po ON t; CREATE INDEX i ON t (id);
      ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE <> 'a')`,
    before: "",
    after: `COMMENT ON TRIGGER tr ON t IS 'a'; COMMENT ON POLICY po ON t IS 'b'; COMMENT ON INDEX i IS 'c';
      COMMENT ON CONSTRAINT k ON DOMAIN d IS 'd'`,
    sees: ["comment on domain constraint public.d.k"],
    way: "comes and goes",
  },
  {
    title: "default privileges are seen, with a schema and without",
    given,
    before: `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO one; ALTER DEFAULT PRIVILEGES IN SCHEMA x GRANT SELECT ON TABLES TO one`,
    after: `ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO one;
      ALTER DEFAULT PRIVILEGES IN SCHEMA x GRANT SELECT ON TABLES TO one WITH GRANT OPTION`,
    sees: ["default privilege one(pg_self, tables)", "granted"],
    way: "in place",
  },
  {
    title: "a grant option among default privileges is seen",
    given,
    before: "ALTER DEFAULT PRIVILEGES IN SCHEMA x GRANT SELECT ON TABLES TO one",
    after: "ALTER DEFAULT PRIVILEGES IN SCHEMA x GRANT SELECT ON TABLES TO one WITH GRANT OPTION",
    sees: ["default privilege x.one(pg_self, tables)", "granted", "grantable"],
    way: "in place",
  },
  {
    title: "what default privileges take away is seen",
    given,
    before: "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    after: "",
    sees: ["default privilege public(pg_self, functions)"],
    way: "comes and goes",
  },
  {
    title: "what everyone gets by default, more or less",
    given,
    before: "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM CURRENT_USER",
    after: "ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM CURRENT_USER",
    sees: ["default privilege pg_owner(pg_self, types)"],
    way: "comes and goes",
  },
  {
    title: "what tables lose by default changes in place",
    given,
    before: "ALTER DEFAULT PRIVILEGES REVOKE DELETE ON TABLES FROM CURRENT_USER",
    after: "ALTER DEFAULT PRIVILEGES REVOKE DELETE, UPDATE ON TABLES FROM CURRENT_USER",
    sees: ["default privilege pg_owner(pg_self, tables)", "revoked"],
    way: "in place",
  },
  {
    title: "default privileges of another role, and on schemas, are seen",
    given: `${given}; GRANT CREATE ON SCHEMA x TO two`,
    before: "ALTER DEFAULT PRIVILEGES FOR ROLE two REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    after: `ALTER DEFAULT PRIVILEGES FOR ROLE two REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
      ALTER DEFAULT PRIVILEGES FOR ROLE two IN SCHEMA x GRANT ALL ON SEQUENCES TO one WITH GRANT OPTION;
      ALTER DEFAULT PRIVILEGES FOR ROLE two REVOKE DELETE, TRUNCATE ON TABLES FROM two;
      ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO one; ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC`,
    sees: ["default privilege pg_owner(two, tables)"],
    way: "comes and goes",
  },
  {
    title: "default privileges on large objects are seen",
    since: 18,
    before: "ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO one",
    after: "ALTER DEFAULT PRIVILEGES GRANT SELECT, UPDATE ON LARGE OBJECTS TO one",
    sees: ["default privilege one(pg_self, large objects)", "granted"],
    way: "in place",
  },
  {
    title: "what default privileges give others, these may pass on",
    given:
      "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO one WITH GRANT OPTION; GRANT USAGE ON SCHEMA public TO one",
    before: "",
    after: `CREATE TABLE n (id integer); ${byOne("n", "SELECT")}`,
    sees: ["privilege two(one) on table public.n"],
    way: "comes and goes",
  },
  {
    title: "a table made under default privileges has exactly the privileges that are wanted",
    given:
      "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO one; ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO PUBLIC",
    before: "",
    after:
      "CREATE TABLE n (id integer); REVOKE INSERT ON n FROM one; GRANT UPDATE ON n TO one; CREATE TYPE en AS ENUM ('a')",
    sees: ["privilege one on table public.n"],
    way: "comes and goes",
  },
  {
    title: "who becomes the owner does not lose what default privileges gave before",
    given: "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO one",
    before: "",
    after: "CREATE FUNCTION n() RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION n() OWNER TO one",
    sees: ["owner on function public.n()"],
    way: "comes and goes",
  },
  {
    title: "a sequence is owned by a column of a table that another role owns",
    given: "CREATE TABLE t (id integer); ALTER TABLE t OWNER TO one",
    before: "CREATE SEQUENCE s",
    after: "CREATE SEQUENCE s; ALTER SEQUENCE s OWNER TO one; ALTER SEQUENCE s OWNED BY t.id",
    sees: ["sequence ownership public.s"],
    way: "comes and goes",
  },
  {
    title: "an extension moves to another schema",
    serverOnly: true,
    given: "CREATE SCHEMA x",
    before: "CREATE EXTENSION citext",
    after: "CREATE EXTENSION citext SCHEMA x",
    sees: ["extension citext", "schema"],
    way: "in place",
  },
  {
    title: "a schema comes and goes with all it holds",
    before: "",
    after: `CREATE SCHEMA x; CREATE TYPE x.e AS ENUM ('a'); CREATE TABLE x.t (id serial, c x.e); CREATE VIEW x.v AS SELECT * FROM x.t;
      CREATE FUNCTION x.f() RETURNS SETOF x.t LANGUAGE sql AS 'SELECT * FROM x.t'`,
    sees: ["schema x"],
    way: "comes and goes",
  },
];
