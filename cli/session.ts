import { DmError, exitCode } from "../src/error.js";
import type { Project } from "../src/project/config.js";
import type { Progress } from "../src/project/target.js";
import type { JsonObject } from "../src/report/json.js";
import type { Paint } from "../src/report/paint.js";
import { type ProgressLine, paintFor, progressLine, type Terminal } from "./terminal.js";

/** The options that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly env?: string;
  readonly database?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly color: boolean;
}

/** What a command found or did, in the forms that it can be printed in. */
export interface Result {
  readonly json: () => JsonObject;
  readonly text: (paint: Paint) => string;
  /** Whether the text only tells what was done, so that --quiet leaves it out. */
  readonly isReport?: boolean;
  readonly exit?: number;
}

/** What a command has at hand while it runs. */
export interface Session {
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly line: ProgressLine;
  /** For what is written to stderr. */
  readonly paint: Paint;
  /** Whether there is somebody to ask who wants to be asked. */
  readonly mayAsk: boolean;
  project(): Promise<Project>;
}

export function openSession(options: GlobalOptions, terminal: Terminal): Session {
  const { stdin, stderr, env } = terminal;
  const paint = paintFor(stderr, env, options.color);
  const line =
    options.quiet === true
      ? { report: () => undefined, clear: () => undefined }
      : progressLine(stderr, paint);
  return {
    options,
    terminal,
    line,
    paint,
    progress: line.report,
    mayAsk: stdin.isTTY === true && stderr.isTTY === true && options.json !== true && options.yes !== true,
    async project() {
      const { openProject } = await import("../src/project/config.js");
      const { config, env: name, database } = options;
      return openProject({
        ...(config === undefined ? {} : { config }),
        ...(name === undefined ? {} : { env: name }),
        ...(database === undefined ? {} : { database }),
      });
    },
  };
}

/** An answer that ends the command: nothing was changed, and that is no success. */
export function cancelled(): DmError {
  return new DmError("DM6004", "cancelled: nothing was changed", { exit: exitCode.interrupted });
}
