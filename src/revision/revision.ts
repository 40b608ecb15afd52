import type { Scope } from "../catalog/scope.js";

/** The phases of the large-table pattern, in the order in which they are deployed. */
export const phases = ["additive", "backfill", "constraint", "cleanup"] as const;
export type Phase = (typeof phases)[number];

/**
 * How a step runs; in a file, the word after `-- dm:step`.
 * - `transaction`: in the same transaction as the step above, and the default.
 * - `commit`: in a transaction of its own and of the steps below; what stands above is committed first.
 * - `autocommit`: outside any transaction; what stands above is committed first.
 * - `backfill`: one UPDATE in batches, each in a transaction of its own; what stands above is committed first.
 */
export const stepModes = ["transaction", "commit", "autocommit", "backfill"] as const;
export type StepMode = (typeof stepModes)[number];

export interface Step {
  /** One or more statements with their semicolons; empty where a person left only comments. */
  readonly sql: string;
  /** The comment lines above the SQL: measured locks, hazards. */
  readonly comments: readonly string[];
  readonly mode: StepMode;
  /** A backfill's: the table's own triggers fire. */
  readonly triggers?: true;
  /** A backfill's: each row that is there is met once; what is written behind the batches stays as it is. */
  readonly once?: true;
}

/** A state as it was measured; fingerprints compare only on one major version. */
export interface StateMark {
  readonly fingerprint: string;
  /** The major version of the PostgreSQL that printed the state. */
  readonly major: number;
  /** The role that stands for the current user where owners and grants name it. */
  readonly role?: string;
}

export interface Proof {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What it ran on: `PostgreSQL 17.2`, `PGlite 18.0`. */
  readonly server: string;
  /** What held: `up`, `down`, `up again`, `rows return`. */
  readonly checks: readonly string[];
}

/** What a revision is, apart from its steps: the header of its file. */
export interface RevisionHeader {
  /** Twelve lower-case hexadecimal digits. */
  readonly id: string;
  /** None for a base, several for a merge. */
  readonly parents: readonly string[];
  readonly message: string;
  readonly author?: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** `planned` came from a diff, `written` from a person. */
  readonly kind: "planned" | "written";
  readonly phase?: Phase;
  /** What the revisions of one plan have in common. */
  readonly plan?: string;
  /** Ids or labels of revisions that must be applied first without being parents. */
  readonly dependsOn?: readonly string[];
  readonly labels?: readonly string[];
  /** Ids of the revisions that this one is equal to; they keep meaning it. */
  readonly replaces?: readonly string[];
  readonly from?: StateMark;
  readonly to?: StateMark;
  /** What the two marks cover, where it is not everything: `manage:` of dm.yaml as it was then. */
  readonly manage?: Scope;
  readonly proven?: Proof;
  /** Stable codes of what the way up does to whom it may hurt: `DATA_LOSS`. */
  readonly hazards?: readonly string[];
  /** Relations that were small when it was planned, and the codes that the way up has where they are large. */
  readonly ifLarge?: Readonly<Record<string, readonly string[]>>;
  /** Why there is no way back. */
  readonly irreversible?: string;
}

/** A query that runs before the steps, and that must find no row. */
export interface PreflightQuery {
  /** What it finds, on one line: `app.patient: rows without email`. */
  readonly finds: string;
  /** One SELECT; a row tells what offends and where. */
  readonly sql: string;
}

export interface Revision extends RevisionHeader {
  readonly up: readonly Step[];
  readonly down: readonly Step[];
  /** Absent where neither half has any. */
  readonly preflights?: { readonly up: readonly PreflightQuery[]; readonly down: readonly PreflightQuery[] };
}
