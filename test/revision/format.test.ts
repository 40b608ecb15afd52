import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatRevision } from "../../src/revision/format.js";
import { parseRevision } from "../../src/revision/parse.js";
import { type Phase, phases, type Revision, stepModes } from "../../src/revision/revision.js";
import { version } from "../../src/version.js";
import { bare, recallDate, step } from "./samples.js";

async function again(revision: Revision): Promise<Revision> {
  return (await parseRevision(await formatRevision(revision), "r.sql")).revision;
}

const hostile = [
  "*/",
  "/*",
  "/*/",
  "*/*",
  "\\*/",
  "**//",
  "-- dm:down",
  "\n-- dm:down\n",
  "---",
  "...",
  "\r\n",
  "\r",
  "\n",
  "\t",
  "😀",
  "é",
  "\u0000",
  "\u2028",
  "\u0085",
  "\ufeff",
  ": ",
  " #",
  "'",
  '"',
  "\\",
  "$$",
  "%",
  "|",
  ">",
  "- ",
  "null",
  "1e5",
  "  ",
  "{",
  "}",
  "[",
  "]",
  "&a",
  "*a",
  "!!int",
  "~",
  "x".repeat(300),
];
const text = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary" })), { maxLength: 6 })
    .map((parts) => parts.join("")),
  fc.string({ unit: "grapheme" }),
);
const word = text.filter((value) => value !== "");
const id = fc.stringMatching(/^[0-9a-f]{12}$/);
const label = fc.stringMatching(/^[a-z][a-z0-9_./]{0,8}$/).filter((name) => !/^(heads?|base)$/.test(name));
const created = fc
  .date({ min: new Date("1990-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());
const mark = fc.record(
  { fingerprint: word, major: fc.integer({ min: 14, max: 20 }), role: word },
  { requiredKeys: ["fingerprint", "major"] },
);
const inString = text.map((value) => value.replaceAll("\0", ""));
const statement = fc.oneof(
  inString.map((body) => `SELECT '${body.replaceAll("'", "''")}';`),
  inString.map((body) => `DO $a$${body.replaceAll("$", "")}$a$;`),
  inString.map((body) => `CREATE TABLE "t${body.replaceAll('"', '""')}" ();`),
  inString.map((body) => `/* ${body.replaceAll(/[*/]/g, "")} */ SELECT 1;`),
  fc.constant("SELECT 1;\n-- a note\n\nSELECT 2;\n-- and the last"),
);
const comment = text.map((value) => value.replaceAll(/[\0\r\n]/g, ""));
const comments = fc.array(comment, { maxLength: 3 });
const plainStep = fc.record({
  sql: fc.array(statement, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("\r\n")),
  comments,
  mode: fc.constantFrom(...stepModes.filter((mode) => mode !== "backfill")),
});
const backfillStep = fc.record(
  {
    sql: inString.map(
      (body) => `UPDATE a.t SET x = '${body.replaceAll(/\p{Control}|'/gu, "")}' WHERE x IS NULL;`,
    ),
    comments,
    mode: fc.constant("backfill" as const),
    triggers: fc.constant(true as const),
  },
  { requiredKeys: ["sql", "comments", "mode"] },
);
const steps = fc.array(fc.oneof(plainStep, backfillStep), { maxLength: 4 });
const revisions: fc.Arbitrary<Revision> = fc.record(
  {
    id,
    parents: fc.array(id, { maxLength: 3 }),
    message: text,
    author: word,
    created,
    kind: fc.constantFrom("planned" as const, "written" as const),
    phase: fc.constantFrom<Phase>(...phases),
    plan: word,
    dependsOn: fc.array(fc.oneof(id, label), { maxLength: 2 }),
    labels: fc.array(label, { maxLength: 2 }),
    from: mark,
    to: mark,
    proven: fc.record({ at: created, server: word, checks: fc.array(word, { maxLength: 3 }) }),
    irreversible: word,
    up: steps,
    down: steps,
  },
  { requiredKeys: ["id", "parents", "message", "created", "kind", "up", "down"] },
);

describe("a revision's file", () => {
  test("reads back as the revision that was written", async () => {
    expect(await again(recallDate)).toEqual(recallDate);
  });

  test("does not tell which dm wrote it, so that another one runs it", async () => {
    expect(await formatRevision(recallDate)).not.toContain(version);
  });

  test("reads back whatever the texts in it hold", async () => {
    await fc.assert(
      fc.asyncProperty(revisions, async (revision) => {
        expect(await again(revision)).toEqual(revision);
      }),
      { numRuns: 500 },
    );
  });

  test("is the same after a checkout with CR LF", async () => {
    const sample = bare({
      message: "two\nlines",
      up: [step("SELECT 1;\n\nSELECT 'a\nb';"), step("SELECT 2;")],
    });
    const onWindows = (await formatRevision(sample)).replaceAll("\n", "\r\n");
    expect((await parseRevision(`\ufeff${onWindows}`, "r.sql")).revision).toEqual(sample);
  });

  test("keeps the CR LF of a function body", async () => {
    const sample = bare({
      up: [step("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\r\nSELECT 1\r\n$$;")],
    });
    expect(await again(sample)).toEqual(sample);
  });

  test("shows a message of several lines as lines", async () => {
    const content = await formatRevision(bare({ message: "Split the address\n\nStreet and number apart." }));
    expect(content).toContain("message: |-\n  Split the address\n\n  Street and number apart.\n");
  });

  test("ends every step with a semicolon", async () => {
    const { up } = await again(bare({ up: [step("SELECT 1"), step("SELECT 2 -- two")] }));
    expect(up.map(({ sql }) => sql)).toEqual(["SELECT 1;", "SELECT 2 -- two\n;"]);
  });

  test("never takes a comment of a step for a line of its own", async () => {
    const { up } = await again(
      bare({ up: [step("SELECT 1;", { comments: ["lock on x\ndm:down", "\\dm:up"] })] }),
    );
    expect(up).toEqual([step("SELECT 1;", { comments: ["lock on x", "dm:down", "\\dm:up"] })]);
  });

  test("is not written when the SQL would read as something else", async () => {
    const refused = [
      ["SELECT 1;\n-- dm:down\nSELECT 2;", "DM4014"],
      ["SELECT 'open;", "DM4009"],
      ["DO $$ open", "DM4009"],
      ["SELECT /* open", "DM4009"],
      ["SELECT '\0';", "DM4009"],
      ["SELECT '\ud800';", "DM4014"],
      ["  ", "DM4008"],
    ] as const;
    for (const [sql, code] of refused) {
      await expect(formatRevision(bare({ up: [step(sql)] })), sql).rejects.toMatchObject({ code });
    }
  });
});

test.each([
  { roles: true },
  {
    schemas: ["app"],
    exclude: ["auth", '!"Odd.*/Name".*'],
    kinds: ["-privilege"],
    roles: ['"a"'],
    settings: true,
  },
] as const)("what the marks cover comes back as it was: %j", async (manage) => {
  expect((await again(bare({ manage }))).manage).toEqual(manage);
});
