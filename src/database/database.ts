/** A row as PostgreSQL returned it: see {@link Database.query} for how values arrive. */
export type Row = Readonly<Record<string, unknown>>;

export interface ServerVersion {
  /** `server_version_num`, e.g. 170010. */
  readonly number: number;
  /** 14 … 18. */
  readonly major: number;
}

export interface TransactionOptions {
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  readonly readOnly?: boolean;
}

/**
 * One session with one PostgreSQL, a server or an embedded PGlite. Nothing above this interface knows which.
 * Every failed statement throws a {@link DatabaseError}.
 */
export interface Database {
  readonly engine: "server" | "pglite";
  /** For messages: the address without its password. */
  readonly description: string;
  readonly version: ServerVersion;
  /**
   * Runs one statement. Values arrive alike from both engines: boolean as boolean; int2, int4, oid, float as
   * number; json and jsonb parsed; text[], name[], int4[] and oid[] as arrays; NULL as null; everything else
   * (int8, numeric, timestamps, …) as PostgreSQL's own text.
   */
  query<R extends Row = Row>(text: string, parameters?: readonly unknown[]): Promise<R[]>;
  /** Runs several statements in one round trip (simple protocol); the rows of each, in order. */
  script(text: string): Promise<Row[][]>;
  /** BEGIN, the work, COMMIT; ROLLBACK when the work throws. Not nestable: the inner one throws. */
  transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Like {@link transaction}, but always rolled back: what the work built is read and forgotten. */
  trial<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
