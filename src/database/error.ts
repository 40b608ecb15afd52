import { DmError, type ErrorContext } from "../error.js";

/** What PostgreSQL says of a failed statement (manual, Frontend/Backend Protocol, Error and Notice Message Fields). */
export interface PostgresReport {
  /** SQLSTATE, five characters. */
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** 1-based character position in the text that was sent. */
  readonly position?: number;
  /** PL/pgSQL or SQL-function call stack. */
  readonly where?: string;
}

/** A statement that PostgreSQL refused, or a connection that failed (SQLSTATE class 08). */
export class DatabaseError extends DmError {
  override readonly name = "DatabaseError";
  readonly report: PostgresReport;

  constructor(code: string, report: PostgresReport, context: ErrorContext = {}) {
    super(code, report.message, {
      ...(report.hint === undefined ? {} : { hint: report.hint }),
      ...(report.detail === undefined ? {} : { details: [report.detail] }),
      ...context,
    });
    this.report = report;
  }

  get sqlstate(): string {
    return this.report.sqlstate;
  }
}
