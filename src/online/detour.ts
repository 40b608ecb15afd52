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
  /** Names that change in the `swap`. */
  readonly renames?: readonly Rename[];
  /** Rows that are brought up to date in the `fill`. */
  readonly fills?: readonly Fill[];
  /** Rows that are brought up to date on the way back from the `cleanup`. */
  readonly returns?: readonly Fill[];
  /** What the `swap` begins with, and what its way back does. */
  readonly locks?: readonly Fill[];
  /** What the `swap` must read before it changes anything, and its way back likewise. */
  readonly remembers?: readonly Fill[];
  /** What the `swap` ends with, and its way back. */
  readonly handOver?: readonly Fill[];
  /** The table is small: its stages need not be apart. */
  readonly isSmall?: boolean;
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
}

/** One statement about rows; a fill is an UPDATE that touches only those that are not yet right. */
export interface Fill {
  /** The table. */
  readonly about: FactId;
  /** The columns that it sets. */
  readonly facts: readonly FactId[];
  readonly sql: Sql;
}
