import { describe, expect, test } from "vitest";
import { openShadow } from "../corpus/open-shadow.js";
import { eachPostgres } from "../support/databases.js";
import { baseTypeCases } from "./base-type-cases.js";
import { type ChangeCase, play, seen, wayOf } from "./change.js";
import { compositeAndRangeCases } from "./composite-and-range-cases.js";
import { leavingCases } from "./leaving-cases.js";
import { operatorCases } from "./operator-cases.js";
import { operatorClassCases } from "./operator-class-cases.js";

const cases: readonly ChangeCase[] = [
  ...compositeAndRangeCases,
  ...baseTypeCases,
  ...leavingCases,
  ...operatorCases,
  ...operatorClassCases,
];

describe.each(eachPostgres)("on PostgreSQL %s", (postgres) => {
  const open = openShadow(postgres);
  const major = postgres === "pglite" ? 18 : postgres;

  for (const one of cases) {
    const fits = (one.since ?? 14) <= major && major <= (one.until ?? 99);
    const isHere = fits && !(one.serverOnly === true && postgres === "pglite");
    test.runIf(isHere)(one.title, async () => {
      const [fact, ...attributes] = one.sees;
      const played = await play(open().shadow, one);
      expect(seen(played.changes, fact)?.toSorted(), "seen").toEqual(attributes);
      expect([played.afterUp, played.afterDown], "left by up and down").toEqual([[], []]);
      // A part of a type stays with the old one.
      const way = (statements: Parameters<typeof wayOf>[0], expected: string) =>
        wayOf(statements, fact).replace(
          /^created$/,
          /^(attribute|base type|range)/.test(fact) ? expected : "created",
        );
      const [up, down] = [way(played.up, one.way), way(played.down, one.back ?? one.way)];
      if (one.way === "comes and goes") expect([up, down]).toContain("dropped");
      else expect([up, down], "ways up and down").toEqual([one.way, one.back ?? one.way]);
      expect(new Set(played.kept).size, `kept: ${played.kept.join(" ")}`).toBe(1);
      if (one.answers !== undefined) expect(played.answer).toBe(JSON.stringify([[one.answers[1]]]));
    });
  }
});
