import type { Catalog } from "../../src/catalog/catalog.js";
import type { Shadow } from "../../src/database/shadow.js";
import { diff } from "../../src/diff/diff.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { type PlannedStatement, plan } from "../../src/plan/plan.js";
import { type Site, withSite } from "../../src/proof/build.js";
import { describeChanges } from "../../src/proof/prove.js";
import { StatementError, segments } from "../../src/proof/run.js";
import { rowsOf, type Seeds, seed } from "../../src/proof/seed.js";
import { missingRoles } from "../support/roles.js";
import { edited } from "./edit.js";
import { Generator } from "./generate.js";
import { roles } from "./names.js";
import { Random } from "./random.js";
import { render } from "./render.js";

/** What one round did, and what went wrong if anything did. */
export interface Round {
  readonly seed: number;
  readonly a: string;
  readonly b: string;
  readonly outcome: "arrived" | "arrived, but the rows stood in the way" | "not loadable" | "failed";
  readonly why?: string;
}

export interface Ground {
  readonly shadow: Shadow;
  readonly base: Catalog;
}

/** Two random states of which one is an edit of the other. */
export function twoStates(seedNumber: number, major: number): { a: string; b: string } {
  const random = new Random(seedNumber);
  const state = Generator.newState(random, major);
  const other = edited(state, random);
  return { a: render(state), b: render(other) };
}

/** Makes two states from the seed and gets from one to the other and back. */
export async function playRound(ground: Ground, seedNumber: number): Promise<Round> {
  const { shadow } = ground;
  const { a, b } = twoStates(seedNumber, shadow.database.version.major);
  const round = { seed: seedNumber, a, b };
  let loaded: readonly [Catalog, Catalog];
  try {
    loaded = [await load(shadow, a), await load(shadow, b)];
  } catch (error) {
    return { ...round, outcome: "not loadable", why: messageOf(error) };
  }
  try {
    return { ...round, ...(await thereAndBack(ground, ...loaded, true)) };
  } catch (error) {
    if (!isAboutRows(error)) return { ...round, outcome: "failed", why: messageOf(error) };
    try {
      const again = await thereAndBack(ground, ...loaded, false);
      if (again.outcome === "failed") return { ...round, ...again };
      return { ...round, outcome: "arrived, but the rows stood in the way", why: messageOf(error) };
    } catch (second) {
      return { ...round, outcome: "failed", why: messageOf(second) };
    }
  }
}

function load(shadow: Shadow, text: string): Promise<Catalog> {
  return shadow.database.trial(async () => {
    await shadow.database.script(missingRoles(roles));
    await shadow.database.script(text);
    return introspectHere(shadow.database);
  });
}

/** Data exceptions and integrity violations: what a change of type or a new constraint says of rows that do not fit. */
function isAboutRows(error: unknown): boolean {
  if (!(error instanceof StatementError)) return false;
  // A text that is no tsvector is called a syntax error.
  return /^2[23]/.test(error.cause.sqlstate) || error.cause.message.startsWith("syntax error in tsvector");
}

async function thereAndBack(
  { shadow, base }: Ground,
  loadedA: Catalog,
  loadedB: Catalog,
  withRows: boolean,
): Promise<Pick<Round, "outcome" | "why">> {
  const up = plan(loadedA, loadedB);
  const commits = segments([...up, ...plan(loadedB, loadedA)]).length > 1;
  return withSite(shadow, { catalogs: [loadedA, loadedB], commits }, async (site) => {
    const b = await go(site, base, loadedB);
    const problems: string[] = [];
    const check = (leg: string, current: Catalog, wanted: Catalog) => {
      const lines = current.fingerprint === wanted.fingerprint ? [] : describeChanges(diff(current, wanted));
      if (lines.length > 0) problems.push([leg, ...lines].join("\n  "));
    };
    check("b as dm builds it", b, loadedB);
    check("nothing is left of b", await go(site, b, base), base);
    const a = await go(site, base, loadedA);
    check("a as dm builds it", a, loadedA);
    const seeds = withRows ? await seeded(site, a) : { tables: [] };
    const survives = survivors(plan(a, b), plan(b, a));
    const before = await rowsOf(site.database, seeds, a, survives);
    check("a to b", await go(site, a, b), b);
    compareRows("a to b", before, await rowsOf(site.database, seeds, a, survives), problems);
    check("b to a", await go(site, b, a), a);
    compareRows("b to a", before, await rowsOf(site.database, seeds, a, survives), problems);
    return problems.length === 0 ? { outcome: "arrived" } : { outcome: "failed", why: problems.join("\n") };
  });
}

async function go(site: Site, from: Catalog, to: Catalog): Promise<Catalog> {
  await site.run(plan(from, to));
  return site.read();
}

function seeded(site: Site, catalog: Catalog): Promise<Seeds> {
  const work = () => seed(site.database, catalog);
  return site.commits ? site.database.transaction(work) : work();
}

/** What neither plan touches keeps its rows. */
function survivors(...plans: readonly (readonly PlannedStatement[])[]): (id: string) => boolean {
  const touched = new Set<string>();
  for (const { action, facts } of plans.flat()) {
    for (const id of facts) if (action !== "create" || !id.startsWith("constraint")) touched.add(id);
  }
  return (id) => !touched.has(id);
}

function compareRows(
  leg: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  problems: string[],
): void {
  for (const [table, rows] of before) {
    if (after.get(table) !== rows)
      problems.push(`${leg}: rows of ${table}\n  ${rows}\n  ${after.get(table)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
