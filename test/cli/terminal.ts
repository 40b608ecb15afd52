import { PassThrough, Writable } from "node:stream";
import { run } from "../../cli/program.js";
import type { Input, Output, Terminal } from "../../cli/terminal.js";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether people sit before all three streams. */
  readonly isTerminal?: boolean;
  /** What is typed at the first question. */
  readonly answer?: string;
  /** Given the function that interrupts, as Ctrl-C does. */
  readonly interrupts?: (interrupt: () => void) => void;
}

function collecting(
  isTTY: boolean,
  onWrite: () => void = () => undefined,
): Output & { readonly text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      onWrite();
      done();
    },
  });
  return Object.assign(stream, { isTTY, columns: 120, text: () => chunks.join("") });
}

/** Runs a command line as a process would, and gives back what it printed. */
export async function dm(argv: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
  const { env = {}, isTerminal = false, answer, interrupts } = surroundings;
  const input = new PassThrough();
  const stdin: Input = Object.assign(input, { isTTY: isTerminal, setRawMode: () => input });
  const stdout = collecting(isTerminal);
  let isAsked = false;
  const stderr = collecting(isTerminal, () => {
    if (isAsked || answer === undefined || !stderr.text().includes("?")) return;
    isAsked = true;
    setTimeout(() => input.write(answer), 20);
  });
  const terminal: Terminal = {
    stdin,
    stdout,
    stderr,
    env,
    onInterrupt: (stop) => {
      interrupts?.(stop);
      return () => undefined;
    },
    exit: (code) => {
      throw new Error(`exited at once with ${code}`);
    },
  };
  const code = await run(argv, terminal);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
