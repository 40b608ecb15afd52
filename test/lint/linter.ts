import { relative } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.js";
import type { Database } from "../../src/database/database.js";
import { openPglite } from "../../src/database/pglite.js";
import { readSchemaFiles } from "../../src/desired/files.js";
import { loadDesired } from "../../src/desired/load.js";
import { readDesired } from "../../src/desired/read.js";
import { introspect, introspectHere } from "../../src/introspect/introspect.js";
import { ignoresIn } from "../../src/lint/ignore.js";
import { lintState, rulesOn, withIgnores } from "../../src/lint/lint.js";
import type { Finding, IndexUse } from "../../src/lint/rule.js";
import { type LintSettings, usualLint } from "../../src/lint/settings.js";
import { openParser, type Parser } from "../../src/parse/parser.js";
import type { Sizes } from "../../src/plan/sizes.js";
import { ignoresOf } from "../../src/project/lint.js";
import { DoesNotRun, judgedForm, runHalf } from "../../src/project/lint-revisions.js";
import { commitStatements, runStatements } from "../../src/proof/run.js";
import { parseRevision } from "../../src/revision/parse.js";
import { withFiles } from "../desired/files.js";

export interface LinterOptions {
  readonly settings?: Partial<LintSettings>;
  /** Unknown ones count as large. */
  readonly sizes?: Sizes;
  readonly header?: string;
  readonly uses?: readonly IndexUse[];
  readonly half?: "up" | "down";
}

/** Lints texts on one embedded database, whose state is made once and stays as it is. */
export interface Linter {
  /** The up half of a written revision: below `-- dm:up`. */
  revision(sql: string, options?: LinterOptions): Promise<Finding[]>;
  /** Schema files, as one state; the places name the files. */
  schema(files: Readonly<Record<string, string>>, options?: LinterOptions): Promise<Finding[]>;
  close(): Promise<void>;
}

/** @param setup what stands before each revision. */
export async function openLinter(setup: string): Promise<Linter> {
  const standing = await openPglite();
  const scratch = await openPglite();
  const base = { standing, scratch, setup, parser: await openParser(18) };
  await standing.script(setup);
  const before = await introspect(standing);
  return {
    revision: (sql, options = {}) => lintRevision({ ...base, before }, sql, options),
    schema: (files, options = {}) => lintSchema(base, files, options),
    async close() {
      await standing.close();
      await scratch.close();
    },
  };
}

interface Base {
  /** Holds the setup; what is done there is rolled back. */
  readonly standing: Database;
  /** For what commits; begun anew each time. */
  readonly scratch: Database;
  readonly setup: string;
  readonly parser: Parser;
}

const id = "4f2a9c1b7e03";

async function lintRevision(
  { standing, scratch, setup, parser, before }: Base & { readonly before: Catalog },
  sql: string,
  { settings = {}, sizes = () => undefined, header = "", half = "up" }: LinterOptions,
): Promise<Finding[]> {
  const rows = half === "up" ? ["-- dm:up", sql, "-- dm:down"] : ["-- dm:up", "-- dm:down", sql];
  const text = [
    `/* dm:revision\nid: ${id}\nparents: []\nmessage: x\ncreated: 2025-03-04T09:12:45Z\n${header}*/`,
    ...rows,
  ].join("\n");
  const lint = { ...usualLint, ...settings };
  const bench = {
    parser,
    project: {
      lint,
      manage: {},
      online: { mode: "auto" as const, rename: "auto" as const, rows: 100_000, bytes: 100 * 1024 ** 2 },
    },
    shadow: { description: "PGlite" },
  };
  const file = {
    ...(await parseRevision(text, "revision.sql")),
    text,
    name: "revision.sql",
    path: "revision.sql",
  };
  const judged = judgedForm(bench, file);
  const own = judged.text?.[half] ?? [];
  const run = async (database: Database, isOpen: boolean) => {
    const site = {
      database,
      commits: !isOpen,
      runApart: (statements: Parameters<typeof runStatements>[1]) => Promise.resolve(statements),
      run: (statements: Parameters<typeof runStatements>[1]) =>
        isOpen ? runStatements(database, statements) : commitStatements(database, statements),
      read: () => (isOpen ? introspectHere(database) : introspect(database)),
    };
    try {
      await runHalf({ bench, site, known: { sizes, from: undefined, notes: [] } }, judged, own, before);
    } catch (error) {
      if (!(error instanceof DoesNotRun)) throw error;
    }
  };
  if (!judged.findings.some(({ code }) => code === "transaction-statement")) {
    const isOne = own.every(({ transaction, mode }) => transaction === 1 && mode === "transaction");
    if (isOne)
      await standing.trial(() => run({ ...onDatabase(standing), transaction: (work) => work() }, true));
    else {
      const made = /(?<=^CREATE SCHEMA )\w+/gm;
      const schemas = [...`${setup}\n${sql}`.matchAll(made)].map(([name]) => name);
      await scratch.script(`DROP SCHEMA IF EXISTS ${schemas.join(", ")} CASCADE;\n${setup}`);
      await run(scratch, false);
    }
  }
  const ignores =
    judged.text === undefined ? [] : ignoresIn(judged.text.parsed.source, judged.text.parsed.statements);
  return withIgnores(judged.findings, ignores, rulesOn(lint, "form", "change"), lint);
}

/** The methods of a database, to put others in the place of some. */
function onDatabase(database: Database): Database {
  const { engine, description, version } = database;
  return {
    engine,
    description,
    version,
    query: (text, parameters) => database.query(text, parameters),
    script: (text) => database.script(text),
    transaction: (work, options) => database.transaction(work, options),
    trial: (work) => database.trial(work),
    close: () => database.close(),
  };
}

async function lintSchema(
  { scratch, parser }: Base,
  files: Readonly<Record<string, string>>,
  { settings = {}, uses }: LinterOptions,
): Promise<Finding[]> {
  const lint = { ...usualLint, ...settings };
  return withFiles(files, async (directory) => {
    const state = await readDesired(directory, parser);
    const catalog = await scratch.trial(async () => {
      await scratch.script("DROP SCHEMA IF EXISTS app CASCADE");
      await loadDesired(state, scratch);
      return introspectHere(scratch);
    });
    const found = lintState(
      { catalog, settings: lint, ...(uses === undefined ? {} : { uses }) },
      state.statements,
    );
    const all = withIgnores(
      found,
      ignoresOf(await readSchemaFiles([directory]), state),
      rulesOn(lint, "state"),
      lint,
    );
    return all.map((one) => ({ ...one, at: { ...one.at, file: relative(directory, one.at.file) } }));
  });
}
