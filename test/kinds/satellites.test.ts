import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { kindNames, kindOf } from "../../src/kinds/index.js";
import { plan } from "../../src/plan/plan.js";
import { describeChanges } from "../../src/proof/prove.js";
import { runStatements } from "../../src/proof/run.js";
import { writeSchemaFiles } from "../../src/pull/pull.js";
import { literal } from "../../src/sql/sql.js";
import { eachPostgres, withTemporaryDatabase } from "../support/databases.js";
import { objects } from "./satellite-cases.js";

const owners = ["dm_satellite_one", "dm_satellite_two"] as const;
const texts = ["a comment", '  several lines\n   with leading blanks;\n\nit\'s "quoted" -- $$ \\ /* \n'];

/** Every object, in its first or its second form, with a comment and an owner, or without. */
function state(
  form: "first" | "second",
  satellites: number | undefined,
  has: (name: string) => boolean,
): string {
  return objects
    .filter(({ kind }) => has(kind))
    .flatMap(({ first, second = first, noun, owned }) => [
      form === "first" ? first : second,
      ...(satellites === undefined ? [] : [`COMMENT ON ${noun} IS ${literal(texts[satellites] ?? "").text}`]),
      ...(satellites === undefined || owned === undefined
        ? []
        : [`ALTER ${owned === true ? noun : owned} OWNER TO ${owners[satellites]}`]),
    ])
    .join(";\n");
}

describe.each(eachPostgres)("comments and owners on %s", (postgres) => {
  test("of every kind are seen, and kept through every change of what they are about", {
    timeout: 60_000,
  }, async () => {
    await withTemporaryDatabase(postgres, async (database) => {
      const has = (name: string) => postgres !== "pglite" || name !== "subscription";
      const load = (text: string) => loaded(database, text);
      const empty = await load("");
      const states: readonly (readonly [string, Catalog])[] = [
        ["the objects", await load(state("first", undefined, has))],
        ["with comments and owners", await load(state("first", 0, has))],
        ["with other ones", await load(state("first", 1, has))],
        ["the same on changed objects", await load(state("second", 1, has))],
        ["unchanged again", await load(state("first", 1, has))],
        ["without", await load(state("first", undefined, has))],
        ["nothing", empty],
        ["all at once", await load(state("second", 0, has))],
      ];
      const all = states[2]?.[1];
      if (all === undefined) throw new Error("no state");
      const used = objects.filter(({ kind }) => has(kind));
      expect(all.ofKind("comment").length - empty.ofKind("comment").length).toBe(used.length);
      const owned = used.filter(({ owned }) => owned !== undefined);
      expect(all.ofKind("owner").length - empty.ofKind("owner").length).toBe(owned.length);
      expect(all.unmodelled).toEqual([]);

      await database.trial(async () => {
        await database.script(createRoles);
        const problems: string[] = [];
        let at = empty;
        for (const [name, wanted] of states) {
          await runStatements(database, plan(at, wanted));
          at = await introspectHere(database);
          const left = describeChanges(diff(at, wanted));
          if (left.length > 0) problems.push(name, ...left);
        }
        expect(problems).toEqual([]);
      });

      const files = writeSchemaFiles(all, empty, "sql");
      const commented = files
        .map(({ text }) => text)
        .join("")
        .match(/^COMMENT ON /gm);
      expect(commented).toHaveLength(used.length);
    });
  });
});

const createRoles = owners.map((role) => `CREATE ROLE ${role} SUPERUSER`).join(";");

async function loaded(database: Database, text: string): Promise<Catalog> {
  return database.trial(async () => {
    await database.script(`${createRoles};${text}`);
    return introspectHere(database);
  });
}

/** Kinds whose comments are tested with the kind. */
const elsewhere = new Map([
  ["role", "roles.test.ts: read on request only"],
  ["not null", "not-null.test.ts: has a name from version 18 on"],
  ["type", "types.test.ts: one with its definition"],
  ["base type", "types.test.ts: one with its shell"],
]);

test("no kind is forgotten that COMMENT ON names", () => {
  const named = kindNames.filter((kind) => kindOf(kind).address !== undefined);
  const tested = new Set(objects.map(({ kind }) => kind));
  expect(named.filter((kind) => !tested.has(kind) && !elsewhere.has(kind))).toEqual([]);
});
