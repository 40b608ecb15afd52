import { describe, expect, test } from "vitest";
import { DmError } from "../../src/error.js";
import { errorText } from "../../src/report/error.js";
import { historyText } from "../../src/report/history.js";
import { errorJson } from "../../src/report/json.js";
import { planText } from "../../src/report/plan.js";
import { appliedText, plannedText, type StatusReport, statusText } from "../../src/report/text.js";
import { count, duration, firstLine, moment } from "../../src/report/words.js";
import type { Revision } from "../../src/revision/revision.js";
import { column, patient } from "./samples.js";

const revision: Revision = {
  id: "4f2a9c1b7e03",
  parents: ["a1b2c3d4e5f6"],
  message: "Add a recall date",
  author: "Ana Ruiz <ana@clinic.example>",
  created: "2025-03-04T09:12:45Z",
  kind: "planned",
  phase: "additive",
  up: [
    {
      sql: "-- rewrites app.patient\nALTER TABLE t ADD a int;",
      comments: ["hazard: slow"],
      mode: "transaction",
    },
  ],
  down: [],
};

describe("an error", () => {
  test("shows the line and a caret below the place", () => {
    const error = new DmError("DM2101", 'syntax error at or near "TABEL"', {
      at: { file: "schema/app.sql", line: 3, column: 8, text: "CREATE TABEL app.patient (" },
      details: ["one"],
      hint: "two",
      next: ["three", "four"],
    });
    expect(errorText(error).split("\n")).toEqual([
      'error DM2101: syntax error at or near "TABEL"',
      "  at schema/app.sql:3:8",
      "     3 | CREATE TABEL app.patient (",
      "                ^",
      "  one",
      "  hint: two",
      "  next:",
      "    three",
      "    four",
    ]);
  });

  test("shows of a long line what is around the place", () => {
    const text = `${"x".repeat(200)}HERE${"y".repeat(200)}`;
    const [, , line = "", caret = ""] = errorText(
      new DmError("DM2101", "m", { at: { file: "f", line: 1, column: 201, text } }),
    ).split("\n");
    expect(line.length).toBeLessThan(120);
    expect(line.slice(caret.indexOf("^"), caret.indexOf("^") + 4)).toBe("HERE");
  });

  test("has the same shape in JSON whatever it knows", () => {
    expect(errorJson(new DmError("DM1101", "no", { exit: 3 }))).toEqual({
      code: "DM1101",
      message: "no",
      at: null,
      details: [],
      hint: null,
      next: [],
      exit: 3,
    });
  });
});

test("history has a line for each revision", () => {
  const merge = { ...revision, id: "bbbbbbbbbbbb", parents: ["4f2a9c1b7e03", "cccccccccccc"], author: "Bo" };
  expect(
    historyText([
      { revision: merge, isHead: true, applied: false },
      { revision: { ...revision, message: "One\n\nmore" }, isHead: false, applied: true },
    ]).split("\n"),
  ).toEqual([
    "bbbbbbbbbbbb  2025-03-04  Bo        Add a recall date  (head, pending, additive, merges 4f2a9c1b7e03, cccccccccccc)",
    "4f2a9c1b7e03  2025-03-04  Ana Ruiz  One…  (applied, additive)",
  ]);
});

describe("status", () => {
  const status: StatusReport = {
    environment: "local",
    database: "postgres://db/clinic",
    heads: ["a1b2c3d4e5f6"],
    fileHeads: ["4f2a9c1b7e03"],
    pending: [revision],
    waiting: [{ id: revision.id, phase: "additive", for: "apply" }],
    plans: [],
    lastApply: { id: "a1b2c3d4e5f6", at: "2025-03-04T09:12:45Z", by: "ana", milliseconds: 1234 },
    drift: { recorded: true, changes: 2 },
    sum: [{ kind: "edited", file: "x.sql" }],
    irreversible: [],
    unmodelled: [],
  };

  test("says where the database stands", () => {
    expect(statusText(status).split("\n")).toEqual([
      "database    local, postgres://db/clinic",
      "at          a1b2c3d4e5f6",
      "pending     1 revision: dm apply",
      "              4f2a9c1b7e03  Add a recall date (additive)",
      "last apply  a1b2c3d4e5f6, 2025-03-04 09:12 UTC by ana, 1.2 s",
      "drift       2 differences: dm drift",
      "files       not as dm.sum says",
      "              edited   x.sql",
    ]);
  });

  test("says what an interrupted apply left", () => {
    const unfinished = { id: "4f2a9c1b7e03", direction: "up", done: 2 };
    expect(statusText({ ...status, unfinished })).toContain(
      "unfinished  4f2a9c1b7e03 was interrupted after its step 2 on the way up: dm apply goes on",
    );
  });

  test("says how far a backfill has got, and who is at work on it", () => {
    const backfill = {
      relation: "clinic.patient",
      pass: 2,
      seen: 250,
      changed: 1200,
      total: 1000,
      startedAt: "2025-03-04T09:12:45Z",
      updatedAt: "2025-03-04T09:14:00Z",
    };
    const unfinished = { id: "4f2a9c1b7e03", direction: "up", done: 1, by: "pid 7, role ana", backfill };
    const waiting = [{ id: "4f2a9c1b7e03", phase: "backfill", for: "itself" }] as const;
    expect(statusText({ ...status, unfinished, waiting }).split("\n")).toEqual(
      expect.arrayContaining([
        "              4f2a9c1b7e03  Add a recall date (additive): in its backfill, 25 %, last batch at 2025-03-04T09:14:00Z",
        "unfinished  4f2a9c1b7e03 is under way after its step 1 on the way up: pid 7, role ana",
        "              backfill of clinic.patient: pass 2, 250 of about 1000 rows (25 %), 1200 changed; last batch at 2025-03-04T09:14:00Z",
      ]),
    );
  });
});

test("what was applied is told with its time, and where the database stands", () => {
  const applied = [{ id: "4f2a9c1b7e03", message: "Add", direction: "up" as const, milliseconds: 12 }];
  expect(
    appliedText({ applied, heads: ["4f2a9c1b7e03"], notes: ["by its fingerprint"] }).split("\n"),
  ).toEqual([
    "applied   4f2a9c1b7e03  Add  12 ms",
    "note: by its fingerprint",
    "1 revision in 12 ms; the database is at 4f2a9c1b7e03",
  ]);
  expect(appliedText({ applied: [], heads: [], notes: [] })).toBe("nothing to do: the database is at base");
});

test("what would run is told with its hazards", () => {
  expect(plannedText([revision], "up").split("\n")).toEqual([
    "would apply  4f2a9c1b7e03  Add a recall date (additive)",
    "    hazard: slow",
    "    rewrites app.patient",
  ]);
  expect(plannedText([{ ...revision, irreversible: "it deletes" }], "down")).toContain(
    "has no way back: it deletes",
  );
});

test("a plan that is not written shows its SQL, a written one its file", () => {
  const changes = [{ type: "create" as const, wanted: column(patient, "recall_on", { type: "date" }) }];
  const plan = {
    changes,
    renames: [],
    unmodelled: [],
    provenRevisions: [],
    revisions: [revision],
    files: [],
  };
  expect(planText(plan)).toContain("ALTER TABLE t ADD a int;");
  expect(planText({ ...plan, files: ["revisions/x.sql"] })).toMatch(
    /written {2}revisions\/x.sql {2}additive\nnext {5}dm apply$/,
  );
  expect(
    planText({ changes: [], renames: [], unmodelled: [], provenRevisions: [], revisions: [], files: [] }),
  ).toBe("nothing to do: the database is as the schema files say");
});

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1234, "1.2 s"],
  [59_999, "1 min 0 s"],
  [184_000, "3 min 4 s"],
  [7_500_000, "2 h 5 min"],
])("%d milliseconds are %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [1, "table", "1 table"],
  [2, "index", "2 indexes"],
  [2, "policy", "2 policies"],
  [2, "operator class", "2 operator classes"],
  [2, "extended statistics", "2 extended statistics"],
])("%d %s is %s", (number, noun, text) => {
  expect(count(number, noun)).toBe(text);
});

test("moments and first lines are short", () => {
  expect(moment("2025-03-04T09:12:45.123Z")).toBe("2025-03-04 09:12 UTC");
  expect(moment("never")).toBe("never");
  expect(firstLine("one\ntwo")).toBe("one…");
  expect(firstLine("one two three", 8)).toBe("one two…");
});
