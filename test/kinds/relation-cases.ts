import type { ChangeCase } from "./change.js";

const given = "CREATE TABLE t (id integer NOT NULL, x text, j jsonb)";
const rows = "INSERT INTO t VALUES (1, 'a', '{}'), (2, 'b', '[]')";
const keeps = "SELECT id, x, j::text FROM t ORDER BY 1";
const triggerFunction =
  "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";

const index = (title: string, before: string, after: string, ...attributes: string[]): ChangeCase => ({
  title,
  given,
  rows,
  before: `CREATE ${before}`,
  after: `CREATE ${after}`,
  sees: ["index public.i", ...attributes],
  way: "replaced",
  keeps,
});

const inTable = (
  title: string,
  before: string,
  after: string,
  ...sees: [string, ...string[]]
): ChangeCase => ({
  title,
  given: `${given}; ${triggerFunction}`,
  rows,
  before,
  after,
  sees,
  way: "in place",
  keeps,
});

export const relationCases: readonly ChangeCase[] = [
  {
    title: "a table becomes unlogged and logged again with its rows",
    rows,
    before: given,
    after: given.replace("CREATE", "CREATE UNLOGGED"),
    sees: ["table public.t", "persistence"],
    way: "in place",
    keeps,
  },
  inTable(
    "storage parameters are seen, those of the TOAST table too",
    "ALTER TABLE t SET (fillfactor=90)",
    "ALTER TABLE t SET (fillfactor=70, autovacuum_enabled=false, toast.autovacuum_enabled=false)",
    "table public.t",
    "options",
  ),
  {
    title: "a TOAST option arrives with the first column that needs a TOAST table",
    before: "CREATE TABLE n (id integer)",
    after: "CREATE TABLE n (id integer, x text) WITH (toast.autovacuum_enabled=false)",
    sees: ["table public.n", "options"],
    way: "in place",
  },
  {
    title: "a table turns unlogged and a sequence that it owns does not",
    since: 15,
    before: "CREATE TABLE n (id integer); CREATE SEQUENCE s OWNED BY n.id",
    after: "CREATE UNLOGGED TABLE n (id integer); CREATE SEQUENCE s OWNED BY n.id",
    sees: ["table public.n", "persistence"],
    way: "in place",
  },
  inTable(
    "REPLICA IDENTITY is seen",
    "ALTER TABLE t REPLICA IDENTITY FULL",
    "ALTER TABLE t REPLICA IDENTITY NOTHING",
    "replica identity public.t",
    "uses",
  ),
  {
    ...inTable(
      "REPLICA IDENTITY moves to another index",
      "ALTER TABLE t REPLICA IDENTITY USING INDEX i",
      "ALTER TABLE t REPLICA IDENTITY USING INDEX l",
      "replica identity public.t",
      "index",
    ),
    given: `${given}; CREATE UNIQUE INDEX i ON t (id); CREATE UNIQUE INDEX l ON t (id)`,
  },
  {
    ...inTable(
      "CLUSTER ON is seen",
      "ALTER TABLE t CLUSTER ON i",
      "ALTER TABLE t CLUSTER ON l",
      "cluster mark public.t",
      "index",
    ),
    given: `${given}; CREATE INDEX i ON t (id); CREATE INDEX l ON t (x)`,
  },
  {
    title: "replica identity and CLUSTER mark outlive the rebuild of their index",
    given,
    rows,
    before:
      "CREATE UNIQUE INDEX i ON t (id); ALTER TABLE t CLUSTER ON i; ALTER TABLE t REPLICA IDENTITY USING INDEX i",
    after:
      "CREATE UNIQUE INDEX i ON t (id DESC); ALTER TABLE t CLUSTER ON i; ALTER TABLE t REPLICA IDENTITY USING INDEX i",
    sees: ["index public.i", "definition"],
    way: "replaced",
    keeps,
  },
  inTable(
    "row security is forced",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t FORCE ROW LEVEL SECURITY",
    "row security public.t",
    "enabled",
    "forced",
  ),
  {
    title: "row security is enabled after its policies exist and disabled before they go",
    given,
    rows,
    before: "",
    after: "CREATE POLICY p ON t USING (id > 0); ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    sees: ["row security public.t"],
    way: "comes and goes",
    keeps,
  },
  index("an index's columns are seen", "INDEX i ON t (id)", "INDEX i ON t (id, x)", "definition"),
  index("an index becomes unique", "INDEX i ON t (id)", "UNIQUE INDEX i ON t (id)", "unique"),
  index(
    "INCLUDE columns of an index are seen",
    "INDEX i ON t (id)",
    "INDEX i ON t (id) INCLUDE (x)",
    "definition",
  ),
  index("NULLS FIRST is seen", "INDEX i ON t (id)", "INDEX i ON t (id NULLS FIRST)", "definition"),
  index(
    "the collation of an index column is seen",
    "INDEX i ON t (x)",
    'INDEX i ON t (x COLLATE "POSIX")',
    "definition",
  ),
  index(
    "the operator class of an index column is seen",
    "INDEX i ON t (x)",
    "INDEX i ON t (x text_pattern_ops)",
    "definition",
  ),
  index(
    "the options of an operator class are seen",
    "INDEX i ON t USING gin (j)",
    "INDEX i ON t USING gin (j jsonb_path_ops)",
    "definition",
  ),
  index(
    "the predicate of an index is seen",
    "INDEX i ON t (id) WHERE x = ' WHERE ('",
    "INDEX i ON t (id) WHERE x = ' WHERE )'",
    "definition",
  ),
  index(
    "the access method of an index is seen",
    "INDEX i ON t (id)",
    "INDEX i ON t USING hash (id)",
    "definition",
  ),
  {
    title: "an index moves to another table",
    given: `${given}; CREATE TABLE u (id integer)`,
    before: "CREATE INDEX i ON t (id)",
    after: "CREATE INDEX i ON u (id)",
    sees: ["index public.i", "table"],
    way: "replaced",
  },
  {
    ...index(
      "an index's storage parameters change in place",
      "INDEX i ON t (id)",
      "INDEX i ON t (id) WITH (fillfactor=50, deduplicate_items=off) WHERE id > 0",
      "definition",
      "options",
    ),
    title: "an index with storage parameters and a predicate is built as written",
  },
  {
    ...index(
      "an index's fill factor changes in place",
      "INDEX i ON t (id)",
      "INDEX i ON t (id) WITH (fillfactor=50)",
      "options",
    ),
    way: "in place",
  },
  {
    ...index(
      "the statistics target of an index expression is seen",
      "INDEX i ON t (lower(x))",
      "INDEX i ON t (lower(x)); ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 99",
      "statistics",
    ),
    way: "in place",
  },
  {
    title: "the statistics target of an index expression outlives a change of the column's type",
    before:
      "CREATE TABLE n (x text); CREATE INDEX i ON n (lower(x)); ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 99",
    after:
      "CREATE TABLE n (x varchar); CREATE INDEX i ON n (lower(x)); ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 99",
    sees: ["column public.n.x", "type"],
    way: "in place",
  },
  {
    ...inTable(
      "a view with one more column at the end is CREATE OR REPLACE",
      "CREATE VIEW v AS SELECT id FROM t",
      "CREATE VIEW v AS SELECT id, x FROM t",
      "view public.v",
      "definition",
    ),
    back: "replaced",
  },
  {
    title: "a view with other columns is a new view, and the views on it come back",
    given,
    before:
      "CREATE VIEW v AS SELECT x, id FROM t; CREATE VIEW w AS SELECT id FROM v; GRANT SELECT ON w TO one; COMMENT ON VIEW w IS 'w'",
    after:
      "CREATE VIEW v AS SELECT id, x FROM t; CREATE VIEW w AS SELECT id FROM v; GRANT SELECT ON w TO one; COMMENT ON VIEW w IS 'w'",
    sees: ["view public.v", "definition"],
    way: "replaced",
  },
  {
    title: "the collation of a view's column is seen",
    given,
    before: "CREATE VIEW v AS SELECT x FROM t",
    after: 'CREATE VIEW v AS SELECT x COLLATE "C" AS x FROM t',
    sees: ["view public.v", "definition"],
    way: "replaced",
  },
  {
    title: "a partition key is seen",
    before: "CREATE TABLE n (id integer, x integer) PARTITION BY RANGE (id)",
    after: "CREATE TABLE n (id integer, x integer) PARTITION BY LIST (x)",
    sees: ["table public.n", "partitionBy"],
    way: "replaced",
  },
  inTable(
    "options of a view are seen",
    "CREATE VIEW v WITH (security_barrier=true) AS SELECT id FROM t",
    "CREATE VIEW v WITH (check_option=local) AS SELECT id FROM t",
    "view public.v",
    "options",
  ),
  inTable(
    "the default of a view's column is seen",
    "CREATE VIEW v AS SELECT id, x FROM t; ALTER VIEW v ALTER COLUMN x SET DEFAULT 'a'",
    "CREATE VIEW v AS SELECT id, x FROM t; ALTER VIEW v ALTER COLUMN x SET DEFAULT 'b'",
    "default public.v.x",
    "expression",
  ),
  inTable(
    "the comment on a view's column is seen",
    "CREATE VIEW v AS SELECT id FROM t; COMMENT ON COLUMN v.id IS 'a'",
    "CREATE VIEW v AS SELECT id FROM t; COMMENT ON COLUMN v.id IS 'b'",
    "comment on view column public.v.id",
    "text",
  ),
  {
    title: "a view's triggers, grants, defaults, owner and comments outlive its replacement",
    given: `${given}; ${triggerFunction}`,
    before: `CREATE VIEW v AS SELECT x, id FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();
      GRANT SELECT ON v TO one; COMMENT ON COLUMN v.id IS 'c'; ALTER VIEW v ALTER id SET DEFAULT 3; ALTER VIEW v OWNER TO two`,
    after: `CREATE VIEW v AS SELECT id, x FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();
      GRANT SELECT ON v TO one; COMMENT ON COLUMN v.id IS 'c'; ALTER VIEW v ALTER id SET DEFAULT 3; ALTER VIEW v OWNER TO two`,
    sees: ["view public.v", "definition"],
    way: "replaced",
  },
  {
    title: "a materialised view's query changes by a new one, with its indexes and grants",
    given,
    rows,
    before:
      "CREATE MATERIALIZED VIEW m AS SELECT id, x FROM t; CREATE INDEX i ON m (id); GRANT SELECT ON m TO one",
    after:
      "CREATE MATERIALIZED VIEW m AS SELECT id, x FROM t WHERE id > 1; CREATE INDEX i ON m (id); GRANT SELECT ON m TO one",
    sees: ["materialized view public.m", "definition"],
    way: "replaced",
    keeps,
    answers: ["SELECT count(*) FROM m", "1"],
  },
  inTable(
    "whether a materialised view is populated is seen",
    "CREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH DATA",
    "CREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH NO DATA",
    "materialized view public.m",
    "populated",
  ),
  inTable(
    "storage parameters of a materialised view are seen",
    "CREATE MATERIALIZED VIEW m WITH (fillfactor=90) AS SELECT x FROM t",
    "CREATE MATERIALIZED VIEW m WITH (autovacuum_enabled=false, toast.autovacuum_enabled=false) AS SELECT x FROM t",
    "materialized view public.m",
    "options",
  ),
  inTable(
    "settings of a materialised view's column are seen",
    "CREATE MATERIALIZED VIEW m AS SELECT x FROM t",
    `CREATE MATERIALIZED VIEW m AS SELECT x FROM t; ALTER MATERIALIZED VIEW m ALTER x SET STORAGE EXTERNAL;
     ALTER MATERIALIZED VIEW m ALTER x SET COMPRESSION pglz; ALTER MATERIALIZED VIEW m ALTER x SET STATISTICS 7;
     ALTER MATERIALIZED VIEW m ALTER x SET (n_distinct=5)`,
    "view column public.m.x",
    "storage",
    "compression",
    "statistics",
    "options",
  ),
  {
    title: "a view becomes a table of the same name",
    given,
    before: "CREATE VIEW v AS SELECT id FROM t",
    after: "CREATE TABLE v (id integer)",
    sees: ["view public.v"],
    way: "comes and goes",
  },
  inTable(
    "a trigger changes by CREATE OR REPLACE",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "CREATE TRIGGER g AFTER UPDATE OF x ON t FOR EACH ROW WHEN (old.x <> new.x) EXECUTE FUNCTION g()",
    "trigger public.t.g",
    "definition",
  ),
  {
    ...inTable(
      "a trigger becomes a constraint trigger by a new one",
      "CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
      "CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f()",
      "trigger public.t.g",
      "definition",
      "constraint",
    ),
    way: "replaced",
  },
  inTable(
    "a disabled trigger is seen",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER g",
    "trigger public.t.g",
    "enabled",
  ),
  {
    title: "a trigger stays disabled when it is replaced",
    given: `${given}; ${triggerFunction}`,
    before:
      "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER g",
    after:
      "CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER g",
    sees: ["trigger public.t.g", "definition"],
    way: "in place",
  },
  ...(["REPLICA", "ALWAYS"] as const).map((state) =>
    inTable(
      `a trigger that is enabled ${state} is seen`,
      "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
      `CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ${state} TRIGGER g`,
      "trigger public.t.g",
      "enabled",
    ),
  ),
  {
    ...inTable(
      "a trigger's definition and state change together",
      "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER g",
      "CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE REPLICA TRIGGER g",
      "trigger public.t.g",
      "definition",
      "enabled",
    ),
  },
  inTable(
    "a disabled trigger gets another definition and is enabled",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER g",
    "CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "trigger public.t.g",
    "definition",
    "enabled",
  ),
  inTable(
    "the transition tables of a trigger change in place",
    "CREATE TRIGGER g AFTER UPDATE ON t REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION f('a', 'it''s')",
    'CREATE TRIGGER g AFTER UPDATE ON t REFERENCING OLD TABLE AS "it was" NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION f()',
    "trigger public.t.g",
    "definition",
  ),
  {
    ...inTable(
      "a constraint trigger changes by a new one, and its comment and state stay",
      `CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
       COMMENT ON TRIGGER g ON t IS 'kept'; ALTER TABLE t ENABLE ALWAYS TRIGGER g`,
      `CREATE CONSTRAINT TRIGGER g AFTER INSERT OR UPDATE OF x ON t FROM r DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
         WHEN (new.id > 3) EXECUTE FUNCTION g('an argument');
       COMMENT ON TRIGGER g ON t IS 'kept'; ALTER TABLE t ENABLE ALWAYS TRIGGER g`,
      "trigger public.t.g",
      "definition",
    ),
    given: `${given}; CREATE TABLE r (id integer); ${triggerFunction}`,
    way: "replaced",
    keeps: "SELECT obj_description(oid), tgenabled FROM pg_trigger WHERE tgname = 'g'",
  },
  {
    ...inTable(
      "the comment on a trigger stays when its definition changes in place",
      "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); COMMENT ON TRIGGER g ON t IS 'kept'",
      "CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f(); COMMENT ON TRIGGER g ON t IS 'kept'",
      "trigger public.t.g",
      "definition",
    ),
    keeps: "SELECT obj_description(oid) FROM pg_trigger WHERE tgname = 'g'",
  },
  inTable(
    "a policy's roles and expressions change in place",
    "CREATE POLICY p ON t TO one USING (id > 0) WITH CHECK (id > 0)",
    "CREATE POLICY p ON t TO two USING (id > 1) WITH CHECK (id > 2)",
    "policy public.t.p",
    "roles",
    "using",
    "check",
  ),
  {
    ...inTable(
      "a policy becomes restrictive by a new one",
      "CREATE POLICY p ON t USING (true)",
      "CREATE POLICY p ON t AS RESTRICTIVE USING (true)",
      "policy public.t.p",
      "permissive",
    ),
    way: "replaced",
  },
  {
    ...inTable(
      "a policy's command changes by a new one",
      "CREATE POLICY p ON t FOR SELECT USING (true)",
      "CREATE POLICY p ON t FOR DELETE USING (true)",
      "policy public.t.p",
      "command",
    ),
    way: "replaced",
  },
  {
    ...inTable(
      "an expression is added to a policy in place and goes by a new one",
      "CREATE POLICY p ON t USING (true)",
      "CREATE POLICY p ON t USING (true) WITH CHECK (id > 0)",
      "policy public.t.p",
      "check",
    ),
    back: "replaced",
  },
];
