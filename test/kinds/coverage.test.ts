import { describe, expect, test } from "vitest";
import { openShadow } from "../corpus/open-shadow.js";
import { newestServer, skipAloud } from "../support/databases.js";
import { behindCases } from "./behind-cases.js";
import { type ChangeCase, changesOf } from "./change.js";
import { columnCases } from "./column-cases.js";
import { constraintCases } from "./constraint-cases.js";
import { notNullCases } from "./not-null-cases.js";
import { privilegeCases } from "./privilege-cases.js";
import { relationCases } from "./relation-cases.js";
import { routineCases } from "./routine-cases.js";
import { typeCases } from "./type-cases.js";

const cases: readonly ChangeCase[] = [
  ...columnCases,
  ...constraintCases,
  ...notNullCases,
  ...relationCases,
  ...routineCases,
  ...typeCases,
  ...privilegeCases,
  ...behindCases,
];

/** Attributes that no case changes, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  "table.tablespace": "tablespaces.test.ts",
  "constraint.tablespace": "tablespaces.test.ts",
  "index.tablespace": "tablespaces.test.ts",
  "materialized view.tablespace": "tablespaces.test.ts",
  "table.accessMethod": "no PostgreSQL brings a second table access method",
  "materialized view.accessMethod": "no PostgreSQL brings a second table access method",
  "index.valid": "invalid-indexes.test.ts",
  "index.attached": "partitions.test.ts",
  "procedure.result": "a procedure's follows from its arguments",
  "procedure.window": "only functions have windows",
  "sequence ownership.schema": "a sequence lives in the schema of the table that owns it",
};

const server = newestServer();

/** Some attributes are there from this version on. */
const newest = 18;

describe.skipIf(
  skipAloud((server?.major ?? 0) < newest, `coverage of attributes: no PostgreSQL ${newest} runs`),
)("the cases", () => {
  const open = openShadow(server?.major ?? "pglite");

  test("change every attribute of the kinds that they are about", { timeout: 300_000 }, async () => {
    const [changed, known] = [new Set<string>(), new Set<string>()];
    for (const one of cases.filter(({ until }) => until === undefined)) {
      for (const change of await changesOf(open().shadow, one)) {
        if (change.type !== "alter") continue;
        const { kind } = change.wanted.identity;
        for (const attribute of change.attributes) changed.add(`${kind}.${attribute}`);
        for (const attribute of Object.keys(change.wanted.attributes)) known.add(`${kind}.${attribute}`);
      }
    }
    const missing = [...known].filter(
      (attribute) => !changed.has(attribute) && elsewhere[attribute] === undefined,
    );
    expect(missing).toEqual([]);
    expect(known.size).toBeGreaterThan(90);
  });
});
