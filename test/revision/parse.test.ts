import { describe, expect, test } from "vitest";
import { parseRevision } from "../../src/revision/parse.js";
import { step } from "./samples.js";

const header = `/* dm:revision
id: 0123456789ab
parents: []
message: Recall patients
created: 2025-03-04T09:12:45Z
*/`;

function parse(text: string) {
  return parseRevision(text, "r.sql");
}

async function refusal(text: string) {
  const error = await parse(text).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ name: "DmError", next: expect.arrayContaining([expect.any(String)]) });
  return error as { code: string; message: string; at: { file: string; line: number } };
}

describe("a revision written by hand", () => {
  test("needs no more than id, parents, message and created, and its two halves", async () => {
    const { revision } = await parse(`${header}\n-- dm:up\nSELECT 1;\n-- dm:down\n`);
    expect(revision).toEqual({
      id: "0123456789ab",
      parents: [],
      message: "Recall patients",
      created: "2025-03-04T09:12:45Z",
      kind: "written",
      up: [step("SELECT 1;")],
      down: [],
    });
  });

  test("may have blank lines, comments, another order of keys and looser markers", async () => {
    const { revision } = await parse(`-- licence

/*  dm:revision
created: 2025-03-04T09:12:45Z   # a comment
message: "Recall patients"

labels: clinic
author:
parents: [ "aaaaaaaaaaaa",
  bbbbbbbbbbbb ]
id: 012345678901
*/
-- a word before the steps


--dm:up

--   why

-- and how
SELECT 1;
-- after it
SELECT 2;


--  dm:step   commit
SELECT 3;
-- dm:step autocommit

-- lock: none
CREATE INDEX CONCURRENTLY ON patient (name);
-- dm:down


`);
    expect(revision).toMatchObject({
      id: "012345678901",
      parents: ["aaaaaaaaaaaa", "bbbbbbbbbbbb"],
      labels: ["clinic"],
      down: [],
    });
    expect(revision).not.toHaveProperty("author");
    expect(revision.up).toEqual([
      step("SELECT 1;\n-- after it\nSELECT 2;", { comments: ["  why", "and how"] }),
      step("SELECT 3;", { mode: "commit" }),
      step("CREATE INDEX CONCURRENTLY ON patient (name);", { mode: "autocommit", comments: ["lock: none"] }),
    ]);
  });

  test("may hold the markers in strings, function bodies and block comments", async () => {
    const body = `CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $f$
BEGIN
-- dm:down
RETURN '
-- dm:up
';
END $f$;
/*
-- dm:step nonsense
*/
SELECT "
-- dm:down
";`;
    const { revision } = await parse(`${header}\n-- dm:up\n${body}\n-- dm:down\nDROP FUNCTION f();\n`);
    expect(revision.up).toEqual([step(body)]);
    expect(revision.down).toEqual([step("DROP FUNCTION f();")]);
  });

  test("may leave out the way back when it says why", async () => {
    const irreversible = header.replace("*/", "irreversible: the letters are sent\n*/");
    const { revision } = await parse(`${irreversible}\n-- dm:up\nSELECT 1;\n`);
    expect(revision).toMatchObject({ irreversible: "the letters are sent", down: [] });
  });

  test("keeps the comments of a half that has no SQL yet", async () => {
    const { revision } = await parse(`${header}\n-- dm:up\n-- write it here\n-- dm:down\n`);
    expect(revision.up).toEqual([step("", { comments: ["write it here"] })]);
  });

  test("says where its steps and header keys stand", async () => {
    const parsed = await parse(`${header}\n-- dm:up\n-- é\nSELECT 1;\n-- dm:step\n\nSELECT 2;\n-- dm:down\n`);
    expect(parsed.steps.up.map(({ line }) => line)).toEqual([9, 12]);
    expect(parsed.header.parents).toMatchObject({ file: "r.sql", line: 3, column: 1, text: "parents: []" });
  });
});

describe("a broken revision is refused with its file and line", () => {
  const up = "\n-- dm:up\n";
  const down = "\n-- dm:down\n";
  const cases: readonly [name: string, text: string, code: string, line: number, message: RegExp][] = [
    ["empty", "", "DM4002", 1, /no header/],
    ["no header", `-- hello\nSELECT 1;${up}${down}`, "DM4002", 1, /no header/],
    ["a header after SQL", `SELECT 1;\n${header}${up}${down}`, "DM4002", 1, /no header/],
    ["bad YAML", `${header.replace("[]", "[aaaaaaaaaaaa")}${up}${down}`, "DM4003", 4, /not YAML/],
    ["a key twice", `${header.replace("*/", "id: 0123456789ab\n*/")}${up}${down}`, "DM4003", 6, /not YAML/],
    ["an unknown key", `${header.replace("*/", "\nrisk: low\n*/")}${up}${down}`, "DM4004", 7, /no key risk/],
    [
      "an unknown inner key",
      `${header.replace("*/", "to: {fingerprint: a, major: 17, x: 1}\n*/")}${up}${down}`,
      "DM4004",
      6,
      /no key to\.x/,
    ],
    ["no parents", `${header.replace("parents: []\n", "")}${up}${down}`, "DM4004", 1, /no parents/],
    [
      "a wrong id",
      `${header.replace("0123456789ab", "xyz")}${up}${down}`,
      "DM4004",
      2,
      /id is wrong.*hexadecimal/,
    ],
    ["a wrong parent", `${header.replace("[]", "[abc]")}${up}${down}`, "DM4004", 3, /parents\.0 is wrong/],
    [
      "a local time",
      `${header.replace("45Z", "45+01:00")}${up}${down}`,
      "DM4004",
      5,
      /created is wrong.*UTC/,
    ],
    ["no such day", `${header.replace("03-04", "02-31")}${up}${down}`, "DM4004", 5, /created is wrong/],
    [
      "a phase that is none",
      `${header.replace("*/", "phase: later\n*/")}${up}${down}`,
      "DM4004",
      6,
      /phase is wrong/,
    ],
    ["a header that is a list", `/* dm:revision\n- a\n*/${up}${down}`, "DM4004", 1, /no id/],
    ["no up", `${header}\nSELECT 1;${down}`, "DM4005", 9, /no "-- dm:up"/],
    ["no down", `${header}${up}SELECT 1;`, "DM4005", 8, /no "-- dm:down"/],
    ["two ups", `${header}${up}${up}${down}`, "DM4006", 9, /twice/],
    ["down first", `${header}${down}${up}`, "DM4006", 7, /above -- dm:up/],
    ["SQL above up", `${header}\n\nSELECT 1;${up}${down}`, "DM4006", 8, /SQL stands above/],
    ["a step above up", `${header}\n-- dm:step${up}${down}`, "DM4006", 7, /step stands above/],
    ["an unknown marker", `${header}${up}-- dm:sideways${down}`, "DM4006", 8, /-- dm:sideways/],
    ["a marker with more words", `${header}\n-- dm:up now${down}`, "DM4006", 7, /-- dm:up now/],
    [
      "a marker in a line",
      `${header}${up}SELECT 1; -- dm:step commit${down}`,
      "DM4006",
      8,
      /middle of a line/,
    ],
    [
      "an indented marker",
      `${header}${up}SELECT 1;\n  -- dm:step commit${down}`,
      "DM4006",
      9,
      /middle of a line/,
    ],
    ["an unknown step", `${header}${up}-- dm:step autocomit\nVACUUM;${down}`, "DM4007", 8, /"autocomit"/],
    [
      "a step with too much",
      `${header}${up}-- dm:step commit now\nSELECT 1;${down}`,
      "DM4007",
      8,
      /"commit now"/,
    ],
    ["an empty step", `${header}${up}SELECT 1;\n-- dm:step${down}`, "DM4008", 9, /empty/],
    ["an open string", `${header}${up}SELECT 'é', 'abc;${down}`, "DM4009", 8, /unterminated quoted string/],
    ["an open dollar quote", `${header}${up}DO $x$ BEGIN${down}`, "DM4009", 8, /unterminated dollar/],
    [
      "a comment opened in the header",
      `${header.replace("patients", "schema/*.sql")}${up}${down}`,
      "DM4009",
      1,
      /unterminated \/\* comment/,
    ],
    ["a NUL", `${header}${up}SELECT '\0';${down}`, "DM4009", 8, /NUL/],
  ];
  test.each(cases)("%s", async (_, text, code, line, message) => {
    for (const content of [text, text.replaceAll("\n", "\r\n")]) {
      const error = await refusal(content);
      expect(error).toMatchObject({ code, at: { file: "r.sql", line } });
      expect(error.message).toMatch(message);
    }
  });
});
