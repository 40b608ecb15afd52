import type { Readable, Writable } from "node:stream";
import pc from "picocolors";
import type { Amount } from "../src/apply/backfill.js";
import type { Paint } from "../src/report/paint.js";
import { plain } from "../src/report/paint.js";
import { count, duration } from "../src/report/words.js";

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
  report(stage: string, amount?: Amount): void;
  /** Removes the line, for something else to be written; the next stage brings it back. */
  clear(): void;
}

/** Work shorter than this shows nothing, in milliseconds. */
const patience = 1000;
const interval = 200;
/** How often a log is told how far long work has got. */
const logInterval = 30_000;

/** A single line that is overwritten; where `output` is no terminal, a line of a log now and then. */
export function progressLine(output: Output, paint: Paint): ProgressLine {
  if (output.isTTY !== true) return progressLog(output);
  let stage = "";
  let amount: Amount | undefined;
  let since = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let isShown = false;
  const began = Date.now();

  const show = () => {
    if (Date.now() - began < patience) return;
    const seconds = Math.floor((Date.now() - since) / 1000);
    const waiting = seconds < 1 ? `${stage} …` : `${stage} … ${seconds} s`;
    const line = amount === undefined ? waiting : `${stage} ${bar(amount)} ${amountText(amount)}`;
    output.write(`\r\u001b[K${paint.dim(line.slice(0, (output.columns || 80) - 1))}`);
    isShown = true;
  };
  return {
    report(next, nextAmount) {
      stage = next.replaceAll(/\s+/g, " ");
      amount = nextAmount;
      since = Date.now();
      timer ??= setInterval(show, interval).unref();
      // Batches follow each other too quickly to be read: the timer shows them.
      if (amount === undefined) show();
    },
    clear() {
      clearInterval(timer);
      timer = undefined;
      if (isShown) output.write("\r\u001b[K");
      isShown = false;
    },
  };
}

function progressLog(output: Output): ProgressLine {
  let last = Date.now();
  return {
    report(stage, amount) {
      if (amount === undefined || Date.now() - last < logInterval) return;
      last = Date.now();
      output.write(`${stage}: ${amountText(amount)}\n`);
    },
    clear: () => undefined,
  };
}

const barWidth = 20;

function bar({ done, total }: Amount): string {
  const full = total === 0 ? barWidth : Math.round((barWidth * done) / total);
  return "█".repeat(full) + "░".repeat(barWidth - full);
}

/** `34 %, 120000 of about 350000 rows, 45000 rows/s, 5 s left` */
function amountText({ done, total, perSecond, secondsLeft }: Amount): string {
  const share = total === 0 ? 100 : Math.floor((100 * done) / total);
  const left = secondsLeft === undefined ? "" : `, ${duration(secondsLeft * 1000)} left`;
  return `${share} %, ${done} of about ${count(total, "row")}, ${Math.round(perSecond)} rows/s${left}`;
}
