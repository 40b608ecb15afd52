import { describe, expect, test } from "vitest";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { describeChanges } from "../../src/proof/prove.js";
import { openShadow } from "../corpus/open-shadow.js";
import { eachPostgres, newestServer } from "../support/databases.js";

const table = "CREATE TABLE t (id integer NOT NULL, x text, y integer)";

/** Two ways to write one thing. */
const same: readonly (readonly [what: string, one: string, other: string])[] = [
  [
    "names of types",
    "CREATE TABLE t (a int4, b int8, c bool, d varchar(3), e timestamptz, f float8, g decimal(4, 2), h char(2))",
    "CREATE TABLE t (a integer, b bigint, c boolean, d character varying(3), e timestamp with time zone, f double precision, g numeric(4,2), h character(2))",
  ],
  [
    "IN and = ANY",
    `${table}; ALTER TABLE t ADD CONSTRAINT k CHECK (y IN (1, 2))`,
    `${table}; ALTER TABLE t ADD CONSTRAINT k CHECK (y = ANY (ARRAY[1, 2]))`,
  ],
  [
    "BETWEEN",
    `${table}; ALTER TABLE t ADD CONSTRAINT k CHECK (y BETWEEN 1 AND 2)`,
    `${table}; ALTER TABLE t ADD CONSTRAINT k CHECK (y >= 1 AND y <= 2)`,
  ],
  [
    "casts on defaults",
    `${table}; ALTER TABLE t ALTER x SET DEFAULT 'a', ALTER y SET DEFAULT 1`,
    `${table}; ALTER TABLE t ALTER x SET DEFAULT 'a'::text, ALTER y SET DEFAULT (1)`,
  ],
  ["DEFAULT NULL", "CREATE TABLE t (a integer DEFAULT NULL)", "CREATE TABLE t (a integer)"],
  [
    "quoted names in lower case",
    'CREATE TABLE "public"."t" ("id" integer, "Odd" text)',
    'CREATE TABLE T (ID integer, "Odd" text)',
  ],
  [
    "what an index has by default",
    `${table}; CREATE INDEX i ON t (x)`,
    `${table}; CREATE INDEX i ON public.t USING btree (x text_ops ASC NULLS LAST)`,
  ],
  [
    "NULLS FIRST of a descending index",
    `${table}; CREATE INDEX i ON t (x DESC)`,
    `${table}; CREATE INDEX i ON t (x DESC NULLS FIRST)`,
  ],
  [
    "what a foreign key has by default",
    "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (a integer CONSTRAINT k REFERENCES p)",
    "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (a integer, CONSTRAINT k FOREIGN KEY (a) REFERENCES p (id) MATCH SIMPLE ON DELETE NO ACTION ON UPDATE NO ACTION NOT DEFERRABLE INITIALLY IMMEDIATE)",
  ],
  [
    "serial and what it stands for",
    "CREATE TABLE t (a serial)",
    "CREATE SEQUENCE t_a_seq AS integer; CREATE TABLE t (a integer NOT NULL DEFAULT nextval('t_a_seq')); ALTER SEQUENCE t_a_seq OWNED BY t.a",
  ],
  [
    "a key inside and outside of its table",
    "CREATE TABLE t (a integer PRIMARY KEY, b text UNIQUE)",
    "CREATE TABLE t (a integer NOT NULL, b text); ALTER TABLE t ADD PRIMARY KEY (a), ADD UNIQUE (b)",
  ],
  [
    "the options of a sequence by default",
    "CREATE SEQUENCE s",
    "CREATE SEQUENCE s AS bigint INCREMENT BY 1 MINVALUE 1 START WITH 1 CACHE 1 NO CYCLE",
  ],
  [
    "what a function is by default",
    "CREATE FUNCTION f(a int) RETURNS int AS 'SELECT 1' LANGUAGE sql",
    "CREATE OR REPLACE FUNCTION public.f(IN a integer) RETURNS integer LANGUAGE SQL VOLATILE CALLED ON NULL INPUT SECURITY INVOKER COST 100 PARALLEL UNSAFE AS $$SELECT 1$$",
  ],
  [
    "what a trigger is by default",
    `${table}; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()`,
    `${table}; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER g BEFORE UPDATE OR INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f()`,
  ],
  [
    "what a policy is by default",
    `${table}; CREATE POLICY p ON t USING (y > 0)`,
    `${table}; CREATE POLICY p ON t AS PERMISSIVE FOR ALL TO PUBLIC USING ((y > 0))`,
  ],
  [
    "a view's white space, case and aliases",
    `${table}; CREATE VIEW v AS SELECT id, x FROM t WHERE y > 0`,
    `${table}; CREATE VIEW v (id, x) AS\n  select t.id,\n  t.x as x\n from public.t where (t.y > 0)`,
  ],
  [
    "the order of statements",
    `${table}; CREATE INDEX a ON t (x); CREATE INDEX b ON t (y); GRANT SELECT ON t TO PUBLIC; GRANT INSERT ON t TO PUBLIC`,
    `${table}; GRANT INSERT, SELECT ON t TO PUBLIC; CREATE INDEX b ON t (y); CREATE INDEX a ON t (x)`,
  ],
  [
    "the order of storage parameters",
    `${table.replace("CREATE", "CREATE")} WITH (fillfactor = 70, autovacuum_enabled = false)`,
    `${table} WITH (autovacuum_enabled = false, fillfactor = 70)`,
  ],
  [
    "a grant and what it was before",
    `${table}`,
    `${table}; GRANT SELECT ON t TO PUBLIC; REVOKE SELECT ON t FROM PUBLIC`,
  ],
  [
    "columns after one that was dropped",
    "CREATE TABLE t (a integer, b text)",
    "CREATE TABLE t (gone text, a integer, b text); ALTER TABLE t DROP COLUMN gone",
  ],
  ["an array's bounds", "CREATE TABLE t (a integer[])", "CREATE TABLE t (a integer ARRAY[4])"],
  [
    "NOT NULL of an identity",
    "CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY)",
    "CREATE TABLE t (a integer NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 1))",
  ],
];

const some = eachPostgres.filter((one) => one === "pglite" || one === newestServer()?.major);

describe.each(some)("two texts of one meaning differ in nothing on PostgreSQL %s", (postgres) => {
  const open = openShadow(postgres);

  test.each(same)("%s", async (_, one, other) => {
    const { database } = open().shadow;
    const read = (text: string) =>
      database.trial(async () => {
        await database.script(text);
        return introspectHere(database);
      });
    const [a, b] = [await read(one), await read(other)];
    expect(describeChanges(diff(a, b))).toEqual([]);
    expect(a.fingerprint).toBe(b.fingerprint);
    expect(a.fingerprint).not.toBe((await read("")).fingerprint);
  });
});
