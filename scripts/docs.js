// Writes the generated pages of docs/: npm run docs
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { runnerImport } from "vite";

const root = path.dirname(import.meta.dirname);
const { module } = await runnerImport(path.join(import.meta.dirname, "coverage.ts"), {
  configFile: false,
  root,
  logLevel: "error",
});
await writeFile(path.join(root, "docs/coverage.md"), await module.coveragePage());
