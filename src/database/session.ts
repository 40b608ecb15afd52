import { DmError } from "../error.js";
import type { Database, Row, ServerVersion, TransactionOptions } from "./database.js";
import { DatabaseError } from "./error.js";

/** ReadyForQuery's word: idle, in a transaction, in a failed transaction. */
export type TransactionStatus = "I" | "T" | "E";

/** What an engine must be able to do; {@link session} makes a {@link Database} of it. */
export interface Wire {
  readonly engine: Database["engine"];
  readonly description: string;
  readonly version: ServerVersion;
  /** One statement, extended protocol. */
  execute(text: string, parameters: readonly (string | null)[]): Promise<Row[]>;
  /** Any number of statements, simple protocol; a row array for each. */
  executeScript(text: string): Promise<Row[][]>;
  status(): TransactionStatus;
  end(): Promise<void>;
}

/** A {@link Database} over one wire: one statement at a time, transactions that always end. */
export function session(wire: Wire, encode: (value: unknown) => string | null): Database {
  let previous: Promise<unknown> = Promise.resolve();
  let isInTransaction = false;
  let closing: Promise<void> | undefined;

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = previous.then(() => {
      if (closing !== undefined) throw closedError(wire.description);
      return work();
    });
    previous = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  const query = <R extends Row>(text: string, parameters: readonly unknown[] = []) =>
    inTurn(() => wire.execute(text, parameters.map(encode))) as Promise<R[]>;

  async function rollBack(): Promise<void> {
    if (wire.status() !== "I") await query("ROLLBACK");
  }

  async function commit(): Promise<void> {
    if (wire.status() === "E") {
      await rollBack();
      throw new DatabaseError("DM1204", {
        sqlstate: "25P02",
        message: "a statement of the transaction failed, so that nothing of it was committed",
      });
    }
    await query("COMMIT");
  }

  async function within<T>(opening: string, work: () => Promise<T>, end: () => Promise<void>): Promise<T> {
    if (isInTransaction) {
      throw new DmError("DM1202", `a transaction is already open on ${wire.description}`);
    }
    isInTransaction = true;
    try {
      await query(opening);
      let result: T;
      try {
        result = await work();
      } catch (error) {
        // Should ROLLBACK fail too, the connection is gone, and the server rolls back: the first error tells.
        await rollBack().catch(() => undefined);
        throw error;
      }
      if (wire.status() === "I") {
        throw new DmError("DM1203", `the transaction on ${wire.description} was ended from within`, {
          next: ["remove COMMIT, ROLLBACK or END from the statements that run inside it"],
        });
      }
      await end();
      return result;
    } finally {
      isInTransaction = false;
    }
  }

  return {
    engine: wire.engine,
    description: wire.description,
    version: wire.version,
    query,
    script: (text) => inTurn(() => wire.executeScript(text)),
    transaction: (work, options = {}) => within(begin(options), work, commit),
    trial: (work) => within("BEGIN", work, rollBack),
    close() {
      closing ??= previous.then(() => wire.end());
      return closing;
    },
  };
}

function begin({ isolation, readOnly }: TransactionOptions): string {
  const level = isolation === undefined ? "" : ` ISOLATION LEVEL ${isolation.toUpperCase()}`;
  return `BEGIN${level}${readOnly === true ? " READ ONLY" : ""}`;
}

function closedError(description: string): DatabaseError {
  return new DatabaseError("DM1107", {
    sqlstate: "08003",
    message: `the connection to ${description} is closed`,
  });
}
