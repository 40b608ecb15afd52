import { describe, expect, test } from "vitest";
import { revisionScript, script } from "../../src/report/sql.js";
import type { Revision } from "../../src/revision/revision.js";
import { patient, statement, visit } from "./samples.js";

describe("a script", () => {
  test("groups statements by object, in one transaction", () => {
    expect(
      script([
        statement("CREATE TABLE app.patient ()", patient),
        statement("COMMENT ON TABLE app.patient IS 'x'", patient),
        statement("CREATE TABLE app.visit ()", visit),
      ]).split("\n"),
    ).toEqual([
      "BEGIN;",
      "",
      "-- table app.patient",
      "CREATE TABLE app.patient ();",
      "COMMENT ON TABLE app.patient IS 'x';",
      "",
      "-- table app.visit",
      "CREATE TABLE app.visit ();",
      "",
      "COMMIT;",
      "",
    ]);
  });

  test("commits after what is usable only then, and leaves alone what runs in no transaction", () => {
    const text = script([
      statement("ALTER TYPE app.kind ADD VALUE 'x'", patient, "after"),
      statement("INSERT", patient),
      statement("CREATE INDEX CONCURRENTLY i ON t (a)", patient, "alone"),
    ]);
    expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("--"))).toEqual([
      "BEGIN;",
      "ALTER TYPE app.kind ADD VALUE 'x';",
      "COMMIT;",
      "BEGIN;",
      "INSERT;",
      "COMMIT;",
      "CREATE INDEX CONCURRENTLY i ON t (a);",
    ]);
  });

  test("needs no transaction for one statement, and is empty for none", () => {
    expect(script([statement("DROP TABLE app.visit", visit)])).toBe(
      "-- table app.visit\nDROP TABLE app.visit;\n",
    );
    expect(script([])).toBe("");
  });

  test("puts no semicolon into a comment", () => {
    expect(script([statement("SELECT 1 -- one", visit)])).toContain("SELECT 1 -- one\n;");
  });
});

const revision: Revision = {
  id: "4f2a9c1b7e03",
  parents: [],
  message: "Add a recall date\n\nin two lines",
  author: "Ana",
  created: "2025-03-04T09:12:45Z",
  kind: "planned",
  up: [
    { sql: "ALTER TABLE t ADD a int;", comments: ["locks ACCESS EXCLUSIVE on t"], mode: "transaction" },
    { sql: "ALTER TABLE t ADD b int;", comments: [], mode: "transaction" },
    { sql: "ALTER TABLE t VALIDATE CONSTRAINT c;", comments: [], mode: "commit" },
    { sql: "CREATE INDEX CONCURRENTLY i ON t (a);", comments: [], mode: "autocommit" },
    { sql: "SELECT 1;", comments: [], mode: "transaction" },
  ],
  down: [{ sql: "ALTER TABLE t DROP a;", comments: [], mode: "transaction" }],
};

describe("the script of a revision", () => {
  test("begins and commits as the modes of its steps say", () => {
    const lines = revisionScript([revision], "up").split("\n");
    expect(lines.filter((line) => line !== "")).toEqual([
      "-- 4 transactions: run with psql -v ON_ERROR_STOP=1 -f FILE",
      "-- revision 4f2a9c1b7e03: Add a recall date…",
      "-- Ana, 2025-03-04 09:12 UTC",
      "BEGIN;",
      "-- locks ACCESS EXCLUSIVE on t",
      "ALTER TABLE t ADD a int;",
      "ALTER TABLE t ADD b int;",
      "COMMIT;",
      "BEGIN;",
      "ALTER TABLE t VALIDATE CONSTRAINT c;",
      "COMMIT;",
      "CREATE INDEX CONCURRENTLY i ON t (a);",
      "BEGIN;",
      "SELECT 1;",
      "COMMIT;",
    ]);
  });

  test("waits for locks no longer than apply does", () => {
    expect(revisionScript([revision], "down", { lockTimeout: "3s" })).toMatch(/^SET lock_timeout = '3s';$/m);
  });

  test("says when there is nothing to run", () => {
    expect(revisionScript([{ ...revision, up: [] }], "up")).toContain("-- nothing to run");
  });
});
