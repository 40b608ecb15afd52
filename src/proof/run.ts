import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import type { Statement } from "../kinds/define.js";

/** A statement that PostgreSQL refused, and its place in the list. */
export class StatementError extends Error {
  override readonly name = "StatementError";
  readonly statement: Statement;
  override readonly cause: DatabaseError;

  constructor(statement: Statement, cause: DatabaseError) {
    super(`${cause.message}\n${statement.sql.text}`);
    this.statement = statement;
    this.cause = cause;
  }
}

const batchSize = 100;

/**
 * Runs statements in the caller's open transaction, many a round trip. Function bodies are not checked: they may name
 * what comes later (manual, check_function_bodies).
 * @throws StatementError with the one that failed; the transaction can then only be rolled back.
 */
export async function runStatements(database: Database, statements: readonly Statement[]): Promise<void> {
  if (statements.length === 0) return;
  await database.script("SET LOCAL check_function_bodies = off");
  for (let at = 0; at < statements.length; at += batchSize) {
    const batch = statements.slice(at, at + batchSize);
    const text = batch.map((statement) => statement.sql.text).join(";\n");
    // Apart from the batch: a syntax error in it means that nothing of it ran, not even this.
    await database.script("SAVEPOINT dm_batch");
    try {
      await database.script(`${text};\nRELEASE SAVEPOINT dm_batch`);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      await database.script("ROLLBACK TO SAVEPOINT dm_batch");
      await runOneByOne(database, batch);
      throw error;
    }
  }
}

/** To find the one that fails. */
async function runOneByOne(database: Database, statements: readonly Statement[]): Promise<void> {
  for (const statement of statements) {
    try {
      await database.script(statement.sql.text);
    } catch (error) {
      throw error instanceof DatabaseError ? new StatementError(statement, error) : error;
    }
  }
}

/** Lists of statements that share a transaction each; `alone` is one that takes none. */
export interface Segment {
  readonly statements: readonly Statement[];
  readonly alone: boolean;
}

/** Cuts where PostgreSQL wants a COMMIT between two statements. */
export function segments(statements: readonly Statement[]): Segment[] {
  const result: Segment[] = [];
  let open: Statement[] = [];
  const close = () => {
    if (open.length > 0) result.push({ statements: open, alone: false });
    open = [];
  };
  for (const statement of statements) {
    if (statement.commit === "alone") {
      close();
      result.push({ statements: [statement], alone: true });
      continue;
    }
    const isApart = statement.commit === "batches" || open.at(-1)?.commit === "batches";
    if (isApart || statement.begins === true) close();
    // What becomes usable after COMMIT can wait for the next statement of another sort.
    const previous = open.at(-1);
    if (previous?.commit === "after" && statement.commit !== "after") close();
    open.push(statement);
  }
  close();
  return result;
}

/** Runs statements and commits, in as many transactions as they ask for. */
export async function commitStatements(database: Database, statements: readonly Statement[]): Promise<void> {
  for (const segment of segments(statements)) {
    if (segment.alone) await runOneByOne(database, segment.statements);
    else {
      for (let at = 0; at < segment.statements.length; at += commitEvery) {
        const part = segment.statements.slice(at, at + commitEvery);
        await database.transaction(() => runStatements(database, part));
      }
    }
  }
}

/** The lock table holds some thousand relations (manual, max_locks_per_transaction); a table is several. */
export const commitEvery = 500;
