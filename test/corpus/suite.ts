import { afterAll, describe, expect, test } from "vitest";
import { eachPostgres, type Postgres, servers, shared, skipAloud } from "../support/databases.js";
import { dumpVersion } from "./dump.js";
import { dumpsDiffer } from "./dump-judge.js";
import { differAfterAll, toldApart } from "./expectations.js";
import { judge, type Verdict } from "./judge.js";
import { type OpenShadow, openShadows } from "./open-shadow.js";
import { type Pair, readPairs, type Suite } from "./pairs.js";

const newestOfAll = 18;

/**
 * Where the pairs run: `DM_CORPUS_VERSIONS=14,15,pglite`, or `all` servers. Unless said, all of them on version 17, and a few
 * on each other version.
 */
const asked = process.env.DM_CORPUS_VERSIONS;
const whole: readonly Postgres[] =
  asked === "all"
    ? eachPostgres.filter((one) => one !== "pglite")
    : (asked ?? "17").split(",").map(versionOf);
const sampled = asked === undefined ? eachPostgres.filter((one) => !whole.includes(one)) : [];

/** The oracle judges some of the pairs; `DM_ORACLE=all` has it judge every one. */
const oracleStep = 5;
const sampleStep = 60;

/** On the version of the machine's own pg_dump that judges, too. */
const dumper = dumpVersion();

function versionOf(text: string): Postgres {
  return text.trim() === "pglite" ? "pglite" : Number(text);
}

/** A test for each pair of the suites. */
export function testPairs(...suites: readonly Suite[]): void {
  const isAbsent = skipAloud(shared("cases") === undefined, `pairs of ${suites.join(", ")}: no shared/cases`);
  for (const version of [...whole, ...sampled]) {
    const isMissing = skipAloud(!eachPostgres.includes(version), `pairs: PostgreSQL ${version} does not run`);
    describe.skipIf(isAbsent || isMissing)(`on PostgreSQL ${version}`, () => {
      if (isAbsent || isMissing) return;
      const open = openShadows();
      for (const suite of suites) testSuite(suite, version, open);
    });
  }
}

/** This version, and the newer servers that a pair may need and that do not run it anyway; oldest first. */
function candidates(version: Postgres, pair: Pair): readonly Postgres[] {
  const major = version === "pglite" ? newestOfAll : version;
  const newer = servers()
    .map((server) => server.major)
    .filter((other) => other > major && !whole.includes(other));
  return [version, ...newer].filter(
    (one) => (one === "pglite" ? newestOfAll : one) >= (pair.min_version ?? 0),
  );
}

async function judged(
  version: Postgres,
  pair: Pair,
  at: number,
  open: (version: Postgres) => Promise<OpenShadow>,
): Promise<{ on: Postgres; verdict: Verdict }> {
  let refused: { on: Postgres; verdict: Verdict } | undefined;
  for (const on of candidates(version, pair)) {
    const { shadow, base } = await open(on);
    const hasOracle = at % oracleStep === 0 || process.env.DM_ORACLE === "all";
    const verdict = await judge(shadow, base, pair, hasOracle);
    if (verdict.outcome !== "not loadable") return { on, verdict };
    refused ??= { on, verdict };
  }
  const why = `needs PostgreSQL ${pair.min_version}, which does not run`;
  return refused ?? { on: version, verdict: { outcome: "not loadable", why } };
}

function testSuite(suite: Suite, version: Postgres, open: (version: Postgres) => Promise<OpenShadow>): void {
  describe(suite, () => {
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    afterAll(() => {
      const lines = [...counts].sort().map(([what, number]) => `  ${number} ${what}`);
      console.log([`${suite}, PostgreSQL ${version}:`, ...lines].join("\n"));
    });
    const pairs = readPairs(shared(".") ?? "", suite);
    const step = sampled.includes(version) ? sampleStep : 1;
    for (const [at, pair] of pairs.entries()) {
      if (at % step !== 0) continue;
      test(pair.name, async ({ skip }) => {
        const { on, verdict } = await judged(version, expected(pair), at, open);
        count(
          `${summary(pair, verdict)}${on === version ? "" : ` on PostgreSQL ${on}, the oldest that takes them`}`,
        );
        const isElsewhere = runsLater(version) || candidates(version, pair).length === 0;
        if (verdict.outcome === "not loadable" && isElsewhere) skip(`does not load: ${verdict.why}`);
        if (on === dumper) expect(await dumpsDiffer(on, pair)).toBeUndefined();
        if (toldApart[pair.name] === undefined) expect(verdict).toEqual({ outcome: "passed" });
        else {
          expect(verdict).toMatchObject({
            outcome: "failed",
            why: expect.stringMatching(/^a and b mean the same/),
          });
          const { shadow, base } = await open(on);
          expect(await judge(shadow, base, { ...pair, kind: "diff" }, true)).toEqual({ outcome: "passed" });
        }
      });
    }
  });
}

/** Whether a pair that this version does not take runs on a newer one for itself. */
function runsLater(version: Postgres): boolean {
  return version !== "pglite" && whole.some((other) => other !== "pglite" && other > version);
}

/** The pair as dm must judge it. */
function expected(pair: Pair): Pair {
  return differAfterAll[pair.name] === undefined ? pair : { ...pair, kind: "diff" };
}

function summary(pair: Pair, verdict: Verdict): string {
  if (verdict.outcome === "out of scope") return `out of scope: ${verdict.kinds.join(", ")}`;
  if (verdict.outcome === "not loadable") return `not loadable: ${verdict.why}`;
  return toldApart[pair.name] === undefined ? verdict.outcome : "told apart, though they mean the same";
}
