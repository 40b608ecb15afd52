/** What is drawn anew for each transaction: a row of the large table, a customer, a text of its own. */
export type Value = "id" | "customer" | "text";

/** A statement of the load. */
export interface Statement {
  readonly sql: string;
  /** Of `$1` and so on. */
  readonly values: readonly Value[];
  /** Finds or writes one row; else the transaction has failed. */
  readonly isOne: boolean;
}

/** One version of the application: what its transaction does. */
export type Application = readonly Statement[];

/** What bench/busy says to a process of its load, which answers each. */
export type Word =
  | { readonly say: "start"; readonly url: string; readonly rows: number; readonly application: Application }
  /** Answered when no transaction of the version before runs any more. */
  | { readonly say: "deploy"; readonly application: Application }
  /** Measures from now on. */
  | { readonly say: "begin" }
  /** Answered with a {@link Tally}. */
  | { readonly say: "tell" }
  | { readonly say: "end" };

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
