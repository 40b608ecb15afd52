import { DmError, exitCode } from "../src/error.js";
import { masked } from "./mask.js";
import type { GlobalOptions } from "./session.js";
import { paintFor, type Terminal } from "./terminal.js";

interface Failed {
  /** The command; null when none was understood. */
  readonly name: string | null;
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  readonly isInterrupted: boolean;
}

/** Prints an error, with --json as JSON on stdout and else as text on stderr, and returns the exit code. */
export async function failure(
  error: unknown,
  { name, options, terminal, isInterrupted }: Failed,
): Promise<number> {
  const shown = withoutPasswords(asDmError(error, isInterrupted));
  if (options.json === true) {
    const { errorJson, jsonDocument } = await import("../src/report/json.js");
    terminal.stdout.write(jsonDocument(name, { error: errorJson(shown) }));
  } else if (shown.exit === exitCode.interrupted) {
    terminal.stderr.write(`${shown.message}\n`);
  } else {
    const { errorText } = await import("../src/report/error.js");
    terminal.stderr.write(`${errorText(shown, paintFor(terminal.stderr, terminal.env, options.color))}\n`);
  }
  if (options.debug === true) terminal.stderr.write(`${masked(stackOf(error))}\n`);
  return shown.exit;
}

function asDmError(error: unknown, isInterrupted: boolean): DmError {
  if (isInterrupted && !(error instanceof DmError && error.exit === exitCode.interrupted)) {
    return new DmError("DM6006", "interrupted: the database is as after the last completed step", {
      details: error instanceof DmError ? [error.message, ...error.details] : [String(error)],
      exit: exitCode.interrupted,
      cause: error,
    });
  }
  if (error instanceof DmError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DmError("DM6002", message.split("\n")[0] ?? "", {
    next: ["run again with --debug to see where it comes from"],
    cause: error,
  });
}

/** Messages are made without passwords; what a driver or the command line quotes may hold one. */
function withoutPasswords(error: DmError): DmError {
  const { code, at, hint } = error;
  return new DmError(code, masked(error.message), {
    ...(at === undefined ? {} : { at: typeof at === "string" ? masked(at) : at }),
    ...(hint === undefined ? {} : { hint: masked(hint) }),
    details: error.details.map(masked),
    next: error.next.map(masked),
    exit: error.exit,
  });
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${stackOf(error.cause)}`;
}
