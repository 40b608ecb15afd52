import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allHazardCodes, blocks } from "../../src/hazards/codes.js";

const page = readFile(join(import.meta.dirname, "../../docs/hazards.md"), "utf8");

/** The text of each section under its title. */
async function sections(): Promise<ReadonlyMap<string, string>> {
  const parts = (await page).split(/^## /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n"))]));
}

test.each(allHazardCodes)("%s has a section with SQL", async (code) => {
  expect((await sections()).get(code)).toMatch(/```sql\n.+```/s);
});

test("no section is of a code that is none", async () => {
  const titles = [...(await sections()).keys()].filter((title) => /^[A-Z_]+$/.test(title));
  expect(titles.sort()).toEqual([...allHazardCodes].sort());
});

test("the page names those that wait for approval, and no others", async () => {
  const approval = (await sections()).get("Approval") ?? "";
  const named = approval.slice(0, approval.indexOf("They cost")).matchAll(/`([A-Z_]+)`/g);
  expect(Array.from(named, ([, code]) => code).sort()).toEqual(allHazardCodes.filter(blocks).sort());
});
