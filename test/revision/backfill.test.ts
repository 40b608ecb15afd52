import { describe, expect, test } from "vitest";
import type { DmError } from "../../src/error.js";
import { narrowed, readBackfill, tableOf } from "../../src/revision/backfill.js";
import { formatRevision } from "../../src/revision/format.js";
import { parseRevision } from "../../src/revision/parse.js";
import { raw } from "../../src/sql/sql.js";
import { bare, step } from "./samples.js";

const narrowedTo = async (sql: string) => narrowed(await readBackfill(sql), raw("here")).text;

describe("the UPDATE of a backfill step", () => {
  test("is narrowed at its own WHERE", async () => {
    expect(await narrowedTo("UPDATE a.t SET x = 1 WHERE y OR z;")).toBe(
      "UPDATE a.t SET x = 1\nWHERE (y OR z) AND here",
    );
    expect(await narrowedTo("UPDATE a.t SET x = 1")).toBe("UPDATE a.t SET x = 1\nWHERE here");
  });

  test("is narrowed whatever its strings, names, comments and subqueries say", async () => {
    const head = `UPDATE ONLY a."where" AS w SET x = (SELECT max(n) FILTER (WHERE n > 0) FROM a.o WHERE o.id = w.id), -- WHERE not
      "WHERE" = $$ where $$, y[1] = CASE WHEN b IS DISTINCT FROM c THEN 'é where' END /* WHERE (neither */`;
    expect(await narrowedTo(`${head}\n wHeRe x IS NULL -- yet\n AND y IS NULL -- the end\n;`)).toBe(
      `${head}\nWHERE (x IS NULL -- yet\n AND y IS NULL) AND here`,
    );
    expect(await narrowedTo(`${head}\n -- WHERE\n;`)).toBe(`${head.replace(/ \/\*.*$/, "")}\nWHERE here`);
  });

  test("tells its table, what it is called and what is set", async () => {
    const backfill = await readBackfill(
      `UPDATE ONLY "S".t "T t" SET (a, b) = (SELECT 1, 2), c[1] = 3, "D d" = DEFAULT, c[2] = 4`,
    );
    expect(backfill).toMatchObject({
      schema: "S",
      table: "t",
      only: true,
      alias: "T t",
      columns: ["a", "b", "c", "D d"],
    });
    expect(tableOf(backfill).text).toBe(`ONLY "S".t AS "T t"`);
    expect(tableOf(await readBackfill("UPDATE s.t SET a = 1")).text).toBe("s.t AS t");
  });
});

const refused: [string, string][] = [
  ["has no statement", "-- nothing but a comment"],
  ["has a second statement", "UPDATE a.t SET x = 1;\nSELECT 1;"],
  ["is not an UPDATE", "DELETE FROM a.t;"],
  ["does not name the table's schema", "UPDATE t SET x = 1;"],
  ["has a WITH clause", "WITH o AS (SELECT 1) UPDATE a.t SET x = 1;"],
  ["has a FROM clause", "UPDATE a.t SET x = o.x FROM a.o WHERE o.id = t.id;"],
  ["has a RETURNING clause", "UPDATE a.t SET x = 1 RETURNING x;"],
  ["follows a cursor", "UPDATE a.t SET x = 1 WHERE CURRENT OF c;"],
];

describe("in a revision file", () => {
  const revision = bare({
    up: [
      step("ALTER TABLE a.t ADD COLUMN x int;"),
      step("UPDATE a.t SET x = 1\nWHERE x IS NULL;", {
        mode: "backfill",
        comments: ["about 12 million rows"],
      }),
      step("UPDATE a.t SET y = 1 WHERE y IS NULL;", { mode: "backfill", triggers: true }),
      step("UPDATE a.t SET z = 1 WHERE z IS NULL;", { mode: "backfill", once: true }),
      step("UPDATE a.t SET w = 1 WHERE w IS NULL;", { mode: "backfill", triggers: true, once: true }),
    ],
  });

  test("a backfill is written and read back", async () => {
    const text = await formatRevision(revision);
    expect(text).toContain("-- dm:step backfill\n-- about 12 million rows\nUPDATE a.t");
    expect(text).toContain("-- dm:step backfill triggers\nUPDATE a.t");
    expect(text).toContain("-- dm:step backfill once\nUPDATE a.t SET z");
    expect(text).toContain("-- dm:step backfill once triggers\nUPDATE a.t SET w");
    expect((await parseRevision(text, "r.sql")).revision).toEqual(revision);
  });

  test.each(refused)("one that %s is refused with its place", async (reason, sql) => {
    const valid = "UPDATE a.t SET x = 1;";
    const written = await formatRevision(
      bare({ up: [step("SELECT 1;"), step(valid, { mode: "backfill" })] }),
    );
    const text = written.replace(valid, () => sql);
    const error = await parseRevision(text, "r.sql").then(
      () => undefined,
      (found: DmError) => found,
    );
    expect(error?.message).toBe(`the backfill step ${reason}`);
    const lines = text.split("\n");
    const marker = lines.findIndex((line) => line.startsWith("-- dm:step backfill")) + 1;
    const second = reason === "has a second statement" ? 2 : 1;
    const line = reason === "has no statement" ? marker : marker + second;
    expect(error?.at).toMatchObject({ file: "r.sql", line, text: lines[line - 1] });
  });

  test("what is none is not written", async () => {
    const revision = bare({ up: [step("SELECT 1;", { mode: "backfill" })] });
    await expect(formatRevision(revision)).rejects.toMatchObject({ code: "DM4015" });
  });

  test("options that dm does not know are refused", async () => {
    const text = (await formatRevision(revision)).replace("backfill triggers", "backfill quickly");
    await expect(parseRevision(text, "r.sql")).rejects.toMatchObject({ code: "DM4007" });
  });
});
