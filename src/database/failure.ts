import type { PostgresReport } from "./error.js";
import { DatabaseError } from "./error.js";

/** The fields of an ErrorResponse, as both drivers name them. */
export interface ErrorFields {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: string | undefined;
  readonly where?: string | undefined;
}

/** Whether PostgreSQL itself said it: its codes are five characters, Node's and OpenSSL's are not. */
export function isReport(error: unknown): error is ErrorFields & { code: string } {
  return (
    error instanceof Error &&
    "code" in error &&
    /^[0-9A-Z]{5}$/.test(String(error.code)) &&
    "severity" in error
  );
}

/** A driver's error fields as a {@link PostgresReport}. */
export function report({ code, message, detail, hint, position, where }: ErrorFields): PostgresReport {
  return {
    sqlstate: code ?? "XX000",
    message: message ?? "PostgreSQL gave no reason",
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { position: Number(position) }),
    ...(where === undefined ? {} : { where }),
  };
}

/** A statement that PostgreSQL refused. */
export function statementError(fields: ErrorFields, cause: unknown): DatabaseError {
  return new DatabaseError("DM1201", report(fields), { cause });
}

/** The error of every query, pending or later, on a connection that is gone. */
export function lostConnection(description: string, reason: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    "DM1107",
    { sqlstate: "08006", message: `the connection to ${description} was lost` },
    { details: [reason], next: ["run the command again once the server can be reached"], cause },
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
