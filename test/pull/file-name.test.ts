import fc from "fast-check";
import { expect, test } from "vitest";
import { fileNames } from "../../src/pull/file-name.js";

const named = (...names: string[]) => Object.fromEntries(fileNames(names));

test("a plain name is its own file's", () => {
  expect(named("patient", "Album", "größe", "order-2024")).toEqual({
    patient: "patient",
    Album: "Album",
    größe: "größe",
    "order-2024": "order-2024",
  });
});

test("a name that some file system refuses gets one that resembles it", () => {
  expect(named("a/b", "..", "nul", "x.sql")).toEqual({
    "a/b": expect.stringMatching(/^a-b~[0-9a-f]{8}$/),
    "..": expect.stringMatching(/^_~[0-9a-f]{8}$/),
    nul: expect.stringMatching(/^nul~[0-9a-f]{8}$/),
    "x.sql": expect.stringMatching(/^x-sql~[0-9a-f]{8}$/),
  });
});

test("of names that differ only in case, the one in lower case keeps its name", () => {
  expect(named("Patient", "patient", "PATIENT")).toEqual({
    patient: "patient",
    Patient: expect.stringMatching(/^Patient~[0-9a-f]{8}$/),
    PATIENT: expect.stringMatching(/^PATIENT~[0-9a-f]{8}$/),
  });
});

const anyName = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 63 }),
  fc.string({
    unit: fc.constantFrom("a", "A", "ß", "ẞ", "s", ".", "/", "~", "-"),
    minLength: 1,
    maxLength: 4,
  }),
);

test("files of different names are different files on every file system", () => {
  fc.assert(
    fc.property(fc.array(anyName, { maxLength: 12 }), (names) => {
      const files = [...fileNames(names).values()];
      const folded = files.map((file) => file.normalize("NFKC").toUpperCase().toLowerCase());
      expect(new Set(folded).size).toBe(new Set(names).size);
      for (const file of files) {
        expect(file).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}_~-]*$/u);
        expect(Buffer.byteLength(file)).toBeLessThan(160);
        expect(file).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/i);
      }
    }),
  );
});
