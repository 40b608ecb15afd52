import type { ChangeCase } from "./change.js";

const given =
  "CREATE TABLE p (id integer PRIMARY KEY, x integer, UNIQUE (id, x)); CREATE TABLE t (id integer, x integer)";
const add = (text: string) => `ALTER TABLE t ADD CONSTRAINT k ${text}`;
const k = "constraint public.t.k";
const keeps = "SELECT * FROM t ORDER BY 1";
const rows = "INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO t VALUES (1, 1), (2, 2)";

const changed = (title: string, before: string, after: string, ...attributes: string[]): ChangeCase => ({
  title,
  given,
  rows,
  before: add(before),
  after: add(after),
  sees: [k, ...attributes],
  way: "replaced",
  keeps,
});

const temporal = (title: string, before: string, after: string, ...attributes: string[]): ChangeCase => ({
  ...changed(title, before, after, ...attributes),
  since: 18,
  given: `CREATE EXTENSION btree_gist;
    CREATE TABLE p (id integer, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS)); CREATE TABLE t (id integer, x integer, at daterange)`,
  rows: "INSERT INTO p VALUES (1, '[2020-01-01,2021-01-01)'); INSERT INTO t VALUES (1, 1, '[2020-01-01,2021-01-01)')",
});

export const constraintCases: readonly ChangeCase[] = [
  changed("a check changes", "CHECK (x > 0)", "CHECK (x > -1)", "definition"),
  changed("NO INHERIT is seen", "CHECK (x > 0)", "CHECK (x > 0) NO INHERIT", "definition"),
  changed("a unique key becomes the primary key", "UNIQUE (id)", "PRIMARY KEY (id)", "type", "definition"),
  changed(
    "the order of columns in a key is the declared one",
    "UNIQUE (id, x)",
    "UNIQUE (x, id)",
    "definition",
  ),
  changed("INCLUDE columns are seen", "UNIQUE (id)", "UNIQUE (id) INCLUDE (x)", "definition"),
  {
    ...changed("NULLS NOT DISTINCT is seen", "UNIQUE (id)", "UNIQUE NULLS NOT DISTINCT (id)", "definition"),
    since: 15,
  },
  changed(
    "MATCH FULL is seen",
    "FOREIGN KEY (id) REFERENCES p",
    "FOREIGN KEY (id) REFERENCES p MATCH FULL",
    "definition",
  ),
  {
    ...changed(
      "SET NULL (columns) is seen",
      "FOREIGN KEY (id, x) REFERENCES p (id, x) ON DELETE SET NULL",
      "FOREIGN KEY (id, x) REFERENCES p (id, x) ON DELETE SET NULL (x)",
      "definition",
    ),
    since: 15,
  },
  changed(
    "the action of a foreign key is seen",
    "FOREIGN KEY (id) REFERENCES p",
    "FOREIGN KEY (id) REFERENCES p ON UPDATE CASCADE ON DELETE RESTRICT",
    "definition",
  ),
  changed("a unique key becomes deferrable", "UNIQUE (id)", "UNIQUE (id) DEFERRABLE", "deferrable"),
  changed(
    "a unique key becomes deferred",
    "UNIQUE (id) DEFERRABLE",
    "UNIQUE (id) DEFERRABLE INITIALLY DEFERRED",
    "deferred",
  ),
  {
    ...changed(
      "only a foreign key's deferral changes in place",
      "FOREIGN KEY (id) REFERENCES p",
      "FOREIGN KEY (id) REFERENCES p DEFERRABLE INITIALLY DEFERRED",
      "deferrable",
      "deferred",
    ),
    way: "in place",
  },
  {
    ...changed(
      "a foreign key NOT VALID that becomes valid is VALIDATE, and the other way a new one",
      "FOREIGN KEY (id) REFERENCES p NOT VALID",
      "FOREIGN KEY (id) REFERENCES p",
      "validated",
    ),
    way: "in place",
    back: "replaced",
  },
  {
    ...changed(
      "a check NOT VALID that becomes valid is VALIDATE",
      "CHECK (x > 0) NOT VALID",
      "CHECK (x > 0)",
      "validated",
    ),
    way: "in place",
    back: "replaced",
  },
  {
    title: "a constraint wanted NOT VALID is not validated, also in a new table",
    before: "",
    after: "CREATE TABLE n (x integer); ALTER TABLE n ADD CONSTRAINT k CHECK (x > 0) NOT VALID",
    sees: ["constraint public.n.k"],
    way: "comes and goes",
  },
  {
    ...changed(
      "the fill factor behind a key changes in place",
      "UNIQUE (id)",
      "UNIQUE (id) WITH (fillfactor=70)",
      "options",
    ),
    way: "in place",
  },
  changed(
    "an exclusion constraint's operator is seen",
    "EXCLUDE USING gist (int4range(id, x) WITH &&) WHERE (x > id)",
    "EXCLUDE USING gist (int4range(id, x) WITH -|-) WHERE (x > id)",
    "definition",
  ),
  {
    title: "mutual foreign keys are added after both tables",
    before: "",
    after: `CREATE TABLE a (id integer PRIMARY KEY, b integer); CREATE TABLE b (id integer PRIMARY KEY, a integer);
      ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b; ALTER TABLE b ADD CONSTRAINT ba FOREIGN KEY (a) REFERENCES a`,
    sees: ["constraint public.a.ab"],
    way: "comes and goes",
  },
  {
    title: "two identical unique constraints on one table are two",
    before: "",
    after: `CREATE TABLE n (x integer);
      ALTER TABLE n ADD CONSTRAINT k UNIQUE (x); ALTER TABLE n ADD CONSTRAINT l UNIQUE (x); ALTER TABLE n ADD PRIMARY KEY (x)`,
    sees: ["constraint public.n.l"],
    way: "comes and goes",
  },
  {
    title: "a view that groups by the primary key goes and comes back around it",
    given: "CREATE TABLE t (id integer, x integer)",
    rows: "INSERT INTO t VALUES (1, 1)",
    before:
      "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id); CREATE VIEW v AS SELECT id, x FROM t GROUP BY id",
    after:
      "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id) INCLUDE (x); CREATE VIEW v AS SELECT id, x FROM t GROUP BY id",
    sees: [k, "definition"],
    way: "replaced",
    keeps: "SELECT * FROM t",
  },
  {
    title:
      "what hangs on a key outlives its replacement: comments, CLUSTER mark, replica identity, foreign keys",
    given: "CREATE TABLE t (id integer NOT NULL, x integer); CREATE TABLE r (id integer)",
    before: `ALTER TABLE t ADD CONSTRAINT k UNIQUE (id); ALTER TABLE t CLUSTER ON k; ALTER TABLE t REPLICA IDENTITY USING INDEX k;
      COMMENT ON CONSTRAINT k ON t IS 'the key'; COMMENT ON INDEX k IS 'its index';
      ALTER TABLE r ADD FOREIGN KEY (id) REFERENCES t (id)`,
    after: `ALTER TABLE t ADD CONSTRAINT k UNIQUE (id) INCLUDE (x); ALTER TABLE t CLUSTER ON k;
      ALTER TABLE t ADD CONSTRAINT l UNIQUE (id); ALTER TABLE t REPLICA IDENTITY USING INDEX l;
      COMMENT ON CONSTRAINT k ON t IS 'the key'; COMMENT ON INDEX k IS 'its index';
      ALTER TABLE r ADD FOREIGN KEY (id) REFERENCES t (id)`,
    sees: [k, "definition"],
    way: "replaced",
  },
  {
    title: "a foreign key to the same table comes after the key that it rests on, which is like another",
    before: "",
    after: `CREATE TABLE n (id integer CONSTRAINT n_pkey PRIMARY KEY, up integer);
      ALTER TABLE n ADD CONSTRAINT a UNIQUE (id) DEFERRABLE, ADD CONSTRAINT k FOREIGN KEY (up) REFERENCES n (id)`,
    sees: ["constraint public.n.k"],
    way: "comes and goes",
  },
  {
    title: "a foreign key does not rest on a key that goes",
    given: "CREATE TABLE r (id integer)",
    rows: "INSERT INTO t VALUES (1, 1); INSERT INTO r VALUES (1)",
    before:
      "CREATE TABLE t (id integer PRIMARY KEY, x integer NOT NULL); ALTER TABLE r ADD FOREIGN KEY (id) REFERENCES t (id)",
    after:
      "CREATE TABLE t (id integer NOT NULL, x integer NOT NULL, PRIMARY KEY (id, x), UNIQUE (id)); ALTER TABLE r ADD FOREIGN KEY (id) REFERENCES t (id)",
    sees: ["constraint public.t.t_pkey", "definition"],
    way: "replaced",
    keeps: "SELECT * FROM t",
  },
  {
    title: "a foreign key outlives a change to a column that its key includes",
    given: "CREATE TABLE r (id integer)",
    rows: "INSERT INTO t VALUES (1, 1); INSERT INTO r VALUES (1)",
    before:
      "CREATE TABLE t (id integer, x integer, UNIQUE (id) INCLUDE (x)); ALTER TABLE r ADD FOREIGN KEY (id) REFERENCES t (id)",
    after:
      "CREATE TABLE t (id integer, x bigint, UNIQUE (id) INCLUDE (x)); ALTER TABLE r ADD FOREIGN KEY (id) REFERENCES t (id)",
    sees: ["column public.t.x", "type"],
    way: "in place",
    keeps: "SELECT id, x::text FROM t",
  },
  {
    ...changed(
      "a foreign key that is not enforced becomes enforced in place",
      "FOREIGN KEY (id) REFERENCES p NOT ENFORCED",
      "FOREIGN KEY (id) REFERENCES p",
      "enforced",
    ),
    since: 18,
    way: "in place",
  },
  {
    ...changed(
      "a foreign key's enforcement and deferral change together in place",
      "FOREIGN KEY (id) REFERENCES p NOT ENFORCED",
      "FOREIGN KEY (id) REFERENCES p DEFERRABLE INITIALLY DEFERRED",
      "deferrable",
      "deferred",
      "enforced",
    ),
    since: 18,
    way: "in place",
  },
  {
    ...changed(
      "a foreign key's deferral changes in place while it is not enforced",
      "FOREIGN KEY (id) REFERENCES p DEFERRABLE NOT ENFORCED",
      "FOREIGN KEY (id) REFERENCES p DEFERRABLE INITIALLY DEFERRED NOT ENFORCED",
      "deferred",
    ),
    since: 18,
    way: "in place",
  },
  {
    ...changed(
      "a foreign key NOT VALID is no longer enforced in place, and comes back NOT VALID by a new one",
      "FOREIGN KEY (id) REFERENCES p NOT VALID",
      "FOREIGN KEY (id) REFERENCES p NOT ENFORCED",
      "validated",
      "enforced",
    ),
    since: 18,
    way: "in place",
    back: "replaced",
  },
  {
    ...changed(
      "a check's enforcement changes by a new one",
      "CHECK (x > 0) NOT ENFORCED",
      "CHECK (x > 0)",
      "enforced",
    ),
    since: 18,
  },
  {
    ...changed(
      "a check NOT VALID that is not enforced any more is a new one",
      "CHECK (x > 0) NOT VALID",
      "CHECK (x > 0) NO INHERIT NOT ENFORCED",
      "definition",
      "validated",
      "enforced",
    ),
    since: 18,
  },
  {
    title: "constraints that are not enforced come with their table, and rows that break them stay",
    since: 18,
    given: "CREATE TABLE p (id integer PRIMARY KEY)",
    before: "",
    after: `CREATE TABLE n (x integer CONSTRAINT c CHECK (x > ' NOT ENFORCED'::text::integer) NOT ENFORCED,
      CONSTRAINT f FOREIGN KEY (x) REFERENCES p NOT ENFORCED)`,
    sees: ["constraint public.n.f"],
    way: "comes and goes",
    answers: ["INSERT INTO n VALUES (-1) RETURNING x", "-1"],
  },
  temporal(
    "a key becomes one without overlaps",
    "UNIQUE (id, at)",
    "UNIQUE (id, at WITHOUT OVERLAPS)",
    "definition",
  ),
  temporal(
    "a key without overlaps becomes the primary key",
    "UNIQUE (id, at WITHOUT OVERLAPS) WITH (fillfactor=70)",
    "PRIMARY KEY (id, at WITHOUT OVERLAPS) WITH (fillfactor=70)",
    "type",
    "definition",
  ),
  temporal(
    "a key without overlaps becomes deferrable",
    "UNIQUE (id, at WITHOUT OVERLAPS) INCLUDE (x)",
    "UNIQUE (id, at WITHOUT OVERLAPS) INCLUDE (x) DEFERRABLE INITIALLY DEFERRED",
    "deferrable",
    "deferred",
  ),
  temporal(
    "a foreign key over a period changes its columns",
    "FOREIGN KEY (id, PERIOD at) REFERENCES p (id, PERIOD at)",
    "FOREIGN KEY (x, PERIOD at) REFERENCES p (id, PERIOD at)",
    "definition",
  ),
  {
    ...temporal(
      "a foreign key over a period is deferred in place",
      "FOREIGN KEY (id, PERIOD at) REFERENCES p (id, PERIOD at)",
      "FOREIGN KEY (id, PERIOD at) REFERENCES p (id, PERIOD at) DEFERRABLE INITIALLY DEFERRED",
      "deferrable",
      "deferred",
    ),
    way: "in place",
  },
  {
    title: "tables with keys over periods come and go",
    since: 18,
    before: "",
    after: `CREATE EXTENSION btree_gist; CREATE TABLE "p p" ("an id" integer, "the time" daterange,
        PRIMARY KEY ("an id", "the time" WITHOUT OVERLAPS));
      CREATE TABLE n (x integer, at daterange, CONSTRAINT k FOREIGN KEY (x, PERIOD at) REFERENCES "p p");
      COMMENT ON CONSTRAINT k ON n IS 'period'`,
    sees: ["constraint public.n.k"],
    way: "comes and goes",
    answers: ["SELECT count(*) FROM pg_constraint WHERE conperiod", "2"],
  },
  {
    title: "the comment on a constraint is seen",
    given: `${given}; ${add("CHECK (x > 0)")}`,
    before: "COMMENT ON CONSTRAINT k ON t IS 'one'",
    after: "COMMENT ON CONSTRAINT k ON t IS 'two'",
    sees: ["comment on constraint public.t.k", "text"],
    way: "in place",
  },
  {
    title: "the comment on the index behind a key is seen, apart from the key's",
    given: `${given}; ${add("UNIQUE (x)")}; COMMENT ON CONSTRAINT k ON t IS 'same'`,
    before: "COMMENT ON INDEX k IS 'one'",
    after: "COMMENT ON INDEX k IS 'two'",
    sees: ["comment index on constraint public.t.k", "text"],
    way: "in place",
  },
];
