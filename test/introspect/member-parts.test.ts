import { describe, expect, test } from "vitest";
import { leftAlone } from "../../src/catalog/left-alone.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { openShadow } from "../corpus/open-shadow.js";
import { endsOfPostgres } from "../support/databases.js";

const given = `CREATE EXTENSION hstore; CREATE TABLE kept (id integer, note text); ALTER EXTENSION hstore ADD TABLE kept;
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE INDEX there ON kept (note); COMMENT ON TABLE kept IS 'first'`;

/** What someone does to a table of an extension, and how dm names it. */
const additions: readonly (readonly [sql: string, kind: string, name: string])[] = [
  ["CREATE INDEX mine ON kept (id)", "extension table's index", "mine on public.kept"],
  ["DROP INDEX there; CREATE INDEX there ON kept (id)", "extension table's index", "there on public.kept"],
  [
    "ALTER TABLE kept ADD CONSTRAINT mine CHECK (id > 0)",
    "extension table's constraint",
    "mine on public.kept",
  ],
  [
    "CREATE TRIGGER mine BEFORE INSERT ON kept FOR EACH ROW EXECUTE FUNCTION f()",
    "extension table's trigger",
    "mine on public.kept",
  ],
  ["CREATE RULE mine AS ON INSERT TO kept DO ALSO NOTIFY x", "extension table's rule", "mine on public.kept"],
  ["CREATE POLICY mine ON kept USING (id > 0)", "extension table's policy", "mine on public.kept"],
  ["ALTER TABLE kept ENABLE ROW LEVEL SECURITY", "extension table's row security", "enabled on public.kept"],
  ["ALTER TABLE kept ADD COLUMN mine integer", "extension table's column", "mine on public.kept"],
  ["ALTER TABLE kept ALTER note SET DEFAULT 'x'", "extension table's column", "note on public.kept"],
  ["COMMENT ON TABLE kept IS 'second'", "extension member's comment", "table public.kept"],
];

describe.each(endsOfPostgres)("what is added to an extension's table on %s", (postgres) => {
  const open = openShadow(postgres);

  test("is named where another state has not the same, and is no fact", async () => {
    const { database } = open().shadow;
    const read = (text: string) =>
      database.trial(async () => {
        await database.script(`${given}; ${text}`);
        return introspectHere(database);
      });
    const before = await read("");
    expect(leftAlone(before)).toEqual([]);
    for (const [sql, kind, name] of additions) {
      const after = await read(sql);
      expect(after.fingerprint, sql).toBe(before.fingerprint);
      expect(leftAlone(after), sql).toEqual([]);
      for (const both of [leftAlone(before, after), leftAlone(after, before)]) {
        expect(
          both.map((one) => [one.kind, one.name]),
          sql,
        ).toEqual([[kind, name]]);
      }
    }
  });
});
