import { Command, CommanderError } from "commander";
import { DmError, exitCode } from "../src/error.js";
import { version } from "../src/version.js";
import { commands, type Run } from "./commands/index.js";
import { failure } from "./failure.js";
import { type GlobalOptions, openSession, type Result, type Session } from "./session.js";
import { paintFor, type Terminal } from "./terminal.js";

/**
 * Runs one command line, without the program's name, and returns the exit code. Results go to stdout;
 * questions, progress and errors to stderr, and with --json errors too to stdout.
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const usage: string[] = [];
  const program = declareProgram(terminal, usage);
  let code: number = exitCode.done;
  let isInterrupted = false;
  const stopListening = terminal.onInterrupt(() => {
    if (isInterrupted) terminal.exit(exitCode.interrupted);
    isInterrupted = true;
    void import("../src/project/interrupt.js").then(({ interrupt }) => interrupt());
  });

  const runWork: (name: string) => Run = (name) => async (work) => {
    const session = openSession(program.opts<GlobalOptions>(), terminal);
    try {
      const result = await work(session);
      session.line.clear();
      await print(result, name, session);
      code = result.exit ?? exitCode.done;
    } finally {
      session.line.clear();
    }
  };

  try {
    await declareCommands(program, argv, runWork);
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCode.done;
    const isHelp = error instanceof CommanderError && error.code === "commander.help";
    const options = { ...program.opts<GlobalOptions>(), ...(argv.includes("--json") ? { json: true } : {}) };
    const name = commands.find((command) => command.name === program.args[0])?.name ?? null;
    const shown =
      error instanceof CommanderError ? usageError(error, name, isHelp ? "" : usage.join("")) : error;
    if (isHelp && options.json !== true) {
      terminal.stderr.write(usage.join(""));
      return exitCode.failed;
    }
    return failure(shown, { name, options, terminal, isInterrupted });
  } finally {
    stopListening();
  }
}

async function print(result: Result, name: string, { options, terminal }: Session): Promise<void> {
  const { stdout, env } = terminal;
  if (options.json === true) {
    const { jsonDocument } = await import("../src/report/json.js");
    stdout.write(jsonDocument(name, result.json()));
    return;
  }
  if (result.isReport === true && options.quiet === true) return;
  const text = result.text(paintFor(stdout, env, options.color));
  if (text !== "") stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

function declareProgram(terminal: Terminal, usage: string[]): Command {
  return new Command("dm")
    .description("Keeps a PostgreSQL schema as files and changes live databases to match, safely.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .option("--config <file>", "the project's config; else dm.yaml, searched upwards")
    .option("--env <name>", "the environment; else DM_ENV, else local")
    .option(
      "--database <url>",
      "this database instead of the environment's; else DATABASE_URL without a config",
    )
    .option("--json", "one JSON document on stdout")
    .option("--yes", "no questions: what would be asked is confirmed")
    .option("--quiet", "no progress, and no report of what went well")
    .option("--debug", "the stack of an error")
    .option("--no-color", "no colours; so does NO_COLOR")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void usage.push(text),
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText("after", "\nBegin with: dm init. Each command tells more: dm plan --help");
}

/** Declares all commands, and loads those that the command line names. */
async function declareCommands(program: Command, argv: readonly string[], runWork: (name: string) => Run) {
  for (const { name, summary, load } of commands) {
    const command = program.command(name).summary(summary);
    if (argv.includes(name)) (await load())(command, runWork(name));
  }
}

/** What commander found wrong with the command line, as an error of ours. */
function usageError(error: CommanderError, name: string | null, usage: string): DmError {
  const [message = "", ...details] = (usage || error.message).trim().split("\n");
  const isHelp = error.code === "commander.help";
  return new DmError("DM6001", isHelp ? "no command was named" : message.replace(/^error: /, ""), {
    details: isHelp ? [] : details,
    next: [`dm ${name === null ? "" : `${name} `}--help`],
  });
}
