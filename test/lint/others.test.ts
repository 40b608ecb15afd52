import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isLintCode, type LintCode } from "../../src/lint/codes.js";
import { type Linter, type LinterOptions, openLinter } from "./linter.js";

const page = await readFile(join(import.meta.dirname, "../../docs/lint.md"), "utf8");
/** squawk's rules, and those of dm that the page names beside them. */
const compared = new Map(
  (/## Compared[^#]*/.exec(page)?.[0] ?? "").split("\n").flatMap((line) => {
    const [, theirs = "", ours = "", why = ""] = line.split("|").map((cell) => cell.trim());
    const codes = [...ours.matchAll(/`([a-z-]+)`/g)].map(([, code = ""]) => code);
    return [...theirs.matchAll(/`([a-z-]+)`/g)].map(([, rule = ""]) => [rule, { codes, why }] as const);
  }),
);

const setup = `
CREATE SCHEMA app;
CREATE TYPE app.status AS ENUM ('new', 'done');
CREATE TABLE app.accounts (id bigint PRIMARY KEY, email text, note varchar(20), started timestamptz NOT NULL);
CREATE TABLE app.orders (id bigint PRIMARY KEY, account_id bigint, amount integer, state text NOT NULL DEFAULT 'new');
CREATE INDEX orders_amount_idx ON app.orders (amount);
CREATE TABLE app.lines (order_id bigint REFERENCES app.orders, price numeric);
CREATE DOMAIN app.positive AS integer;
ALTER TABLE app.lines ADD COLUMN pieces app.positive;
CREATE TABLE app.log (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE app.log_1 PARTITION OF app.log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
`;

/** What each of squawk's rules is about, in a revision or a schema file, and what dm finds there. */
const revisions: readonly (readonly [rule: string, sql: string, codes: readonly LintCode[]])[] = [
  [
    "adding-field-with-default",
    "ALTER TABLE app.orders ADD COLUMN key float8 DEFAULT random();",
    ["column-rewrites-table"],
  ],
  ["adding-field-with-default", "ALTER TABLE app.orders ADD COLUMN key integer DEFAULT 10;", []],
  [
    "adding-field-with-default",
    "ALTER TABLE app.orders ADD COLUMN twice integer GENERATED ALWAYS AS (amount * 2) STORED;",
    ["column-rewrites-table"],
  ],
  [
    "adding-foreign-key-constraint",
    "ALTER TABLE app.orders ADD CONSTRAINT fk FOREIGN KEY (account_id) REFERENCES app.accounts;",
    ["constraint-without-not-valid"],
  ],
  [
    "adding-foreign-key-constraint",
    "ALTER TABLE app.orders ADD CONSTRAINT fk FOREIGN KEY (account_id) REFERENCES app.accounts NOT VALID;",
    [],
  ],
  [
    "adding-foreign-key-constraint",
    "CREATE TABLE app.mails (id bigint PRIMARY KEY, account_id bigint REFERENCES app.accounts);",
    [],
  ],
  [
    "adding-not-nullable-field",
    "ALTER TABLE app.orders ALTER COLUMN account_id SET NOT NULL;",
    ["not-null-scan"],
  ],
  ["adding-required-field", "ALTER TABLE app.orders ADD COLUMN place integer NOT NULL;", ["required-column"]],
  ["adding-required-field", "ALTER TABLE app.orders ADD COLUMN place integer NOT NULL DEFAULT 1;", []],
  [
    "adding-serial-primary-key-field",
    "ALTER TABLE app.lines ADD COLUMN id serial PRIMARY KEY;",
    ["key-builds-index", "column-rewrites-table"],
  ],
  [
    "ban-alter-domain-with-add-constraint",
    "ALTER DOMAIN app.positive ADD CONSTRAINT over_0 CHECK (VALUE > 0);",
    ["constraint-without-not-valid"],
  ],
  [
    "ban-concurrent-index-creation-in-transaction",
    "CREATE INDEX CONCURRENTLY email_idx ON app.accounts (email);",
    ["concurrently-in-transaction"],
  ],
  ["ban-create-domain-with-constraint", "CREATE DOMAIN app.share AS integer CHECK (VALUE < 100);", []],
  ["ban-drop-column", "ALTER TABLE app.orders DROP COLUMN amount;", ["drop-column"]],
  ["ban-drop-database", "-- dm:step autocommit\nDROP DATABASE shop;", ["drop-database"]],
  ["ban-drop-not-null", "ALTER TABLE app.orders ALTER COLUMN state DROP NOT NULL;", ["drop-not-null"]],
  ["ban-drop-table", "DROP TABLE app.lines;", ["drop-table"]],
  ["ban-truncate-cascade", "TRUNCATE app.orders CASCADE;", ["truncate", "truncate-cascade"]],
  ["ban-uncommitted-transaction", "BEGIN; SELECT 1;", ["transaction-statement"]],
  [
    "changing-column-type",
    "ALTER TABLE app.orders ALTER COLUMN amount TYPE bigint USING amount::bigint;",
    ["type-change-rewrites-table"],
  ],
  ["changing-column-type", "ALTER TABLE app.accounts ALTER COLUMN note TYPE varchar(30);", []],
  [
    "changing-column-type",
    "ALTER TABLE app.accounts ALTER COLUMN note TYPE varchar(10);",
    ["type-change-rewrites-table"],
  ],
  [
    "constraint-missing-not-valid",
    "ALTER TABLE app.orders ADD CONSTRAINT over_0 CHECK (amount > 0);",
    ["constraint-without-not-valid"],
  ],
  [
    "constraint-missing-not-valid",
    "ALTER TABLE app.orders ADD CONSTRAINT over_0 CHECK (amount > 0) NOT VALID; ALTER TABLE app.orders VALIDATE CONSTRAINT over_0;",
    ["validate-in-same-transaction"],
  ],
  [
    "disallowed-unique-constraint",
    "ALTER TABLE app.accounts ADD CONSTRAINT email_key UNIQUE (email);",
    ["key-builds-index"],
  ],
  [
    "disallowed-unique-constraint",
    "CREATE TABLE app.words (id bigint PRIMARY KEY, word text); ALTER TABLE app.words ADD CONSTRAINT word_key UNIQUE (word);",
    [],
  ],
  ["prefer-robust-stmts", "ALTER TABLE app.orders ADD COLUMN place integer;", []],
  ["renaming-column", "ALTER TABLE app.orders RENAME COLUMN amount TO total;", ["rename-column"]],
  ["renaming-table", "ALTER TABLE app.orders RENAME TO purchases;", ["rename-table"]],
  [
    "require-concurrent-index-creation",
    "CREATE INDEX email_idx ON app.accounts (email);",
    ["index-not-concurrent"],
  ],
  ["require-concurrent-index-deletion", "DROP INDEX app.orders_amount_idx;", ["index-drop-not-concurrent"]],
  [
    "require-concurrent-partition-detach",
    "ALTER TABLE app.log DETACH PARTITION app.log_1;",
    ["detach-not-concurrent"],
  ],
  ["require-concurrent-reindex", "REINDEX INDEX app.orders_amount_idx;", ["reindex-not-concurrent"]],
  ["require-enum-value-ordering", "ALTER TYPE app.status ADD VALUE 'sent';", []],
  ["require-table-schema", "CREATE TABLE words (id bigint PRIMARY KEY);", ["unqualified-name"]],
  [
    "require-timeout-settings",
    "SET LOCAL lock_timeout = '1h'; ALTER TABLE app.orders ADD COLUMN place integer;",
    ["own-timeout"],
  ],
  ["require-timeout-settings", "ALTER TABLE app.orders ADD COLUMN place integer;", []],
  ["syntax-error", "ALTER TABEL app.orders ADD COLUMN place integer;", ["does-not-run"]],
  [
    "transaction-nesting",
    "BEGIN; ALTER TABLE app.orders ADD COLUMN place integer; COMMIT;",
    ["transaction-statement"],
  ],
];

const schemas: readonly (readonly [rule: string, sql: string, codes: readonly LintCode[]])[] = [
  [
    "ban-char-field",
    "CREATE TABLE t (id bigint PRIMARY KEY, kind char(1), code character(100), one bpchar(3));",
    ["char-type", "char-type", "char-type"],
  ],
  ["identifier-too-long", `CREATE TABLE ${"t".repeat(64)} (id bigint PRIMARY KEY);`, ["long-identifier"]],
  ["identifier-too-long", `CREATE TABLE ${"t".repeat(63)} (id bigint PRIMARY KEY);`, []],
  ["prefer-bigint-over-int", "CREATE TABLE t (id int PRIMARY KEY);", ["int-key"]],
  ["prefer-bigint-over-int", "CREATE TABLE t (id bigint PRIMARY KEY, age int);", []],
  [
    "prefer-bigint-over-smallint",
    "CREATE TABLE t (id smallserial PRIMARY KEY);",
    ["serial-column", "int-key"],
  ],
  ["prefer-identity", "CREATE TABLE t (id bigserial PRIMARY KEY);", ["serial-column"]],
  ["prefer-text-field", "CREATE TABLE t (id bigint PRIMARY KEY, email varchar(100));", ["varchar-type"]],
  ["prefer-text-field", "CREATE TABLE t (id bigint PRIMARY KEY, email varchar);", []],
  [
    "prefer-timestamptz",
    "CREATE TABLE t (id bigint PRIMARY KEY, at timestamp, on_day date);",
    ["timestamp-type"],
  ],
];

test("every rule of squawk's is compared, with rules that there are, or a reason", () => {
  const known = [...revisions, ...schemas].map(([rule]) => rule);
  expect([...compared.keys()].sort()).toEqual([...new Set(known)].sort());
  for (const { codes, why } of compared.values()) {
    expect(codes.filter((code) => !isLintCode(code))).toEqual([]);
    expect(codes.length > 0 || why !== "").toBe(true);
  }
});

test("what the page names is what is found", () => {
  for (const [rule, , codes] of [...revisions, ...schemas]) {
    const named = compared.get(rule);
    if (codes.length > 0) expect(named?.codes.some((code) => codes.some((one) => one === code))).toBe(true);
    // Silent where they are not: there is a reason.
    else expect([rule, named?.why]).not.toEqual([rule, ""]);
  }
});

describe("squawk's cases", () => {
  let linter: Linter;
  const options: LinterOptions = { settings: { rules: { "unqualified-name": "warning" } } };
  beforeAll(async () => {
    linter = await openLinter(setup);
  });
  afterAll(() => linter.close());

  test.each(revisions)("%s: %s", async (_, sql, codes) => {
    const found = await linter.revision(sql, options);
    expect([...new Set(found.map(({ code }) => code))].toSorted()).toEqual(codes.toSorted());
  });

  test("in schema files", async () => {
    const files = schemas.map(([, sql], at) => [
      `${at}.sql`,
      `CREATE SCHEMA s${at}; SET search_path = s${at};\n${sql}`,
    ]);
    const found = await linter.schema(Object.fromEntries(files));
    const codesOf = (at: number) =>
      found.filter((one) => one.at.file === `${at}.sql`).map(({ code }) => code);
    expect(schemas.map((_, at) => codesOf(at).toSorted())).toEqual(
      schemas.map(([, , codes]) => codes.toSorted()),
    );
  });
});
