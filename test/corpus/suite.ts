import { afterAll, describe, expect, test } from "vitest";
import { eachPostgres, type Postgres, shared, skipAloud } from "../support/databases.js";
import { differAfterAll, toldApart } from "./expectations.js";
import { judge, type Verdict } from "./judge.js";
import { type OpenShadow, openShadow } from "./open-shadow.js";
import { type Pair, readPairs, type Suite } from "./pairs.js";

/** Where the pairs run: `DM_CORPUS_VERSIONS=14,15,pglite`; version 17 unless said. */
const versions = (process.env.DM_CORPUS_VERSIONS ?? "17").split(",").map(versionOf);

function versionOf(text: string): Postgres {
  return text.trim() === "pglite" ? "pglite" : Number(text);
}

/** A test for each pair of the suites; those that dm's scope or the version leaves out are skipped by name. */
export function testPairs(...suites: readonly Suite[]): void {
  const isAbsent = skipAloud(shared("cases") === undefined, `pairs of ${suites.join(", ")}: no shared/cases`);
  for (const version of versions) {
    const isMissing = skipAloud(!eachPostgres.includes(version), `pairs: PostgreSQL ${version} does not run`);
    describe.skipIf(isAbsent || isMissing)(`on PostgreSQL ${version}`, () => {
      if (isAbsent || isMissing) return;
      const open = openShadow(version);
      for (const suite of suites) testSuite(suite, version, open);
    });
  }
}

function testSuite(suite: Suite, version: Postgres, open: () => OpenShadow): void {
  describe(suite, () => {
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    afterAll(() => {
      const lines = [...counts].sort().map(([what, number]) => `  ${number} ${what}`);
      console.log([`${suite}, ${open().shadow.description}:`, ...lines].join("\n"));
    });
    for (const pair of readPairs(shared(".") ?? "", suite)) {
      test(pair.name, async ({ skip }) => {
        const { shadow, base } = open();
        const oldest = pair.min_version ?? 14;
        if (shadow.database.version.major < oldest) {
          count(`not loadable: needs PostgreSQL ${oldest}`);
          skip(`needs PostgreSQL ${oldest}`);
        }
        const verdict = await judge(shadow, base, expected(pair));
        count(summary(pair, verdict));
        if (verdict.outcome === "out of scope") skip(`dm does not model: ${verdict.kinds.join(", ")}`);
        if (verdict.outcome === "not loadable" && version !== 17) skip(`does not load: ${verdict.why}`);
        if (toldApart[pair.name] === undefined) expect(verdict).toEqual({ outcome: "passed" });
        else {
          expect(verdict).toMatchObject({
            outcome: "failed",
            why: expect.stringMatching(/^a and b mean the same/),
          });
          expect(await judge(shadow, base, { ...pair, kind: "diff" })).toEqual({ outcome: "passed" });
        }
      });
    }
  });
}

/** The pair as dm must judge it. */
function expected(pair: Pair): Pair {
  return differAfterAll[pair.name] === undefined ? pair : { ...pair, kind: "diff" };
}

function summary(pair: Pair, verdict: Verdict): string {
  if (verdict.outcome === "out of scope") return `out of scope: ${verdict.kinds.join(", ")}`;
  if (verdict.outcome === "not loadable") return `not loadable: ${pair.name}: ${verdict.why}`;
  return toldApart[pair.name] === undefined ? verdict.outcome : "told apart, though they mean the same";
}
