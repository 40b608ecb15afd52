import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import type { DatabaseError } from "../database/error.js";
import type { Shadow } from "../database/shadow.js";
import { type Change, diff, subject } from "../diff/diff.js";
import { DmError } from "../error.js";
import type { Statement } from "../kinds/define.js";
import { type PlannedStatement, plan } from "../plan/plan.js";
import { type Site, withSite } from "./build.js";
import { type Measurement, measuredRun } from "./measure.js";
import { StatementError, segments } from "./run.js";
import { rowsOf, type Seeds, seed } from "./seed.js";

export interface ProofRequest {
  /** An empty database of the shadow. */
  readonly base: Catalog;
  /** Both in normal form. */
  readonly before: Catalog;
  readonly after: Catalog;
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
  readonly progress?: (stage: string) => void;
}

export interface ProofResult {
  /** What held: `up`, `down`, `up again`, `rows return`. */
  readonly checks: readonly string[];
  /** Locks and rewrites of the statements about what existed before. */
  readonly up: Measurements;
  readonly down: Measurements;
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
  try {
    return { ...(await run(shadow, request, true)), mayFailOnData: [] };
  } catch (error) {
    if (!(error instanceof StatementError) || !isAboutData(error.cause)) throw explained(error);
    const { statement, cause } = error;
    try {
      const result = await run(shadow, request, false);
      const planned = [...request.up, ...request.down].find((one) => one === statement);
      return {
        ...result,
        mayFailOnData: planned === undefined ? [] : [{ statement: planned, message: cause.message }],
      };
    } catch (second) {
      throw explained(second);
    }
  }
}

/** Data exceptions and integrity violations (manual, PostgreSQL Error Codes, classes 22 and 23). */
export function isAboutData({ sqlstate }: DatabaseError): boolean {
  return sqlstate.startsWith("22") || sqlstate.startsWith("23");
}

type Run = Omit<ProofResult, "mayFailOnData">;

async function run(shadow: Shadow, request: ProofRequest, withRows: boolean): Promise<Run> {
  const { base, before, after, up, down } = request;
  // Locks can be told only on relations that an earlier transaction made; their maker's own lock hides the rest.
  const touches = [...up, ...down].some(({ about }) => before.has(about) && !base.has(about));
  const commits = touches || segments(up).length > 1 || segments(down).length > 1;
  const needs = { catalogs: [before, after], commits };
  const report = request.progress ?? (() => undefined);
  return withSite(shadow, needs, async (site) => {
    report("proving: building the state before");
    await site.run(plan(base, before, { major: shadow.database.version.major }));
    const seeds = withRows ? await seedIn(site, before) : { tables: [] };
    const survives = survivor(up, before);
    const rows = await rowsOf(site.database, seeds, before, survives);
    report("proving: up");
    const upMeasured = await runMeasured(site, up, before);
    await expectState(site, after, "up does not reach the wanted state");
    report("proving: down");
    const downMeasured = await runMeasured(site, down, after);
    await expectState(site, before, "down does not return to the state before");
    const returned = await rowsOf(site.database, seeds, before, survives);
    for (const [table, text] of rows) {
      if (returned.get(table) !== text) throw lostRows(table, text, returned.get(table));
    }
    report("proving: up again");
    await site.run(up);
    await expectState(site, after, "up does not reach the wanted state a second time");
    const checks = ["up", "down", "up again", ...(rows.size > 0 ? ["rows return"] : [])];
    return { checks, up: upMeasured, down: downMeasured };
  });
}

/** A site that commits has no transaction open. */
async function seedIn(site: Site, catalog: Catalog): Promise<Seeds> {
  return site.commits
    ? site.database.transaction(() => seed(site.database, catalog))
    : seed(site.database, catalog);
}

/** Tables and columns that the way up neither drops nor makes anew. */
function survivor(up: readonly PlannedStatement[], before: Catalog): (id: FactId) => boolean {
  const dropped = new Set(
    up.flatMap(({ action, facts }) => (action === "drop" ? facts : [])).filter((id) => before.has(id)),
  );
  return (id) => !dropped.has(id);
}

/** Runs the statements in as many transactions as they ask for, measuring those about what existed before. */
async function runMeasured(
  site: Site,
  statements: readonly PlannedStatement[],
  before: Catalog,
): Promise<Measurements> {
  const measurements = new Map<Statement, Measurement>();
  const measure = async (part: readonly Statement[]) => {
    for (const [statement, measurement] of await measuredRun(
      site.database,
      part,
      isAbout(before, statements),
    )) {
      measurements.set(statement, measurement);
    }
  };
  if (!site.commits) await measure(statements);
  else {
    for (const { statements: part, alone } of segments(statements)) {
      if (alone) await site.run(part);
      else await site.database.transaction(() => measure(part));
    }
  }
  return measurements;
}

function isAbout(
  before: Catalog,
  statements: readonly PlannedStatement[],
): (statement: Statement) => boolean {
  const about = new Map<Statement, FactId>(statements.map((statement) => [statement, statement.about]));
  return (statement) => before.get(about.get(statement)) !== undefined;
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

function lostRows(table: FactId, before: string, after: string | undefined): DmError {
  return new DmError("DM3203", `rows of ${table} do not come back after down`, {
    details: [`before: ${before}`, `after: ${after ?? "none"}`],
  });
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
