// Runs a benchmark from its TypeScript source: node bench/run.js introspect
import path from "node:path";
import { runnerImport } from "vite";

const [, , name = "introspect"] = process.argv;
await runnerImport(path.join(import.meta.dirname, `${name}.ts`), {
  configFile: false,
  root: path.dirname(import.meta.dirname),
  logLevel: "error",
});
