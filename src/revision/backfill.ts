import type { Node, UpdateStmt } from "libpg-query";
import { DmError, type SourceLocation } from "../error.js";
import { openParser, type ParsedStatement } from "../parse/parser.js";
import type { Token } from "../parse/scan.js";
import { fileSource, type Source } from "../parse/source.js";
import { type Sql, sql } from "../sql/sql.js";

/** The UPDATE of a backfill step, taken apart as far as its batches need it. */
export interface Backfill {
  readonly schema: string;
  readonly table: string;
  /** UPDATE ONLY: without the tables that inherit from it. */
  readonly only: boolean;
  /** What the table is called inside of the statement. */
  readonly alias: string;
  /** The columns that it sets. */
  readonly columns: readonly string[];
  /** From UPDATE to what is set. */
  readonly head: string;
  /** The WHERE condition: which rows are not yet right. Without one, every row is changed once. */
  readonly condition?: string;
}

/** Reads a step's SQL. @throws DmError DM4015 at the place of what a backfill cannot be. */
export type BackfillReader = (source: Source) => Backfill;

export async function openBackfillReader(): Promise<BackfillReader> {
  // The newest grammar: what is too new for a server, the server itself refuses.
  const parser = await openParser(18);
  return (source) => {
    const [statement, second] = parser.parse(source).statements;
    if (statement === undefined) throw refused("has no statement", source.locate(0));
    if (second !== undefined) throw refused("has a second statement", second.at);
    return read(statement);
  };
}

/** The UPDATE of one step, already known to be one. */
export async function readBackfill(text: string): Promise<Backfill> {
  return (await openBackfillReader())(fileSource(text, "the backfill step"));
}

/** The statement for those of its rows that satisfy one more condition. */
export function narrowed({ head, condition }: Backfill, more: Sql): Sql {
  const own = condition === undefined ? "" : `(${condition}) AND `;
  return { text: `${head}\nWHERE ${own}${more.text}` };
}

/** The table as the statement sees it, for a query with the same condition. */
export function tableOf({ schema, table, only, alias }: Backfill): Sql {
  return sql`${{ text: only ? "ONLY" : "" }} ${schema}.${table} AS ${alias}`;
}

function read(statement: ParsedStatement): Backfill {
  const update = "UpdateStmt" in statement.tree ? statement.tree.UpdateStmt : undefined;
  const { relation } = update ?? {};
  if (update === undefined || relation?.relname === undefined)
    throw refused("is not an UPDATE", statement.at);
  refuseClauses(statement, update);
  const { schemaname: schema, relname: table } = relation;
  if (schema === undefined)
    throw refused("does not name the table's schema", placeOf(statement, relation.location));
  const where = whereOf(statement);
  const { start, end, source } = statement;
  return {
    schema,
    table,
    only: relation.inh !== true,
    alias: relation.alias?.aliasname ?? table,
    columns: [...new Set((update.targetList ?? []).flatMap(columnOf))],
    head: source.text.slice(start, where?.start ?? end).trimEnd(),
    ...(where && { condition: source.text.slice(where.end, end).trim() }),
  };
}

function columnOf(target: Node): string[] {
  return "ResTarget" in target && target.ResTarget.name !== undefined ? [target.ResTarget.name] : [];
}

/** Clauses that a condition on the key cannot be added to, or that a batch has no use for. */
function refuseClauses({ at }: ParsedStatement, update: UpdateStmt): void {
  if (update.withClause !== undefined) throw refused("has a WITH clause", at);
  if (update.fromClause !== undefined) throw refused("has a FROM clause", at);
  if (update.returningClause !== undefined) throw refused("has a RETURNING clause", at);
  if (update.whereClause !== undefined && "CurrentOfExpr" in update.whereClause)
    throw refused("follows a cursor", at);
}

/** The first WHERE outside of parentheses is the statement's own: those of subqueries stand in some. */
function whereOf({ tokens }: ParsedStatement): Token | undefined {
  let depth = 0;
  return tokens.find(({ kind, text }) => {
    if (text === "(") depth++;
    if (text === ")") depth--;
    return depth === 0 && kind === "other" && text.toUpperCase() === "WHERE";
  });
}

function placeOf(statement: ParsedStatement, location: number | undefined): SourceLocation {
  return location === undefined ? statement.at : statement.source.locate(statement.offset(location));
}

function refused(what: string, at: SourceLocation): DmError {
  return new DmError("DM4015", `the backfill step ${what}`, {
    at,
    next: [
      "write one plain statement: UPDATE schema.table SET … WHERE condition;",
      "the condition says which rows are not yet right; another table is read by a subquery",
    ],
  });
}
