/** What bench/busy says to a process of its load. */
export type Word =
  | { readonly say: "insert"; readonly sql: string }
  | { readonly say: "renamed"; readonly from: string; readonly to: string }
  | { readonly say: "start" | "begin" | "tell" | "end" };

/** What such a process tells of the time since `begin`. Times are milliseconds. */
export interface Tally {
  /** Of the transactions that ended, also of those that failed. */
  readonly times: readonly number[];
  /** How long those have run that have not ended. */
  readonly open: readonly number[];
  /** How many failed, by SQLSTATE. */
  readonly failures: Readonly<Record<string, number>>;
  readonly milliseconds: number;
}
