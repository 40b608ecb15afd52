// Installs the PostgreSQL servers of this package, unless exactly these are there already.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const directory = import.meta.dirname;
const stamp = join(directory, "node_modules", ".installed");
const lock = readFileSync(join(directory, "package-lock.json"));
const wanted = `${process.platform}-${process.arch} ${createHash("sha256").update(lock).digest("hex")}`;

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  console.log("Installing PostgreSQL 14 to 18 for the tests …");
  const options = [
    "ci",
    "--prefix",
    directory,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const isWindows = process.platform === "win32";
  const { status } = spawnSync("npm", options, { stdio: "inherit", shell: isWindows, cwd: directory });
  if (status === 0) writeFileSync(stamp, wanted);
  else console.log("They cannot be installed: what needs a server will be skipped.");
}
