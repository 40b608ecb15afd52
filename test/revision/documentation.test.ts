import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatRevision } from "../../src/revision/format.js";
import { parseRevision } from "../../src/revision/parse.js";

test("the example of the documentation is what dm would write", async () => {
  const page = await readFile(join(import.meta.dirname, "../../docs/revision-format.md"), "utf8");
  const example = /```sql\n(.*?)```/s.exec(page)?.[1] ?? "";
  const { revision } = await parseRevision(example, "example.sql");
  expect(revision.up.map(({ mode }) => mode)).toEqual(["transaction", "transaction", "commit", "autocommit"]);
  expect(await formatRevision(revision)).toBe(example);
});
