import { execFileSync, spawnSync } from "node:child_process";
import { openParser } from "../../src/parse/parser.js";

/** The major version of the machine's own pg_dump, undefined without one. */
export function dumpVersion(): number | undefined {
  const { status, stdout } = spawnSync("pg_dump", ["--version"], { encoding: "utf8" });
  const version = status === 0 ? /(\d+)\./.exec(stdout)?.[1] : undefined;
  return version === undefined ? undefined : Number(version);
}

/**
 * A database's schema as pg_dump writes it: the statements sorted, within CREATE TABLE the columns and constraints, a
 * publication's columns, and storage parameters, because the order of none of them is part of the schema.
 */
export async function dump(url: string, major: number, ...options: readonly string[]): Promise<string[]> {
  const text = execFileSync("pg_dump", ["--schema-only", ...options, url], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const parser = await openParser(major);
  const statements = parser
    .statements(text.replace(/^\\.*$/gm, ""), "pg_dump")
    .filter(({ type }) => type !== "VariableSetStmt" && type !== "SelectStmt")
    .map(({ type, text: statement }) => sortedOptions(sorters[type]?.(statement) ?? statement))
    .sort();
  return withoutInherited(statements);
}

/**
 * Without the columns and checks of tables that the tables that they inherit from have, too. Whether they are also the
 * heir's own depends on how they came: no statement takes that away again (manual, ALTER TABLE, INHERIT).
 */
function withoutInherited(statements: readonly string[]): string[] {
  const lines = new Map<string, readonly string[]>();
  for (const statement of statements) {
    const table = /^CREATE (?:UNLOGGED )?(?:FOREIGN )?TABLE (\S+) \(/.exec(statement)?.[1];
    if (table !== undefined) lines.set(table, statement.split("\n"));
  }
  const parentsOf = (table: string): string[] =>
    lines.get(table)?.flatMap((line) => /^\)?\s*INHERITS \((.*)\)/.exec(line)?.[1]?.split(", ") ?? []) ?? [];
  const ancestorsOf = (table: string): string[] =>
    parentsOf(table).flatMap((parent) => [parent, ...ancestorsOf(parent)]);
  const left = new Map(
    [...lines].map(([table, own]) => {
      const inherited = ancestorsOf(table).flatMap((parent) => lines.get(parent) ?? []);
      // Where NOT NULL and a default are the heir's by inheritance, they are not printed.
      const isInherited = (line: string) =>
        /^\s/.test(line) && inherited.some((other) => other === line || other.startsWith(`${line} `));
      return [own.join("\n"), own.filter((line) => !isInherited(line)).join("\n")];
    }),
  );
  return statements.map((statement) => left.get(statement) ?? statement);
}

const sorters: Readonly<Record<string, (statement: string) => string>> = {
  CreateStmt: sortedLines,
  AlterPublicationStmt: sortedColumns,
};

function sortedLines(createTable: string): string {
  const [head = "", ...lines] = createTable.split("\n");
  return [head, ...lines.map((line) => line.replace(/,$/, "")).sort()].join("\n");
}

/** pg_dump writes them in the order that they have in their table. */
function sortedColumns(alterPublication: string): string {
  const column = /"(?:[^"]|"")*"|[\w$]+/.source;
  const list = new RegExp(`"(?:[^"]|"")*"|\\(((?:${column})(?:, (?:${column}))*)\\)`, "g");
  return alterPublication.replace(list, (text, columns: string | undefined) =>
    columns === undefined ? text : `(${columns.match(new RegExp(column, "g"))?.sort().join(", ")})`,
  );
}

function sortedOptions(statement: string): string {
  return statement.replace(
    /\bWITH \(([^()]*)\)/g,
    (_, list: string) => `WITH (${list.split(", ").sort().join(", ")})`,
  );
}
