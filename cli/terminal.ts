import type { Readable, Writable } from "node:stream";
import pc from "picocolors";
import type { Paint } from "../src/report/paint.js";
import { plain } from "../src/report/paint.js";

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };
export type Input = Readable & { readonly isTTY?: boolean };

/** What a command talks to: the process's streams, or a test's. */
export interface Terminal {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `stop` for SIGINT and SIGTERM; returns what ends that. */
  onInterrupt(stop: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Colours only on a terminal, and never with NO_COLOR (https://no-color.org) or --no-color. */
export function paintFor(output: Output, env: Terminal["env"], isWanted: boolean): Paint {
  const refused = !isWanted || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return output.isTTY === true && !refused ? pc.createColors(true) : plain;
}

/** The line on stderr that tells what a long command is doing. */
export interface ProgressLine {
  report(stage: string): void;
  /** Removes the line, for something else to be written; the next stage brings it back. */
  clear(): void;
}

/** Work shorter than this shows nothing, in milliseconds. */
const patience = 1000;
const interval = 200;

/** A single line that is overwritten; nothing where `output` is no terminal. */
export function progressLine(output: Output, paint: Paint): ProgressLine {
  if (output.isTTY !== true) return { report: () => undefined, clear: () => undefined };
  let stage = "";
  let since = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let isShown = false;
  const began = Date.now();

  const show = () => {
    if (Date.now() - began < patience) return;
    const seconds = Math.floor((Date.now() - since) / 1000);
    const line = seconds < 1 ? `${stage} …` : `${stage} … ${seconds} s`;
    output.write(`\r\u001b[K${paint.dim(line.slice(0, (output.columns || 80) - 1))}`);
    isShown = true;
  };
  return {
    report(next) {
      stage = next.replaceAll(/\s+/g, " ");
      since = Date.now();
      timer ??= setInterval(show, interval).unref();
      show();
    },
    clear() {
      clearInterval(timer);
      timer = undefined;
      if (isShown) output.write("\r\u001b[K");
      isShown = false;
    },
  };
}
