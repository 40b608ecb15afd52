import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import type { Shadow } from "../../src/database/shadow.js";
import { type Change, diff, subject } from "../../src/diff/diff.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { type PlannedStatement, plan } from "../../src/plan/plan.js";
import { describeChanges } from "../../src/proof/prove.js";
import { commitStatements, runStatements, segments } from "../../src/proof/run.js";
import { missingRoles } from "../support/roles.js";

/** Two states, of which dm makes the second out of the first, and the first again. */
export interface Transition {
  /** What is true of it. */
  readonly title: string;
  /** What both states begin with. */
  readonly given?: string;
  /** Rows, put in before the change. */
  readonly rows?: string;
  readonly before: string;
  readonly after: string;
  /** A query whose answer the change and the way back must leave alone. */
  readonly keeps?: string;
  /** A query, and its only value after the change. */
  readonly answers?: readonly [query: string, value: string];
  /** The same after the way back. */
  readonly answersBack?: readonly [query: string, value: string];
  readonly since?: number;
  readonly until?: number;
  /** Needs what PGlite has not. */
  readonly serverOnly?: true;
}

/** A change that dm must see and make, told as two states. */
export interface ChangeCase extends Transition {
  /** The fact that differs, and the attributes in which it does; none when it comes or goes. */
  readonly sees: readonly [fact: string, ...attributes: string[]];
  /** An attribute that differs too, in versions that have it. */
  readonly alsoSees?: string;
  /**
   * Whether PostgreSQL can change the fact where it stands; both ways unless `back` differs. `moved`: its table is
   * replaced, and the values move.
   */
  readonly way: "in place" | "replaced" | "comes and goes" | "moved";
  readonly back?: "in place" | "replaced";
}

/** What happened when a case was played. */
export interface Played {
  readonly changes: readonly Change[];
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
  /** Differences that the plans left. */
  readonly afterUp: readonly string[];
  readonly afterDown: readonly string[];
  /** What `keeps` gave before, after up, after down. */
  readonly kept: readonly string[];
  readonly answer: string | undefined;
  readonly answerBack: string | undefined;
}

const roles = missingRoles(["one", "two"]);

async function states(
  shadow: Shadow,
  { given = "", before, after }: Transition,
): Promise<[Catalog, Catalog]> {
  const read = (text: string) =>
    shadow.database.trial(async () => {
      await shadow.database.script(`${roles};${given};${text}`);
      return introspectHere(shadow.database);
    });
  return [await read(before), await read(after)];
}

/** What dm sees between the case's two states. */
export async function changesOf(shadow: Shadow, one: Transition): Promise<readonly Change[]> {
  return diff(...(await states(shadow, one)));
}

/** Gets from the case's first state, loaded as it is written, to the second and back. */
export async function play(shadow: Shadow, one: Transition): Promise<Played> {
  const { given = "", rows = "" } = one;
  const [a, b] = await states(shadow, one);
  const [up, down] = [plan(a, b), plan(b, a)];
  const run = async (site: Site): Promise<Played> => {
    await site.database.script(`${roles};${given};${one.before};${rows}`);
    const kept = [await answer(site.database, one.keeps)];
    const afterUp = await go(site, up, b);
    kept.push(await answer(site.database, one.keeps));
    const answered = one.answers === undefined ? undefined : await answer(site.database, one.answers[0]);
    const afterDown = await go(site, down, a);
    kept.push(await answer(site.database, one.keeps));
    const answerBack =
      one.answersBack === undefined ? undefined : await answer(site.database, one.answersBack[0]);
    return { changes: diff(a, b), up, down, afterUp, afterDown, kept, answer: answered, answerBack };
  };
  if (segments([...up, ...down]).length <= 1) {
    const { database } = shadow;
    return database.trial(() => run({ database, work: runStatements, read: introspectHere }));
  }
  return shadow.fresh((database) => run({ database, work: commitStatements, read: introspect }));
}

interface Site {
  readonly database: Database;
  readonly work: (database: Database, statements: readonly PlannedStatement[]) => Promise<void>;
  readonly read: (database: Database) => Promise<Catalog>;
}

async function go({ database, work, read }: Site, statements: readonly PlannedStatement[], wanted: Catalog) {
  await work(database, statements);
  return describeChanges(diff(await read(database), wanted));
}

async function answer(database: Database, query: string | undefined): Promise<string> {
  if (query === undefined) return "";
  const rows = await database.query(query);
  return JSON.stringify(rows.map((row) => Object.values(row).map(String)));
}

/** How the plan treats a fact. */
export function wayOf(statements: readonly PlannedStatement[], fact: string): string {
  const actions = statements
    .filter(({ facts }) => facts.some((id) => id === fact))
    .map(({ action }) => action);
  const comesBack = actions.includes("alter");
  if (actions.some((action) => action === "drop" || (action === "set aside" && !comesBack))) {
    return actions.includes("create") ? "replaced" : "dropped";
  }
  return actions.includes("create") ? "created" : "in place";
}

/** The attributes in which a fact differs; none when it comes or goes. */
export function seen(changes: readonly Change[], fact: string): readonly string[] | undefined {
  const change = changes.find((one) => subject(one).id === fact);
  return change === undefined ? undefined : change.type === "alter" ? change.attributes : [];
}
