import { describe, expect, test } from "vitest";
import { diff } from "../../src/diff/diff.js";
import { type Comparison, type Drift, diffReport, driftReport } from "../../src/report/difference.js";
import { app, catalog, column, comment, fact, patient, statement } from "./samples.js";

const hostile = "a | b `c` <script>alert('x')</script> & \"d\"";
const odd = fact({ kind: "sequence", schema: "app", name: hostile }, { type: "bigint" }, { parent: app });
const current = catalog(app, patient);
const wanted = catalog(app, patient, column(patient, "name"), comment(patient, hostile), odd);
const comparison: Comparison = {
  changes: diff(current, wanted),
  statements: [
    statement("ALTER TABLE app.patient ADD COLUMN name text", patient),
    statement("``` SELECT", patient),
  ],
  current,
  wanted,
  unmodelled: [{ kind: "operator", name: "app.<=>(text, text)" }],
};
const same: Comparison = { ...comparison, changes: [], statements: [], wanted: current };
const names = { from: "empty", to: "schema" };

describe("as text", () => {
  test("a comparison ends with what changes in numbers, and with what is not modelled", () => {
    const lines = diffReport(comparison, { ...names, format: "text" }).split("\n");
    expect(lines.at(-3)).toBe("created 1 sequence, 1 column, 1 comment");
    expect(lines.at(-1)).toBe("not modelled yet, left alone: 1 operator: app.<=>(text, text)");
  });

  test("no differences are said", () => {
    expect(diffReport({ ...same, unmodelled: [] }, { ...names, format: "text" })).toBe("no differences");
  });
});

describe("as Markdown", () => {
  const page = diffReport(comparison, { ...names, format: "markdown" });

  test("there is a row for each change, with cells that hold", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| created"));
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row.replaceAll("\\|", "").match(/\|/g)).toHaveLength(3);
    expect(rows).toContain("| created | `comment on table app.patient` |");
  });

  test("lines of a diff begin with their sign", () => {
    expect(page).toContain("\n+     column name  text\n");
  });

  test("SQL is folded away behind a fence that its text cannot close", () => {
    expect(page).toMatch(/<details>\n<summary>The SQL that makes these changes<\/summary>\n\n````sql\n/);
  });

  test("no differences are said", () => {
    expect(diffReport(same, { ...names, format: "markdown" })).toContain("**No differences.**");
  });
});

describe("as HTML", () => {
  const page = diffReport(comparison, { ...names, format: "html" });

  test("every text is escaped", () => {
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp;");
  });

  test("the page needs nothing else", () => {
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/\b(src|href)=/);
  });
});

test("as SQL, a comparison is its script", () => {
  expect(diffReport(comparison, { ...names, format: "sql" })).toMatch(/^BEGIN;.*COMMIT;\n$/s);
  expect(diffReport(same, { ...names, format: "sql" })).toBe("");
});

describe("as JSON", () => {
  test("changes have their identity and the attributes on each side", () => {
    const document: unknown = JSON.parse(diffReport(comparison, { ...names, format: "json" }));
    expect(document).toMatchObject({
      version: 1,
      command: "diff",
      from: { fingerprint: current.fingerprint, major: 17 },
      changes: expect.arrayContaining([
        {
          type: "create",
          id: "comment on table app.patient",
          identity: { kind: "comment", of: { kind: "table", schema: "app", name: "patient" } },
          parent: "table app.patient",
          wanted: { text: hostile },
        },
      ]),
      unmodelled: [{ kind: "operator", name: "app.<=>(text, text)" }],
    });
  });
});

describe("drift", () => {
  const drift: Drift = {
    changes: diff(current, wanted),
    against: "what the last apply recorded at 2025-03-04T09:12:45Z",
    recorded: { at: "2025-03-04T09:12:45Z", heads: ["4f2a9c1b7e03"] },
    current: wanted,
    expected: current,
    unmodelled: [],
    database: "postgres://db/clinic",
    at: "2025-03-05T10:00:00Z",
  };

  test("says what was compared with what", () => {
    expect(driftReport(drift, { format: "text" }).split("\n")[0]).toBe(
      "postgres://db/clinic, compared with what the last apply recorded at 2025-03-04T09:12:45Z (4f2a9c1b7e03)",
    );
    expect(driftReport(drift, { format: "html" })).toContain("<h1>Drift of postgres://db/clinic</h1>");
  });

  test("is what happened to the database: what was added by hand is an addition", () => {
    expect(driftReport(drift, { format: "markdown" })).toContain("| created | `column app.patient.name` |");
    expect(JSON.parse(driftReport(drift, { format: "json" }))).toMatchObject({
      version: 1,
      command: "drift",
    });
  });

  test("folds away the SQL that undoes it", () => {
    const statements = [statement("ALTER TABLE app.patient DROP COLUMN name", patient)];
    const page = driftReport({ ...drift, statements }, { format: "markdown" });
    expect(page).toContain("<summary>The SQL that undoes these changes</summary>");
  });
});
