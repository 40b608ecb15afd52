#!/usr/bin/env node
import { run } from "./program.js";
import type { Terminal } from "./terminal.js";

const signals = ["SIGINT", "SIGTERM"] as const;

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onInterrupt(stop) {
    for (const signal of signals) process.on(signal, stop);
    return () => {
      for (const signal of signals) process.off(signal, stop);
    };
  },
  exit: (code) => process.exit(code),
};

// `dm history | head` closes the pipe early: that is no error, and cuts off no work that still goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

process.exitCode = await run(process.argv.slice(2), terminal);
