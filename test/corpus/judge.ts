import type { Catalog } from "../../src/catalog/catalog.js";
import { leftAlone } from "../../src/catalog/left-alone.js";
import type { Shadow } from "../../src/database/shadow.js";
import { diff } from "../../src/diff/diff.js";
import { plan } from "../../src/plan/plan.js";
import { type Site, withSite } from "../../src/proof/build.js";
import { describeChanges } from "../../src/proof/prove.js";
import { segments } from "../../src/proof/run.js";
import { faults } from "../oracle/compare.js";
import { readState } from "../oracle/state.js";
import { type Loaded, load } from "./load.js";
import type { Pair } from "./pairs.js";

/** What became of a pair. */
export type Verdict =
  | { readonly outcome: "passed" }
  | { readonly outcome: "failed"; readonly why: string }
  | { readonly outcome: "out of scope"; readonly kinds: readonly string[] }
  | { readonly outcome: "not loadable"; readonly why: string };

/**
 * Gets from each state of the pair to the other by dm's own plans, and says whether it arrived: to what dm reads in the
 * state as it was written, and to what the oracle reads there, which shares nothing with dm.
 */
export async function judge(shadow: Shadow, base: Catalog, pair: Pair, hasOracle: boolean): Promise<Verdict> {
  let written: readonly [Loaded, Loaded];
  try {
    const b = await load(shadow, pair, pair.b, hasOracle);
    written = [await load(shadow, pair, pair.a, hasOracle), b];
  } catch (error) {
    return { outcome: "not loadable", why: messageOf(error) };
  }
  const kinds = new Set(leftAlone(written[0].catalog, written[1].catalog).map(({ kind }) => kind));
  if (kinds.size > 0) return { outcome: "out of scope", kinds: [...kinds].sort() };
  try {
    const why = await thereAndBack(shadow, base, pair, ...written);
    return why === undefined ? { outcome: "passed" } : { outcome: "failed", why };
  } catch (error) {
    return { outcome: "failed", why: messageOf(error) };
  }
}

async function thereAndBack(
  shadow: Shadow,
  base: Catalog,
  pair: Pair,
  writtenA: Loaded,
  writtenB: Loaded,
): Promise<string | undefined> {
  const [toA, toB] = [writtenA.catalog, writtenB.catalog];
  const needs = {
    catalogs: [toA, toB],
    commits: segments([...plan(toA, toB), ...plan(toB, toA)]).length > 1,
  };
  return withSite(shadow, needs, async (site) => {
    const b = await go(site, base, toB);
    const again = differences(await go(site, b, base), base);
    if (again.length > 0) return report("dropping all of b", again);
    if (pair.a.trim() === "" && pair.kind === "same") {
      const twice = differences(await go(site, base, b), b);
      if (twice.length > 0) return report("b planned a second time", twice);
      const unseen = await unseenIn(site, writtenB);
      return unseen.length > 0 ? report("the oracle, of b planned a second time", unseen) : undefined;
    }
    const a = await go(site, base, toA);
    if (pair.kind !== "diff") {
      const between = differences(a, b);
      if (between.length > 0) return report("a and b mean the same", between);
    }
    const up = differences(await go(site, a, b), b);
    if (up.length > 0) return report("a to b", up);
    const unseenUp = await unseenIn(site, writtenB);
    if (unseenUp.length > 0) return report("the oracle, of a to b", unseenUp);
    const down = differences(await go(site, b, a), a);
    if (down.length > 0) return report("b to a", down);
    const unseenDown = await unseenIn(site, writtenA);
    return unseenDown.length > 0 ? report("the oracle, of b to a", unseenDown) : undefined;
  });
}

/** What the oracle finds different from the state as it was written; nothing where it is not asked. */
async function unseenIn({ database }: Site, written: Loaded): Promise<string[]> {
  return written.state === undefined ? [] : faults(await readState(database), written.state);
}

async function go(site: Site, from: Catalog, to: Catalog): Promise<Catalog> {
  await site.run(plan(from, to));
  return site.read();
}

function differences(current: Catalog, wanted: Catalog): string[] {
  return current.fingerprint === wanted.fingerprint ? [] : describeChanges(diff(current, wanted));
}

const report = (leg: string, lines: readonly string[]) => [leg, ...lines].join("\n  ");

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
