import type { Edge, Fact } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import type { Rename } from "../plan/rename.js";
import type { Sql } from "../sql/sql.js";
import type { Stage } from "./stage.js";

/**
 * How one change goes around what would block a busy table: by states between the current and the wanted one. Each
 * says how the states differ from the wanted one for a while; what it does not mention is as wanted from the beginning.
 */
export interface Detour {
  readonly interims: readonly Interim[];
  /** What keeps the application's old version going meanwhile: not where all stages are one revision. */
  readonly meanwhile?: readonly Interim[];
  /** Names that change in the `swap`. */
  readonly renames?: readonly Rename[];
  /** What is done beside what the states differ in, in order. */
  readonly works?: readonly Work[];
  /** Columns that hold the values of others until they go, by which they are known then. */
  readonly formerly?: ReadonlyMap<FactId, Fact<"column">>;
  /** What the way back makes before names change again, and these names, where others are to work meanwhile. */
  readonly back?: NamesBack;
  /** The table is small: its stages need not be apart. */
  readonly isSmall?: boolean;
  /** No reason to go in phases: only taken where others are. */
  readonly isOptional?: boolean;
}

/** The swap the other way round. */
export interface NamesBack {
  /** How states differ from that after the swap. */
  readonly interims: readonly Interim[];
  readonly renames: readonly Rename[];
  /** What comes and goes with the names. */
  readonly concerned: ReadonlySet<FactId>;
}

/** How the states differ from the wanted one, from the end of one stage until the end of another. */
export interface Interim {
  readonly from: Stage;
  /** From the end of this stage on it is as wanted. */
  readonly until: Stage;
  /** What is there beside or in place of what is wanted. */
  readonly facts?: readonly Fact[];
  /** What these need, where neither the current nor the wanted state tells. */
  readonly edges?: readonly Edge[];
  /** What is not there yet, with all that belongs to it. */
  readonly absent?: readonly FactId[];
  /** Parts of partitions that stand by themselves: what they inherit from has not taken them in yet. */
  readonly apart?: readonly FactId[];
}

/**
 * When a piece of work has its turn.
 * - `fill`: rows are brought up to date in the stage of that name.
 * - `swap begins`, `swap ends`: in the transaction of the swap, and of its way back, before and after all else.
 * - `way back begins`: on the way back from the cleanup, when all that it makes is there.
 * - `way back`: rows are brought up to date after that.
 */
export type Turn = "fill" | "swap begins" | "swap ends" | "way back begins" | "way back";

/** One statement about rows. One that brings them up to date is an UPDATE of those that are not yet right. */
export interface Work {
  readonly turn: Turn;
  /** The table. */
  readonly about: FactId;
  /** The columns that it sets. */
  readonly facts: readonly FactId[];
  readonly sql: Sql;
  /** For the rows that are there, not for those that come meanwhile. */
  readonly once?: true;
}

const stageOfTurn: Readonly<Record<Turn, Stage>> = {
  fill: "fill",
  "swap begins": "swap",
  "swap ends": "swap",
  "way back begins": "cleanup",
  "way back": "cleanup",
};

/** What detours have to do in a stage. */
export function worksIn(stage: Stage, detours: readonly Detour[]): Work[] {
  return detours.flatMap(({ works = [] }) => works.filter(({ turn }) => stageOfTurn[turn] === stage));
}
