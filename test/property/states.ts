import { describe, expect, test } from "vitest";
import type { KindName } from "../../src/catalog/fact.js";
import { openShadow } from "../corpus/open-shadow.js";
import { eachPostgres, type Postgres, skipAloud } from "../support/databases.js";
import { generatedKinds, serverOnlyKinds } from "./kinds.js";
import { playRound } from "./round.js";

/** `DM_SEED=… DM_ROUNDS=…` replay or go on: round n of a run has the seed DM_SEED + n. */
const first = Number(process.env.DM_SEED ?? 1);

/** Random states and random edits of them: dm gets from each to the other and back. */
export function testRandomStates(versions: readonly Postgres[], usually = 60): void {
  const rounds = Number(process.env.DM_ROUNDS ?? usually);
  for (const version of versions) {
    const isMissing = skipAloud(
      !eachPostgres.includes(version),
      `random states: no PostgreSQL ${version} here`,
    );
    describe.skipIf(isMissing)(`on PostgreSQL ${version}`, () => {
      const open = openShadow(version);

      test(`${rounds} random states become their random edits and come back, seed ${first}`, async () => {
        const counts = new Map<string, number>();
        const failures: string[] = [];
        const seen = new Set<KindName>();
        for (let seed = first; seed < first + rounds; seed++) {
          const { outcome, why, kinds } = await playRound(open(), seed);
          for (const kind of kinds) seen.add(kind);
          counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
          if (outcome === "failed") failures.push(`DM_SEED=${seed} DM_ROUNDS=1: ${why}`);
        }
        const summary = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
        console.log(`random states on ${open().shadow.description}, seed ${first}: ${summary}`);
        expect(failures).toEqual([]);
        const missing = [...generatedKinds].filter(
          (kind) => !seen.has(kind) && !(version === "pglite" && serverOnlyKinds.has(kind)),
        );
        if (rounds >= 60) expect(missing, "kinds that no state had").toEqual([]);
        // What the generator makes is meant to load: too much that does not would hollow the test out.
        expect((counts.get("not loadable") ?? 0) / rounds).toBeLessThan(rounds < 20 ? 1 : 0.1);
      }, 1_800_000);
    });
  }
}
