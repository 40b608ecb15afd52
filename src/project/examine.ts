import type { KeepingPlan } from "../archive/ways.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import type { FactId, Identity } from "../catalog/identity.js";
import { findHazards, type HazardReport, preflightQueries } from "../hazards/hazards.js";
import type { PreflightContext } from "../kinds/define.js";
import { address } from "../kinds/index.js";
import type { PlannedStatement, PlanOptions } from "../plan/plan.js";
import type { Rename } from "../plan/rename.js";
import { type ProofResult, prove } from "../proof/prove.js";
import type { PreflightQuery, Revision } from "../revision/revision.js";
import { raw } from "../sql/sql.js";
import { thresholdOf } from "./online.js";
import { partitionBounds } from "./partition-bounds.js";
import { quarantinedThere } from "./quarantined.js";
import type { KnownSizes } from "./sizes.js";
import type { Workbench } from "./workbench.js";

/** The way there and the way back of a plan. */
export interface Ways {
  /** The state before, as it is. */
  readonly before: Catalog;
  /** The same, renamed things under their new names. */
  readonly current: Catalog;
  readonly wanted: Catalog;
  readonly renames: readonly Rename[];
  /** What the way back finds in quarantine, and under which names; nothing unless given. */
  readonly restored?: KeepingPlan["restored"];
  /** The database as it is, with what is not managed. */
  readonly there: Catalog;
  readonly up: readonly PlannedStatement[];
  readonly down: readonly PlannedStatement[];
  readonly sizes: KnownSizes;
  /** Columns that get their values on the way: that rows lack one now stands in nobody's way. */
  readonly filled?: ReadonlySet<FactId>;
  /** What all rows are known to satisfy. */
  readonly certain?: ReadonlySet<FactId>;
  /** What the application's versions know, where the way is a part of a longer one. */
  readonly known?: Readonly<Record<"old" | "new", (fact: Fact) => boolean>>;
  /** What a column's values become on the way there. */
  readonly using?: PlanOptions["using"];
  /** Rows to look for beside those that would make a statement fail: they would make one of a later revision fail. */
  readonly ahead?: readonly PreflightQuery[];
}

export interface Examined {
  readonly proof: ProofResult;
  readonly sizes: KnownSizes;
  readonly hazards: HazardReport;
  readonly downHazards: HazardReport;
  readonly preflights: Pick<Revision, "preflights">;
}

/** Proves a plan, and says of each statement what it may do to whom, by the sizes of the tables where it will run. */
export async function examine(bench: Workbench, ways: Ways): Promise<Examined> {
  const { before, current, wanted, renames, up, down, ahead = [] } = ways;
  const { major } = bench.target.version;
  const bounds = await partitionBounds(bench, current, wanted);
  const there = { ...contextThere(bench, ways), bounds };
  const back: PreflightContext = {
    bounds,
    ...addressing(current),
    current: wanted,
    wanted: current,
    renames: [],
    major,
  };
  const rowsBack: PreflightContext =
    ways.restored === undefined ? back : { ...back, ...ways.restored, current: ways.restored.state };
  const own = preflightQueries(up, there);
  const preflights = {
    up: [...own, ...ahead.filter(({ sql }) => own.every((one) => one.sql !== sql))],
    down: preflightQueries(down, rowsBack),
  };
  const proof = await prove(bench.shadow, {
    base: bench.base,
    before,
    after: wanted,
    up,
    down,
    there: ways.there,
    queries: {
      up: preflights.up.map(({ sql }) => raw(sql)),
      down: preflights.down.map(({ sql }) => raw(sql)),
    },
    progress: bench.progress,
  });
  const { sizes } = ways;
  const common = {
    failed: proof.mayFailOnData,
    sizes: sizes.sizes,
    threshold: thresholdOf(bench.project.online),
    parser: bench.parser,
    quarantined: quarantinedThere(ways.there, renames),
  };
  const hazards = findHazards({
    ...common,
    direction: "up",
    statements: up,
    context: there,
    measurements: proof.up,
    irreversible: proof.irreversible,
    ...(ways.known && { isKnown: ways.known.old }),
  });
  const downHazards = findHazards({
    ...common,
    direction: "down",
    statements: down,
    context: back,
    rows: rowsBack,
    measurements: proof.down,
    irreversible: new Map(),
    ...(ways.known && { isKnown: ways.known.new }),
  });
  const hasPreflights = preflights.up.length + preflights.down.length > 0;
  return { proof, sizes, hazards, downHazards, preflights: hasPreflights ? { preflights } : {} };
}

type WayThere = Pick<Ways, "up" | "current" | "wanted" | "renames" | "filled" | "certain" | "using">;

function contextThere(bench: Workbench, ways: WayThere): PreflightContext {
  const { current, wanted, renames, filled, certain, using } = ways;
  return {
    ...addressing(wanted),
    ...{ current, wanted, renames, using },
    major: bench.target.version.major,
    ...(filled && { isFilled: ({ id }) => filled.has(id) }),
    ...(certain && { isCertain: ({ id }) => certain.has(id) }),
  };
}

/** The rows that these columns' new types would refuse, where the change is made at once. */
export function misfitQueries(
  bench: Workbench,
  ways: WayThere,
  columns: ReadonlySet<FactId>,
): readonly PreflightQuery[] {
  const retyping = ways.up.filter(
    ({ action, attributes, facts }) =>
      action === "alter" && attributes?.includes("type") === true && facts.some((id) => columns.has(id)),
  );
  return preflightQueries(retyping, contextThere(bench, ways));
}

const addressing = (catalog: Catalog) => ({ address: (identity: Identity) => address(identity, catalog) });
