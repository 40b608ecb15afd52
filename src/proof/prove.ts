import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { DatabaseError } from "../database/error.js";
import type { Shadow } from "../database/shadow.js";
import { type Change, diff, subject } from "../diff/diff.js";
import { DmError } from "../error.js";
import type { Statement } from "../kinds/define.js";
import { kindOf } from "../kinds/index.js";
import { buildable } from "../manage/surroundings.js";
import type { PlannedStatement } from "../plan/plan.js";
import type { Sql } from "../sql/sql.js";
import { buildPlan, type Site, withSite } from "./build.js";
import { type Measurement, measuredAlone, measuredRun } from "./measure.js";
import { StatementError, segments } from "./run.js";
import { rowsOf, type Seeds, seed } from "./seed.js";
import { lossyChanges } from "./values.js";

export interface ProofRequest {
  /** An empty database of the shadow. */
  readonly base: Catalog;
  /** Both in normal form. */
  readonly before: Catalog;
  readonly after: Catalog;
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
  /** The database as it is, with what the statements meet there and is not managed. */
  readonly there?: Catalog;
  /** Queries that must be possible before up, and before down. */
  readonly queries?: { readonly up: readonly Sql[]; readonly down: readonly Sql[] };
  readonly progress?: (stage: string) => void;
}

export interface ProofResult {
  /** What held: `up`, `down`, `up again`, `rows return`. */
  readonly checks: readonly string[];
  /** Locks and rewrites of the statements about what existed before. */
  readonly up: Measurements;
  readonly down: Measurements;
  /** Statements that give a column a type from which its values do not come back, and an example. */
  readonly irreversible: ReadonlyMap<Statement, string>;
  /** What the sample rows made fail: the statement, and PostgreSQL's message. */
  readonly mayFailOnData: readonly { readonly statement: PlannedStatement; readonly message: string }[];
}

export type Measurements = ReadonlyMap<Statement, Measurement>;

/**
 * Runs the plan in a shadow: up reaches the wanted state, down returns to the one before with its rows, up again
 * reaches it.
 * @throws DmError DM3201 naming the facts that differ, DM3202 when a statement fails.
 */
export async function prove(shadow: Shadow, request: ProofRequest): Promise<ProofResult> {
  const mayFailOnData: { statement: PlannedStatement; message: string }[] = [];
  let hasRows: HasRows = () => true;
  for (;;) {
    try {
      return { ...(await run(shadow, request, hasRows)), mayFailOnData };
    } catch (error) {
      const isLast = mayFailOnData.length > attemptsWithRows;
      if (!(error instanceof StatementError) || !isAboutData(error.cause) || isLast) throw explained(error);
      const { statement, cause } = error;
      const planned = [...request.up, ...request.down].find((one) => one === statement);
      if (planned === undefined) throw explained(error);
      mayFailOnData.push({ statement: planned, message: cause.message });
      const without = new Set(mayFailOnData.map(({ statement: { about } }) => about));
      const isEnough = mayFailOnData.length < attemptsWithRows && request.before.has(planned.about);
      hasRows = isEnough ? ({ id }) => !without.has(id) : () => false;
    }
  }
}

/** Tables whose sample rows are in the way stay empty; after so many nothing is put anywhere. */
const attemptsWithRows = 3;

type HasRows = (table: Fact<"table">) => boolean;

/** Data exceptions and integrity violations (manual, PostgreSQL Error Codes, classes 22 and 23). */
export function isAboutData({ sqlstate }: DatabaseError): boolean {
  return sqlstate.startsWith("22") || sqlstate.startsWith("23");
}

type Run = Omit<ProofResult, "mayFailOnData">;

async function run(shadow: Shadow, request: ProofRequest, hasRows: HasRows): Promise<Run> {
  const { base, before, after, up, down } = request;
  // Locks can be told only on relations that an earlier transaction made; their maker's own lock hides the rest.
  const [isUpMeasured, isDownMeasured] = [measures(up, before, after), measures(down, after, before)];
  const touches = [...up.filter(isUpMeasured), ...down.filter(isDownMeasured)].some(
    ({ about }) => !base.has(about),
  );
  const commits = touches || segments(up).length > 1 || segments(down).length > 1;
  const touched = new Set([...up, ...down].flatMap(({ facts }) => facts));
  const built = buildable(base, before, [after, request.there ?? before], touched);
  const needs = { catalogs: [built, after], commits, scope: after.scope };
  const report = request.progress ?? (() => undefined);
  return withSite(shadow, needs, async (site) => {
    report("proving: building the state before");
    await site.run(buildPlan(shadow, base, built));
    const seeds = await seedIn(site, before, hasRows);
    const survives = survivor(up, before);
    const rows = await rowsOf(site.database, seeds, before, survives);
    report("proving: up");
    await ask(site, request.queries?.up ?? []);
    const upMeasured = await runMeasured(site, up, isUpMeasured);
    await expectState(site, after, "up does not reach the wanted state");
    report("proving: down");
    await ask(site, request.queries?.down ?? []);
    const downMeasured = await runMeasured(site, down, isDownMeasured);
    await expectState(site, before, "down does not return to the state before");
    const returned = await rowsOf(site.database, seeds, before, survives);
    const irreversible = lossyChanges({ before: rows, after: returned }, up, before, survives);
    report("proving: up again");
    await site.run(up);
    await expectState(site, after, "up does not reach the wanted state a second time");
    const checks = [
      "up",
      "down",
      "up again",
      ...(rows.size > 0 && irreversible.size === 0 ? ["rows return"] : []),
    ];
    return { checks, up: upMeasured, down: downMeasured, irreversible };
  });
}

/** A site that commits has no transaction open. */
async function seedIn(site: Site, catalog: Catalog, hasRows: HasRows): Promise<Seeds> {
  const work = () => seed(site.database, catalog, hasRows);
  return site.commits ? site.database.transaction(work) : work();
}

/** What the queries find among sample rows says nothing; that PostgreSQL takes them does. */
async function ask(site: Site, queries: readonly Sql[]): Promise<void> {
  for (const query of queries) {
    try {
      await site.database.query(query.text);
    } catch (error) {
      throw error instanceof DatabaseError ? new StatementError({ sql: query }, error) : error;
    }
  }
}

/** Tables and columns that the way up neither drops nor makes anew. */
function survivor(up: readonly PlannedStatement[], before: Catalog): (id: FactId) => boolean {
  const dropped = new Set(
    up.flatMap(({ action, facts }) => (action === "drop" ? facts : [])).filter((id) => before.has(id)),
  );
  return (id) => !dropped.has(id);
}

/** Runs the statements in as many transactions as they ask for, measuring those that are chosen. */
async function runMeasured(
  site: Site,
  statements: readonly PlannedStatement[],
  isChosen: (statement: Statement) => boolean,
): Promise<Measurements> {
  if (!site.commits) return measuredRun(site.database, await site.runApart(statements), isChosen);
  const measurements = new Map<Statement, Measurement>();
  for (const { statements: part, alone } of segments(statements)) {
    if (!alone) {
      const measured = await site.database.transaction(async () =>
        measuredRun(site.database, await site.runApart(part), isChosen),
      );
      for (const [statement, measurement] of measured) measurements.set(statement, measurement);
      continue;
    }
    for (const statement of part) {
      const run = () => site.run([statement]);
      if (isChosen(statement)) measurements.set(statement, await measuredAlone(site.database, run));
      else await run();
    }
  }
  return measurements;
}

/** Statements about what existed before, under whatever name, and those that make what needs rows of it. */
function measures(
  statements: readonly PlannedStatement[],
  before: Catalog,
  after: Catalog,
): (statement: Statement) => boolean {
  const creates = statements.filter(({ action }) => action === "create").flatMap(({ facts }) => facts);
  const created = new Set(creates.filter((id) => !before.has(id)));
  const needsRows = (id: FactId) =>
    after.dependencies(id).some(({ to }) => {
      const needed = before.get(to);
      return needed !== undefined && kindOf(needed.identity.kind).holdsData?.(needed) === true;
    });
  const chosen = new Set<Statement>(
    statements.filter(({ about, facts }) => !created.has(about) || facts.some(needsRows)),
  );
  return (statement) => chosen.has(statement);
}

async function expectState(site: Site, expected: Catalog, message: string): Promise<void> {
  const changes = diff(await site.read(), expected);
  if (changes.length === 0) return;
  throw new DmError("DM3201", message, {
    details: describeChanges(changes),
    next: ["this is a defect of dm: nothing was written; please report the two states"],
  });
}

/** A line for each change: `column app.patient.name: type`. */
export function describeChanges(changes: readonly Change[], most = 20): string[] {
  const lines = changes.slice(0, most).map((change) => {
    const what = change.type === "alter" ? `differs in ${change.attributes.join(", ")}` : undefined;
    const missing = change.type === "create" ? "is missing" : "should not be there";
    return `${subject(change).id} ${what ?? missing}`;
  });
  return changes.length > most ? [...lines, `… and ${changes.length - most} more`] : lines;
}

function explained(error: unknown): unknown {
  if (!(error instanceof StatementError)) return error;
  return new DmError("DM3202", `a statement of the plan fails: ${error.cause.message}`, {
    details: [error.statement.sql.text, ...error.cause.details],
    ...(error.cause.hint === undefined ? {} : { hint: error.cause.hint }),
    next: ["nothing was written"],
    cause: error.cause,
  });
}
