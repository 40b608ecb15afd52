import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");

/**
 * Which folder may import which (docs/architecture.md). `types` are for a folder that needs another's words
 * and not its code: `import type` only.
 */
const allowed: Readonly<Record<string, { code: readonly string[]; types?: readonly string[] }>> = {
  error: { code: [] },
  version: { code: [] },
  sql: { code: [] },
  git: { code: [] },
  catalog: { code: ["sql", "error"] },
  kinds: { code: ["catalog", "sql", "error"] },
  parse: { code: ["error", "sql"] },
  database: { code: ["error", "sql"] },
  diff: { code: ["catalog", "kinds"] },
  manage: { code: ["catalog", "kinds", "sql", "error"] },
  introspect: { code: ["kinds", "database", "catalog", "sql", "error"] },
  desired: { code: ["introspect", "parse", "database", "kinds", "catalog", "sql", "error"] },
  plan: { code: ["diff", "kinds", "catalog", "sql", "error"], types: ["desired"] },
  archive: { code: ["kinds", "catalog", "sql", "error"], types: ["plan"] },
  online: { code: ["diff", "kinds", "catalog", "sql", "error"], types: ["plan", "desired", "revision"] },
  pull: { code: ["plan", "kinds", "catalog", "sql", "error"], types: ["desired"] },
  revision: { code: ["parse", "sql", "error"], types: ["catalog"] },
  proof: {
    code: [
      "revision",
      "plan",
      "diff",
      "introspect",
      "manage",
      "database",
      "kinds",
      "catalog",
      "parse",
      "sql",
      "error",
    ],
    types: ["desired"],
  },
  hazards: {
    code: ["plan", "parse", "kinds", "catalog", "sql", "error"],
    types: ["proof", "revision"],
  },
  lint: {
    code: ["hazards", "desired", "plan", "revision", "parse", "kinds", "catalog", "sql", "error"],
  },
  apply: {
    code: [
      "revision",
      "archive",
      "introspect",
      "manage",
      "diff",
      "database",
      "kinds",
      "catalog",
      "parse",
      "sql",
      "error",
    ],
    types: ["plan"],
  },
  drift: { code: ["diff", "introspect", "database", "kinds", "catalog", "sql", "error"] },
  // Facts and changes in words; of everything else only what it looks like.
  report: {
    code: ["hazards", "catalog", "kinds", "diff", "sql", "error"],
    types: ["lint", "apply", "proof", "plan", "drift", "revision", "desired", "project"],
  },
};
const stages = Object.keys(allowed);
/** The joins: they may use everything below them. */
const joins: Readonly<Record<string, { code: readonly string[]; types?: readonly string[] }>> = {
  project: { code: stages.filter((stage) => stage !== "report") },
  index: { code: [...stages, "project"] },
  cli: { code: ["project", "report", "index", "catalog", "version", "error"], types: stages },
};

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

function sourceFiles(directory: string): string[] {
  return readdirSync(path.join(root, directory), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ts$/.test(name))
    .map((name) => path.join(directory, name).split(path.sep).join("/"));
}

/** `src/plan/order.ts` is of plan, `src/error.ts` of error, `cli/…` of cli. */
function folderOf(file: string): string {
  const [top = "", second = ""] = file.split("/");
  return top === "src" ? second.replace(/\.[jt]s$/, "") : top;
}

const files = [...sourceFiles("src"), ...sourceFiles("cli")];
const statement = /^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"(\.[^"]+)"/gm;
const dynamic = /\bimport\("(\.[^"]+)"\)/g;

const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(path.join(root, file), "utf8");
  const resolve = (target: string) => folderOf(path.posix.join(path.posix.dirname(file), target));
  const from = folderOf(file);
  const found = [
    ...[...text.matchAll(statement)].map(([whole, type, target = ""]) => ({
      to: resolve(target),
      isType: type !== undefined || /^import\s*\{(?:\s*type\s[^,}]+,?)+\s*\}/.test(whole),
    })),
    ...[...text.matchAll(dynamic)].map(([, target = ""]) => ({ to: resolve(target), isType: false })),
  ];
  return found.filter(({ to }) => to !== from).map((one) => ({ file, from, ...one }));
});

describe("imports", () => {
  test("are found", () => {
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.filter(({ from, to }) => from === "plan" && to === "diff")).not.toEqual([]);
  });

  test("run downwards, folder by folder", () => {
    const rules = { ...allowed, ...joins };
    const wrong = imports.filter(({ from, to, isType }) => {
      const rule = rules[from];
      return !(rule?.code.includes(to) || (isType && rule?.types?.includes(to)));
    });
    const described = wrong.map(
      ({ file, to, isType }) => `${file} imports ${isType ? "types of " : ""}${to}`,
    );
    expect([...new Set(described)]).toEqual([]);
  });

  test("make no circle of folders", () => {
    const needs = new Map<string, Set<string>>();
    for (const { from, to, isType } of imports) {
      if (!isType) needs.set(from, (needs.get(from) ?? new Set()).add(to));
    }
    const circles: string[] = [];
    const walk = (folder: string, way: readonly string[]) => {
      if (way.includes(folder)) circles.push([...way.slice(way.indexOf(folder)), folder].join(" → "));
      else for (const next of needs.get(folder) ?? []) walk(next, [...way, folder]);
    };
    for (const folder of needs.keys()) walk(folder, []);
    expect([...new Set(circles)]).toEqual([]);
  });
});

test("every file can be read in one sitting: 300 lines at most", () => {
  const long = files
    .map((file) => ({
      file,
      lines: readFileSync(path.join(root, file), "utf8").trimEnd().split("\n").length,
    }))
    .filter(({ lines }) => lines > 300)
    .map(({ file, lines }) => `${file}: ${lines} lines`);
  expect(long).toEqual([]);
});

// Neither a login nor a licence decides what dm sees: there is nobody whom it could ask.
test("nothing is talked to but the database", () => {
  const network =
    /(?:from|import\()\s*"(?:node:)?(?:https?|http2|net|dgram|undici)"|\bfetch\(|\bnew WebSocket\(/;
  const talking = files.filter((file) => network.test(readFileSync(path.join(root, file), "utf8")));
  expect(talking).toEqual([]);
  expect(network.test('import { request } from "node:https";')).toBe(true);
});
