import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { coveragePage } from "../../scripts/coverage.js";
import { kindNames } from "../../src/kinds/index.js";

const page = path.join(import.meta.dirname, "../../docs/coverage.md");

test("docs/coverage.md is what npm run docs writes now", async () => {
  const written = readFileSync(page, "utf8");
  expect(written).toBe(await coveragePage());
  for (const kind of kindNames) expect(written).toContain(`\n## ${kind}\n`);
});
