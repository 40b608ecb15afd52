import type { ChangeCase } from "./change.js";

const enumOf = (...labels: string[]) =>
  `CREATE TYPE e AS ENUM (${labels.map((label) => `'${label}'`).join(", ")})`;
const users = `CREATE TABLE t (id integer, c e DEFAULT 'b', l e[]); CREATE INDEX i ON t (c);
  CREATE VIEW v AS SELECT c FROM t WHERE c = 'b'; CREATE DOMAIN d AS e;
  CREATE FUNCTION f(x e) RETURNS e LANGUAGE sql AS 'SELECT $1'; ALTER TABLE t ADD CONSTRAINT k CHECK (c <> 'a'); GRANT USAGE ON TYPE e TO one`;
const rows = "INSERT INTO t VALUES (1, 'b', '{b,c}'), (2, 'c', '{}')";
const keeps = "SELECT id, c::text, l::text FROM t ORDER BY 1";
const domain = (rest: string) => `CREATE DOMAIN d AS ${rest}; CREATE TABLE t (id integer, c d)`;
const domainRows = "INSERT INTO t VALUES (1, 'x')";
const domainKeeps = "SELECT id, c::text FROM t ORDER BY 1";
const e = "enum public.e";
const d = "domain public.d";

export const typeCases: readonly ChangeCase[] = [
  {
    title:
      "enum values are added in place, at their place; to remove them is a new type, and the rows move over",
    before: `${enumOf("a", "b", "c")}; ${users}`,
    after: `${enumOf("first", "a", "between", "b", "c", "last")}; ${users}`,
    rows,
    sees: [e, "labels"],
    way: "in place",
    back: "replaced",
    keeps,
  },
  {
    title: "a new enum value is usable in the same plan, after a commit",
    before: `${enumOf("a", "b")}; CREATE TABLE t (id integer, c e DEFAULT 'a')`,
    after: `${enumOf("a", "b", "c")}; CREATE TABLE t (id integer, c e DEFAULT 'c')`,
    rows: "INSERT INTO t VALUES (1, 'b')",
    sees: [e, "labels"],
    way: "in place",
    back: "replaced",
    keeps: "SELECT id, c::text FROM t",
  },
  {
    title: "a column leaves an enum that is replaced meanwhile, with a storage of its own",
    before: `${enumOf("a", "b", "c")}; CREATE TABLE t (id integer, c e, l e)`,
    after: `${enumOf("c", "b", "a")}; CREATE TABLE t (id integer, c text, l e); ALTER TABLE t ALTER c SET STORAGE EXTERNAL`,
    rows: "INSERT INTO t VALUES (1, 'b', 'a')",
    sees: ["column public.t.c", "type", "storage"],
    way: "in place",
    keeps,
  },
  {
    title: "enum reorder is seen, with rows, default, array, domain, function, check, index and view on it",
    before: `${enumOf("a", "b", "c")}; ${users}`,
    after: `${enumOf("c", "b", "a")}; ${users}`,
    rows,
    sees: [e, "labels"],
    way: "replaced",
    keeps,
  },
  {
    title: "a removed enum value does not take the rows of the others",
    before: `${enumOf("a", "b", "c", "gone")}; ${users}`,
    after: `${enumOf("a", "b", "c")}; ${users}`,
    rows,
    sees: [e, "labels"],
    way: "replaced",
    back: "in place",
    keeps,
  },
  {
    title: "the base type of a domain is seen, and its columns keep their values",
    before: domain("text"),
    after: domain("varchar(20)"),
    rows: domainRows,
    sees: [d, "type"],
    way: "replaced",
    keeps: domainKeeps,
  },
  {
    title: "the collation of a domain is seen",
    before: domain("text"),
    after: domain('text COLLATE "C"'),
    rows: domainRows,
    sees: [d, "collation"],
    way: "replaced",
    keeps: domainKeeps,
  },
  {
    title: "a domain's default changes in place",
    before: domain("text DEFAULT 'a'"),
    after: domain("text DEFAULT 'b'"),
    rows: domainRows,
    sees: [d, "default"],
    way: "in place",
    keeps: domainKeeps,
  },
  {
    title: "a domain's NOT NULL changes in place",
    before: domain("text"),
    after: domain("text NOT NULL"),
    rows: domainRows,
    sees: [d, "notNull"],
    alsoSees: "notNullName",
    way: "in place",
    keeps: domainKeeps,
  },
  {
    title: "a domain that arrays hold becomes NOT NULL by a new domain",
    before: "CREATE DOMAIN d AS text; CREATE TABLE t (id integer, c d[])",
    after: "CREATE DOMAIN d AS text NOT NULL; CREATE TABLE t (id integer, c d[])",
    rows: "INSERT INTO t VALUES (1, '{x}')",
    sees: [d, "notNull"],
    alsoSees: "notNullName",
    way: "replaced",
    back: "in place",
    keeps: domainKeeps,
  },
  {
    title: "a domain that arrays hold gets a check by a new domain",
    before: "CREATE DOMAIN d AS text; CREATE TABLE t (id integer, c d[])",
    after:
      "CREATE DOMAIN d AS text CONSTRAINT k CHECK (VALUE <> 'never'); CREATE TABLE t (id integer, c d[])",
    rows: "INSERT INTO t VALUES (1, '{x}')",
    sees: ["domain constraint public.d.k"],
    way: "comes and goes",
    keeps: domainKeeps,
  },
  {
    title: "a domain's check changes",
    before: domain("text CONSTRAINT k CHECK (VALUE <> 'a')"),
    after: domain("text CONSTRAINT k CHECK (VALUE <> 'b')"),
    rows: domainRows,
    sees: ["domain constraint public.d.k", "definition"],
    way: "replaced",
    keeps: domainKeeps,
  },
  {
    title: "a domain's check NOT VALID that becomes valid is VALIDATE",
    before: `${domain("text")}; ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE <> 'a') NOT VALID`,
    after: `${domain("text")}; ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE <> 'a')`,
    rows: domainRows,
    sees: ["domain constraint public.d.k", "validated"],
    way: "in place",
    back: "replaced",
    keeps: domainKeeps,
  },
];
