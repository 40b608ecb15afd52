import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { writeHeader } from "../../src/revision/header.js";
import { readOpening } from "../../src/revision/opening.js";
import { parseRevision } from "../../src/revision/parse.js";
import { readPlain } from "../../src/revision/plain-header.js";

/** As the YAML library reads it; nothing where that finds an error. */
function byLibrary(yaml: string) {
  const counter = new LineCounter();
  const document = parseDocument(yaml, { schema: "failsafe", lineCounter: counter, prettyErrors: false });
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const rows = document.contents.items.flatMap(({ key }) =>
    isScalar(key) && key.range ? [[String(key.value), counter.linePos(key.range[0]).line - 1]] : [],
  );
  return { value: document.toJS({ maxAliasCount: 0 }), rows: Object.fromEntries(rows) };
}

const characters = fc.constantFrom(
  ...`aZ09éß中_./,@<>()'+-:;#"\\[]{}&*!|>%?=~\`^$ \t\r`,
  ...["\u00a0", "\u0085", "\u2028", "\ufeff", "😀", "²", "null", "true", " #", ": ", " - "],
);
const usual = fc.constantFrom(...`aZ09é_./,@<>()'+-: "[]`, ": ", " -", ", ");
const value = fc.oneof(
  fc.string({ unit: usual, maxLength: 12 }).map((text) => `a${text}z`),
  fc.string({ unit: usual, maxLength: 8 }).map((text) => `[a${text}, "b"]`),
  fc.string({ unit: characters, maxLength: 12 }),
  fc.constantFrom(
    "[]",
    '[a, b-c, "12e4"]',
    '"12"',
    '""',
    "''",
    "2025-01-07T23:00:00.000Z",
    "[a, [b]]",
    "[a,]",
  ),
  fc
    .array(fc.string({ unit: characters, maxLength: 5 }), { maxLength: 3 })
    .map((all) => `[${all.join(", ")}]`),
  fc.string({ unit: characters, maxLength: 8 }).map((text) => `"${text}"`),
);
const key = fc.constantFrom("id", "from", "to", "message", "if_large", "app.visit", "a b", "<<");
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(key, value).map(([name, text]) => `${name}: ${text}`) },
  { weight: 2, arbitrary: fc.tuple(key, value).map(([name, text]) => `from:\n  ${name}: ${text}`) },
  fc.tuple(key, value).map(([name, text]) => `  ${name}: ${text}`),
  fc.constantFrom("from:", "to: ", "", "---", "...", "# note", "- id: one", "   major: 15", "__proto__: a"),
  value,
);

describe("a header that is read without the YAML library", () => {
  test("says what the library reads in it", () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 3 }), (lines) => {
        const yaml = `\n${lines.join("\n")}\n`;
        const plain = readPlain(yaml);
        if (plain === undefined) return;
        read++;
        expect(plain).toEqual(byLibrary(yaml));
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(1000);
  });

  test("is most of those that dm writes", () => {
    const mark = { fingerprint: "000000000002", major: 17, role: "clinic owner" };
    const yaml = `\n${writeHeader({
      id: "000000000001",
      parents: ["4f2a9c1b7e03", "000000000012"],
      message: "Add: the table app.visit",
      author: "José Núñez <jose@clinic.example>",
      created: "2025-03-04T09:12:45Z",
      kind: "planned",
      phase: "additive",
      from: mark,
      to: mark,
      proven: { at: "2025-03-04T09:12:45Z", server: "PostgreSQL 17.2", checks: ["up", "down", "up again"] },
      hazards: ["DATA_LOSS"],
      ifLarge: { "app.visit": ["TABLE_SCAN"] },
    })}`;
    expect(readPlain(yaml)).toEqual(byLibrary(yaml));
    expect(readPlain(yaml)?.value).toMatchObject({
      message: "Add: the table app.visit",
      from: { major: "17" },
    });
  });
});

describe("a header that is read without the SQL below it", () => {
  const header = "id: 4f2a9c1b7e03\nparents: []\nmessage: One\ncreated: 2025-03-04T09:12:45Z\n";
  const rest = "\n-- dm:up\n\nSELECT 1;\n\n-- dm:down\n\nSELECT 2;\n";

  test.each([
    ["at the beginning", `/* dm:revision\n${header}*/${rest}`],
    ["below empty lines", `\n\n /* dm:revision\n${header}*/${rest}`],
    ["below a comment", `-- a licence\n/* dm:revision\n${header}*/${rest}`],
    ["with a comment inside", `/* dm:revision\n${header}# /* inner */\n*/${rest}`],
    ["with Windows' line ends", `/* dm:revision\n${header}*/${rest}`.replaceAll("\n", "\r\n")],
  ])("%s, is the header of the revision", async (_, text) => {
    const { revision, header: places } = await parseRevision(text, "r.sql");
    const { up: __, down: ___, preflights: ____, ...whole } = revision;
    const opening = await readOpening(text, "r.sql");
    expect(opening.header).toEqual(places);
    expect(opening.revision).toMatchObject(whole);
  });

  test.each([
    ["an unknown key", `/* dm:revision\n${header}colour: red\n*/${rest}`],
    ["an id that is none", `\n/* dm:revision\n${header.replace("4f2a9c1b7e03", "4f2a")}*/${rest}`],
    ["no YAML", `/* dm:revision\n${header}: [\n*/${rest}`],
    ["no end", `/* dm:revision\n${header}`],
    ["no header", "SELECT 1;"],
  ])("with %s is refused in the same words, at the same place", async (_, text) => {
    const caught = await parseRevision(text, "r.sql").catch((error: unknown) => error);
    expect(caught).toMatchObject({ code: expect.stringMatching(/^DM40/) });
    const { code, at, message } = caught as { code: string; at: unknown; message: string };
    await expect(readOpening(text, "r.sql")).rejects.toMatchObject({ code, at, message });
  });
});
