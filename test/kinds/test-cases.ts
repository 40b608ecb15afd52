import { describe, expect, test } from "vitest";
import { openShadow } from "../corpus/open-shadow.js";
import { eachPostgres } from "../support/databases.js";
import { type ChangeCase, play, seen, wayOf } from "./change.js";

/** A test for each case on each PostgreSQL that it fits. */
export function testCases(cases: readonly ChangeCase[]): void {
  describe.each(eachPostgres)("on PostgreSQL %s", (postgres) => {
    const open = openShadow(postgres);
    const major = postgres === "pglite" ? 18 : postgres;

    for (const one of cases) {
      const fits = (one.since ?? 14) <= major && major <= (one.until ?? 99);
      const isHere = fits && !(one.serverOnly === true && postgres === "pglite");
      test.runIf(isHere)(one.title, async () => {
        const [fact, ...attributes] = one.sees;
        const played = await play(open().shadow, one);
        expect(seen(played.changes, fact), "seen").toEqual(attributes);
        expect([played.afterUp, played.afterDown], "left by up and down").toEqual([[], []]);
        const [up, down] = [wayOf(played.up, fact), wayOf(played.down, fact)];
        if (one.way === "comes and goes") expect([up, down].sort()).toEqual(["created", "dropped"]);
        else if (one.way === "moved") expect([up, down]).toEqual(["created", "created"]);
        else expect([up, down], "ways up and down").toEqual([one.way, one.back ?? one.way]);
        expect(new Set(played.kept).size, `kept: ${played.kept.join(" ")}`).toBe(1);
        if (one.answers !== undefined) expect(played.answer).toBe(JSON.stringify([[one.answers[1]]]));
      });
    }
  });
}
