import { DatabaseError } from "../../database/error.js";
import { DmError, exitCode, type SourceLocation } from "../../error.js";

/** The checks, in the order in which they run. */
export const checkNames = ["files", "history", "graph", "chain", "desired", "lint"] as const;
export type CheckName = (typeof checkNames)[number];

/** Something that is wrong with a project, and what to do about it. */
export interface Finding {
  readonly check: CheckName;
  /** Stable: dm's own (`DM7001`), or the name of a linter's rule. */
  readonly code: string;
  /** Only errors make the check fail. */
  readonly level: "error" | "warning";
  readonly message: string;
  /** A place in a file, or the path of one. */
  readonly at?: SourceLocation | string;
  /** The revision that it is about. */
  readonly revision?: string;
  readonly details: readonly string[];
  readonly next: readonly string[];
}

/** An error that ends other commands, as one finding among others; a lost connection or Ctrl-C is none. */
export function findingOf(check: CheckName, error: unknown, revision?: string): Finding {
  if (!(error instanceof DmError) || error instanceof DatabaseError) throw error;
  if (error.exit === exitCode.interrupted) throw error;
  const { code, message, at, details, hint, next } = error;
  return {
    check,
    code,
    level: "error",
    message,
    ...(at === undefined ? {} : { at }),
    ...(revision === undefined ? {} : { revision }),
    details: [...details, ...(hint === undefined ? [] : [hint])],
    next,
  };
}

/** What became of one check. */
export interface CheckOutcome {
  readonly check: CheckName;
  readonly state: "passed" | "failed" | "skipped";
  /** What was checked, or why it was not. */
  readonly what: string;
  readonly milliseconds: number;
}
