import { randomBytes } from "node:crypto";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { KindName } from "../../src/catalog/fact.js";
import type { Scope } from "../../src/catalog/scope.js";
import type { Database } from "../../src/database/database.js";
import type { Shadow } from "../../src/database/shadow.js";
import { diff } from "../../src/diff/diff.js";
import { DmError } from "../../src/error.js";
import { introspectHere } from "../../src/introspect/introspect.js";
import { managed, sharedBy } from "../../src/manage/managed.js";
import { type PlannedStatement, plan } from "../../src/plan/plan.js";
import type { Rename } from "../../src/plan/rename.js";
import { type RenameStep, renamePlan, renameSteps } from "../../src/plan/rename-steps.js";
import { type Site, withSite } from "../../src/proof/build.js";
import { describeChanges } from "../../src/proof/prove.js";
import { runStatements, StatementError, segments } from "../../src/proof/run.js";
import { seed } from "../../src/proof/seed.js";
import { name } from "../../src/sql/sql.js";
import { faults } from "../oracle/compare.js";
import { type State as JudgedState, readState } from "../oracle/state.js";
import { missingRoles } from "../support/roles.js";
import { addLater } from "./additions.js";
import { edited } from "./edit.js";
import { Generator } from "./generate.js";
import type { State } from "./model.js";
import { roles } from "./names.js";
import { Random } from "./random.js";
import { afterRenames, renamesBetween } from "./renames.js";
import { render } from "./render.js";
import { keptTables, lostRows, rowsIn } from "./rows.js";
import { withoutDatabaseComment } from "./server-wide.js";

/** What one round did, and what went wrong if anything did. */
export interface Round {
  readonly seed: number;
  readonly a: string;
  readonly b: string;
  readonly outcome: "arrived" | "arrived, but the rows stood in the way" | "not loadable" | "failed";
  readonly why?: string;
  /** The kinds of all that the states had. */
  readonly kinds: ReadonlySet<KindName>;
}

export interface Ground {
  readonly shadow: Shadow;
  readonly base: Catalog;
}

/** Two random states of which one is an edit of the other, and whether a person says what was renamed. */
export interface Pair {
  readonly states: { readonly a: State; readonly b: State };
  readonly a: string;
  readonly b: string;
  readonly isAnnotated: boolean;
  /** What is read of them, where they have roles and settings. */
  readonly scope: Scope;
}

/** @param rolePrefix for states with roles and settings: what the names of their own roles begin with. */
export function twoStates(seedNumber: number, major: number, isPglite = false, rolePrefix?: string): Pair {
  const random = new Random(seedNumber);
  const state = Generator.newState(random, major, isPglite);
  const other = edited(state, random);
  const [a, b] = random.chance(0.7) ? [state, other] : [other, state];
  const isAnnotated = random.chance(0.4);
  addLater(a, b, Random.beside(seedNumber), rolePrefix);
  const isShared = a.server !== undefined || b.server !== undefined;
  const scope: Scope = isShared ? { roles: [`${rolePrefix}*`], settings: true } : {};
  return { states: { a, b }, a: render(a), b: render(b), isAnnotated, scope };
}

/** What is known of both states before dm goes to work. */
interface Loaded {
  readonly a: Catalog;
  readonly b: Catalog;
  readonly scope: Scope;
  /** The second state in the eyes of a comparison that shares nothing with dm. */
  readonly judged?: JudgedState;
  readonly renames: readonly Rename[];
}

/** Every third round also begins with nothing and ends with nothing; every fifth is judged by another reader. */
const beginsWithNothing = (seedNumber: number) => seedNumber % 3 === 0;
const isJudged = (seedNumber: number) => seedNumber % 5 === 1;

/** Makes two states from the seed and gets from one to the other and back. */
export async function playRound(ground: Ground, seedNumber: number): Promise<Round> {
  const { shadow } = ground;
  const { database } = shadow;
  const prefix = `dm_x${randomBytes(5).toString("hex")}_`;
  const pair = twoStates(seedNumber, database.version.major, database.engine === "pglite", prefix);
  const { scope } = pair;
  const kinds = new Set<KindName>();
  const round = { seed: seedNumber, a: pair.a, b: pair.b, kinds };
  let loaded: Loaded;
  try {
    const [a, b] = [
      await load(shadow, pair.a, scope, false),
      await load(shadow, pair.b, scope, isJudged(seedNumber)),
    ];
    for (const { identity } of [...a.catalog.facts.values(), ...b.catalog.facts.values()])
      kinds.add(identity.kind);
    const { a: before, b: after } = pair.states;
    const renames = pair.isAnnotated ? renamesBetween(before, after, a.catalog, b.catalog) : [];
    loaded = {
      a: a.catalog,
      b: b.catalog,
      scope,
      renames,
      ...(b.judged === undefined ? {} : { judged: b.judged }),
    };
  } catch (error) {
    return { ...round, outcome: "not loadable", why: messageOf(error) };
  }
  const play = (withRows: boolean) =>
    thereAndBack(ground, loaded, withRows, beginsWithNothing(seedNumber) ? undefined : pair.a);
  try {
    return { ...round, ...(await play(true)) };
  } catch (error) {
    if (isUnfillable(error)) return { ...round, outcome: "not loadable", why: messageOf(error) };
    if (!isAboutRows(error)) return { ...round, outcome: "failed", why: messageOf(error) };
    try {
      const again = await play(false);
      if (again.outcome === "failed") return { ...round, ...again };
      return { ...round, outcome: "arrived, but the rows stood in the way", why: messageOf(error) };
    } catch (second) {
      return { ...round, outcome: "failed", why: messageOf(second) };
    }
  }
}

function load(
  { database }: Shadow,
  text: string,
  scope: Scope,
  isJudging: boolean,
): Promise<{ catalog: Catalog; judged?: JudgedState }> {
  return database.trial(async () => {
    await prepare(database, scope);
    await database.script(text);
    const catalog = await readHere(database, scope);
    return isJudging ? { catalog, judged: await readState(database) } : { catalog };
  });
}

/** Roles that every state may name are there, and nothing is said of the database where that is looked at. */
async function prepare(database: Database, scope: Scope): Promise<void> {
  await database.script(missingRoles(roles));
  if (scope.settings === true) await database.script(withoutDatabaseComment);
}

async function readHere(database: Database, scope: Scope): Promise<Catalog> {
  return managed(await introspectHere(database, { shared: sharedBy(scope) }), scope);
}

/** Data exceptions and integrity violations: what a change of type or a new constraint says of rows that do not fit. */
function isAboutRows(error: unknown): boolean {
  if (!(error instanceof StatementError)) return false;
  // A text that is no tsvector is called a syntax error.
  return /^2[23]/.test(error.cause.sqlstate) || error.cause.message.startsWith("syntax error in tsvector");
}

/** A materialised view whose owner may not read what it shows: only who made it for him could fill it. */
function isUnfillable(error: unknown): boolean {
  if (!(error instanceof StatementError)) return false;
  return error.cause.sqlstate === "42501" && error.statement.sql.text.startsWith("REFRESH ");
}

/** Where a state is built: what a site has, or a database that a script was loaded into. */
type Place = Pick<Site, "database" | "commits" | "read"> & {
  run(statements: readonly PlannedStatement[]): Promise<void>;
};

/** From the first state, which a script made or dm makes, to the second and back. */
async function thereAndBack(
  { shadow, base }: Ground,
  loaded: Loaded,
  withRows: boolean,
  script: string | undefined,
): Promise<Pick<Round, "outcome" | "why">> {
  const { a, b, scope, judged } = loaded;
  const steps = renameSteps(loaded.renames, a, b);
  const renames = renamePlan(steps);
  const commits = segments([...renames.up, ...plan(a, b), ...plan(b, a)]).length > 1;
  const problems: string[] = [];
  const check = (leg: string, current: Catalog, wanted: Catalog) => {
    if (current.fingerprint === wanted.fingerprint) {
      if (plan(current, wanted).length > 0) problems.push(`${leg}: the next plan is not empty`);
      return;
    }
    const lines = describeChanges(diff(current, wanted));
    if (lines.length > 0) problems.push([leg, ...lines].join("\n  "));
  };
  const work = async (site: Place, start: Catalog) => {
    if (withRows) await seeded(site, start);
    const kept = keptTables(start, b, afterRenames(loaded.renames));
    const before = await rowsIn(site.database, kept, "a");
    const renamed = await renamedState(site, start, steps, renames.up);
    const up = plan(renamed, b);
    await site.run(up);
    const reached = await site.read();
    check("a to b", reached, b);
    problems.push(...lostRows("a to b", before, await rowsIn(site.database, kept, "b")));
    if (judged !== undefined && problems.length === 0) {
      const found = faults(await inTransaction(site, () => readState(site.database)), judged);
      if (found.length > 0) problems.push(["a to b, in other eyes", ...found].join("\n  "));
    }
    await site.run(plan(reached, renamed));
    await site.run(renames.down);
    const returned = await site.read();
    check("b to a", returned, a);
    problems.push(...lostRows("b to a", before, await rowsIn(site.database, kept, "a")));
    return returned;
  };
  if (script !== undefined && !commits) {
    const { database } = shadow;
    await database.trial(async () => {
      await prepare(database, scope);
      await database.script(script);
      const run = (statements: readonly PlannedStatement[]) => runStatements(database, statements);
      await work({ database, commits: false, run, read: () => readHere(database, scope) }, a);
    });
  } else {
    await onSite(shadow, { catalogs: [a, b], commits, scope }, async (site) => {
      const empty = managed(base, scope);
      await site.run(plan(empty, a));
      const start = await site.read();
      check("a as dm builds it", start, a);
      const returned = await work(site, start);
      await site.run(plan(returned, empty));
      check("nothing is left of a", await site.read(), empty);
    });
  }
  return problems.length === 0 ? { outcome: "arrived" } : { outcome: "failed", why: problems.join("\n") };
}

/** A site that leaves nothing behind on its server, whatever happens there. */
async function onSite(
  shadow: Shadow,
  needs: Parameters<typeof withSite>[1],
  work: (site: Site) => Promise<void>,
): Promise<void> {
  const { commits, scope = {} } = needs;
  const own = [...new Set(needs.catalogs.flatMap((catalog) => catalog.ofKind("role")))];
  try {
    await withSite(shadow, needs, async (site) => {
      if (scope.settings === true) await site.database.script(withoutDatabaseComment);
      await work(site);
    });
  } finally {
    // One statement: a role may have granted another.
    const list = [...new Set(own.map(({ identity }) => name(identity.name).text))];
    if (commits && list.length > 0) await shadow.database.script(`DROP ROLE IF EXISTS ${list.join(", ")}`);
  }
}

/** The state after the renames that a person told of. */
async function renamedState(
  site: Place,
  start: Catalog,
  steps: readonly RenameStep[],
  up: readonly PlannedStatement[],
): Promise<Catalog> {
  if (steps.length === 0) return start;
  await site.run(up);
  return site.read();
}

async function seeded(site: Place, catalog: Catalog): Promise<void> {
  await inTransaction(site, () => seed(site.database, catalog));
}

function inTransaction<T>(site: Place, work: () => Promise<T>): Promise<T> {
  return site.commits ? site.database.transaction(work) : work();
}

function messageOf(error: unknown): string {
  if (error instanceof DmError) return [error.message, ...(error.details ?? [])].join("\n  ");
  return error instanceof Error ? error.message : String(error);
}
