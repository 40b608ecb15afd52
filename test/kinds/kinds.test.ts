import { afterAll, describe, expect, test } from "vitest";
import { openShadow } from "../corpus/open-shadow.js";
import { eachPostgres } from "../support/databases.js";
import { type ChangeCase, play, seen, wayOf } from "./change.js";
import { columnCases } from "./column-cases.js";
import { constraintCases } from "./constraint-cases.js";
import { privilegeCases } from "./privilege-cases.js";
import { relationCases } from "./relation-cases.js";
import { routineCases } from "./routine-cases.js";
import { typeCases } from "./type-cases.js";

const cases: readonly ChangeCase[] = [
  ...columnCases,
  ...constraintCases,
  ...relationCases,
  ...routineCases,
  ...typeCases,
  ...privilegeCases,
];

/** Attributes that no case here changes, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  "table.tablespace": "tablespaces.test.ts",
  "constraint.tablespace": "tablespaces.test.ts",
  "index.tablespace": "tablespaces.test.ts",
  "materialized view.tablespace": "tablespaces.test.ts",
  "table.accessMethod": "no PostgreSQL brings a second table access method",
  "materialized view.accessMethod": "no PostgreSQL brings a second table access method",
  "index.valid": "indexes.test.ts",
  "procedure.result": "a procedure's follows from its arguments",
  "procedure.window": "only functions have windows",
  "sequence ownership.schema": "a sequence lives in the schema of the table that owns it",
};

describe.each(eachPostgres)("on PostgreSQL %s", (postgres) => {
  const open = openShadow(postgres);
  const changed = new Set<string>();
  const known = new Set<string>();
  const major = postgres === "pglite" ? 18 : postgres;

  for (const one of cases) {
    const fits = (one.since ?? 14) <= major && major <= (one.until ?? 99);
    const isHere = fits && !(one.serverOnly === true && postgres === "pglite");
    test.runIf(isHere)(one.title, async () => {
      const { shadow } = open();
      const [fact, ...attributes] = one.sees;
      const played = await play(shadow, one);
      for (const change of played.changes) {
        if (change.type !== "alter") continue;
        for (const attribute of change.attributes) changed.add(`${change.wanted.identity.kind}.${attribute}`);
        for (const name of Object.keys(change.wanted.attributes))
          known.add(`${change.wanted.identity.kind}.${name}`);
      }
      expect(seen(played.changes, fact), "seen").toEqual(attributes);
      expect([played.afterUp, played.afterDown], "left by up and down").toEqual([[], []]);
      const [up, down] = [wayOf(played.up, fact), wayOf(played.down, fact)];
      if (one.way === "comes and goes") expect([up, down].sort()).toEqual(["created", "dropped"]);
      else expect([up, down], "ways up and down").toEqual([one.way, one.back ?? one.way]);
      expect(new Set(played.kept).size, `kept: ${played.kept.join(" ")}`).toBe(1);
      if (one.answers !== undefined) expect(played.answer).toBe(JSON.stringify([[one.answers[1]]]));
    });
  }

  afterAll(() => {
    const missing = [...known].filter(
      (attribute) => !changed.has(attribute) && elsewhere[attribute] === undefined,
    );
    const isWhole = cases.length === new Set(cases.map(({ title }) => title)).size && changed.size > 50;
    if (isWhole) expect(missing, "attributes that no case changes").toEqual([]);
  });
});
