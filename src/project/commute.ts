import type { Catalog } from "../catalog/catalog.js";
import type { FactId } from "../catalog/identity.js";
import type { DatabaseError } from "../database/error.js";
import { type Change, diff } from "../diff/diff.js";
import { DmError } from "../error.js";
import type { Site } from "../proof/build.js";
import { describeChanges, isAboutData } from "../proof/prove.js";
import { StatementError } from "../proof/run.js";
import { rowsOf, seed } from "../proof/seed.js";
import { ancestors, inOrder } from "../revision/lineage.js";
import type { Revision } from "../revision/revision.js";
import { type Chain, fileOf } from "./chain.js";
import { statementsOf, withReplay } from "./replay.js";
import type { Workbench } from "./workbench.js";

/** Why one line of revisions does not go on top of another. */
export interface Obstacle {
  /** The head of the line that ran first, and of the one that ran on top of it. */
  readonly first: string;
  readonly second: string;
  /** The revision of the second line that does not go. */
  readonly revision: string;
  readonly direction: "up" | "down";
  readonly message: string;
  readonly details: readonly string[];
}

/** What comes of running two lines of revisions one after the other, in both orders. */
export interface Commutation {
  /** What both stand on, in order. */
  readonly common: readonly string[];
  /** What only the one and only the other has, in order; nothing where one stands on the other. */
  readonly own: readonly [readonly string[], readonly string[]];
  /** Whether both orders run, lead to one state with the same rows, and lead back. */
  readonly commutes: boolean;
  readonly obstacles: readonly Obstacle[];
  /** What turns the state after "one, then the other" into the one after "the other, then one". */
  readonly differences: readonly Change[];
  /** Tables whose sample rows come out otherwise. */
  readonly rows: readonly FactId[];
}

/**
 * Runs the revisions of two heads in a shadow in both orders, on sample rows, and compares what comes of it.
 * @throws DmError DM3404 when a line does not even run by itself.
 */
export async function commute(
  bench: Workbench,
  chain: Chain,
  one: string,
  other: string,
): Promise<Commutation> {
  const [below, beside] = [ancestors(chain.graph, [one]), ancestors(chain.graph, [other])];
  const common = inOrder(chain.graph, below).filter((id) => beside.has(id));
  const own = [
    inOrder(chain.graph, below).filter((id) => !beside.has(id)),
    inOrder(chain.graph, beside).filter((id) => !below.has(id)),
  ] as const;
  const revisionsOf = (ids: readonly string[]) => ids.map((id) => fileOf(chain, id).revision);
  const ground = { bench, common: revisionsOf(common) };
  const mine = { head: one, revisions: revisionsOf(own[0]) };
  const theirs = { head: other, revisions: revisionsOf(own[1]) };
  bench.progress(`running ${one} and ${other} in both orders`);
  const found = await onRows((hasRows) => bothOrders({ ...ground, hasRows }, mine, theirs));
  const commutes = found.obstacles.length + found.differences.length + found.rows.length === 0;
  return { common, own, commutes, ...found };
}

type Found = Pick<Commutation, "obstacles" | "differences" | "rows">;

interface Line {
  readonly head: string;
  readonly revisions: readonly Revision[];
}

interface Ground {
  readonly bench: Workbench;
  readonly common: readonly Revision[];
  readonly hasRows: boolean;
}

/** What sample rows make fail says nothing about the order. */
async function onRows(run: (hasRows: boolean) => Promise<Found>): Promise<Found> {
  try {
    return await run(true);
  } catch (error) {
    if (error instanceof StatementError && isAboutData(error.cause)) return run(false);
    throw error;
  }
}

async function bothOrders(ground: Ground, one: Line, other: Line): Promise<Found> {
  const forth = await inOneOrder(ground, one, other);
  const back = await inOneOrder(ground, other, one, forth);
  const obstacles = [...forth.obstacles, ...back.obstacles];
  if (forth.end === undefined || back.end === undefined) return { obstacles, differences: [], rows: [] };
  const differences = await differing(ground.bench, forth.end, back.end);
  const rows = differingRows(forth.rows, back.rows);
  if (rows.length === 0) return { obstacles, differences, rows };
  // What comes out otherwise each time, random values for one, says nothing about the order.
  const again = await inOneOrder(ground, one, other, forth);
  const unsteady = differingRows(forth.rows, again.rows);
  return { obstacles, differences, rows: rows.filter((table) => !unsteady.includes(table)) };
}

interface Outcome {
  /** What both lines stand on. */
  readonly start: Catalog;
  /** Nothing where the second line did not run. */
  readonly end?: Catalog;
  readonly rows: ReadonlyMap<FactId, string>;
  readonly obstacles: readonly Obstacle[];
}

/** @param known what another run came to: its start is this one's, and rows are told by its end's columns. */
function inOneOrder(ground: Ground, first: Line, second: Line, known?: Outcome): Promise<Outcome> {
  const { bench, common, hasRows } = ground;
  const all = [...first.revisions, ...second.revisions];
  const steps = all.flatMap(({ up, down }) => [...up, ...down]);
  return withReplay(
    bench,
    common,
    async (site): Promise<Outcome> => {
      const start = known?.start ?? (await site.read());
      if (hasRows) await seedAll(site, start);
      for (const revision of first.revisions) await runAlone(ground, site, revision);
      const between = await site.read();
      const stopped = await runOnTop(ground, site, first, second, "up");
      if (stopped !== undefined) return { start, rows: new Map(), obstacles: [stopped] };
      const end = await site.read();
      const reached = { start, end, rows: await rowsIn(site, known?.end ?? end, end) };
      const isOneWay = second.revisions.some(({ irreversible }) => irreversible !== undefined);
      if (isOneWay) return { ...reached, obstacles: [] };
      const failed = await runOnTop(ground, site, first, second, "down");
      if (failed !== undefined) return { ...reached, obstacles: [failed] };
      const left = diff(await site.read(), between);
      if (left.length === 0) return { ...reached, obstacles: [] };
      const message = "its way back does not return to the state before";
      const details = describeChanges(left);
      const obstacle = { first: first.head, second: second.head, revision: second.head, message, details };
      return { ...reached, obstacles: [{ ...obstacle, direction: "down" }] };
    },
    steps,
  );
}

async function seedAll(site: Site, catalog: Catalog): Promise<void> {
  const work = () => seed(site.database, catalog);
  await (site.commits ? site.database.transaction(work) : work());
}

async function runAlone({ bench, hasRows }: Ground, site: Site, { id, up }: Revision): Promise<void> {
  try {
    await site.run(statementsOf(up, bench));
  } catch (error) {
    if (!(error instanceof StatementError) || (hasRows && isAboutData(error.cause))) throw error;
    throw new DmError("DM3404", `${id} fails on what it stands on: ${error.cause.message}`, {
      details: [error.statement.sql.text],
      next: ["dm check   tells more"],
      cause: error.cause,
    });
  }
}

/** Runs the second line, and says which of its revisions does not go. */
async function runOnTop(
  { bench, hasRows }: Ground,
  site: Site,
  first: Line,
  second: Line,
  direction: "up" | "down",
): Promise<Obstacle | undefined> {
  const { revisions } = second;
  for (const revision of direction === "up" ? revisions : revisions.toReversed()) {
    try {
      await site.run(statementsOf(revision[direction], bench));
    } catch (error) {
      if (!(error instanceof StatementError) || (hasRows && isAboutData(error.cause))) throw error;
      const { message, details } = told(error.cause);
      return { first: first.head, second: second.head, revision: revision.id, direction, message, details };
    }
  }
  return undefined;
}

function told({ message, details, hint }: DatabaseError) {
  return { message, details: [...details, ...(hint === undefined ? [] : [hint])] };
}

/** The same thing made twice may print twice differently: then it is compared as PostgreSQL prints it at last. */
async function differing(bench: Workbench, one: Catalog, other: Catalog): Promise<readonly Change[]> {
  if (diff(one, other).length === 0) return [];
  return diff(await bench.normalize(one), await bench.normalize(other));
}

function rowsIn(site: Site, columns: Catalog, end: Catalog): Promise<ReadonlyMap<FactId, string>> {
  const counted = new Set(
    columns
      .ofKind("column")
      .filter((column) => column.attributes.identity !== null || isSerial(columns, column.id))
      .map(({ id }) => id),
  );
  const tables = columns.ofKind("table").filter(({ id }) => end.has(id));
  return rowsOf(site.database, { tables }, columns, (id) => end.has(id) && !counted.has(id));
}

/** Numbers that a sequence deals out differ with the order and mean nothing. */
function isSerial(catalog: Catalog, column: FactId): boolean {
  return catalog
    .childrenOfKind(column, "default")
    .some(({ attributes }) => /\bnextval\(/.test(attributes.expression));
}

function differingRows(
  one: ReadonlyMap<FactId, string>,
  other: ReadonlyMap<FactId, string>,
): readonly FactId[] {
  return [...one].filter(([table, rows]) => other.get(table) !== rows).map(([table]) => table);
}
