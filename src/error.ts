/** Process exit codes; the contract that scripts and cron jobs rely on. */
export const exitCode = { done: 0, failed: 1, different: 2, refused: 3, interrupted: 130 } as const;

/** Where in a file something is: 1-based line and column, and the line itself. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of the line, so that a message can show it. */
  readonly text?: string;
}

export interface ErrorContext {
  /** A place in a file, or the name of an object in the database. */
  readonly at?: SourceLocation | string;
  /** Facts about the cause, a line each. */
  readonly details?: readonly string[];
  /** PostgreSQL's own hint. */
  readonly hint?: string;
  /** What the reader can do next, a line each. */
  readonly next?: readonly string[];
  /** Exit code of a command that ends with this error; 1 unless said otherwise. */
  readonly exit?: number;
  readonly cause?: unknown;
}

/**
 * The one error that dm shows to people: what happened, where, and what to do next.
 * `code` is stable (`DM1101`): 1xxx configuration and connections, 2xxx schema files, 3xxx planning and proof,
 * 4xxx revision files, 5xxx apply and rollback, 6xxx command line.
 */
export class DmError extends Error {
  override readonly name: string = "DmError";
  readonly code: string;
  readonly at: SourceLocation | string | undefined;
  readonly details: readonly string[];
  readonly hint: string | undefined;
  readonly next: readonly string[];
  readonly exit: number;

  constructor(code: string, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.at = context.at;
    this.details = context.details ?? [];
    this.hint = context.hint;
    this.next = context.next ?? [];
    this.exit = context.exit ?? exitCode.failed;
  }
}
