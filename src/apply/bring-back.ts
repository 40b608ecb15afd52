import { type Again, statementMark } from "../archive/again.js";
import { type ArchivedObject, backStatements } from "../archive/move.js";
import type { Database } from "../database/database.js";
import { openParser, type ParsedStatement, type Parser } from "../parse/parser.js";
import type { Step } from "../revision/revision.js";
import { literal } from "../sql/sql.js";

/** A record of `dm.archive`. */
export interface ArchiveRecord {
  readonly id: string;
  readonly revision: string;
  /** ISO 8601, UTC. */
  readonly archivedAt: string;
  readonly archivedBy: string;
  readonly what: ArchivedObject;
  /** ISO 8601, UTC; null while it can be brought back. */
  readonly purgedAt: string | null;
}

/** All records, the oldest first; none where nothing has been put away yet. */
export function archiveRecords(database: Database): Promise<ArchiveRecord[]> {
  return recordsOf(database, false);
}

/** Those of things that were brought back one by one. */
export function restoredRecords(database: Database): Promise<ArchiveRecord[]> {
  return recordsOf(database, true);
}

async function recordsOf(database: Database, isRestored: boolean): Promise<ArchiveRecord[]> {
  const [row] = await database.query<{ there: boolean }>(
    "SELECT to_regclass('dm.archive') IS NOT NULL AS there",
  );
  if (row?.there !== true) return [];
  const time = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
  return database.query<ArchiveRecord & Record<string, unknown>>(
    `SELECT id, revision, ${time("archived_at")} AS "archivedAt", archived_by AS "archivedBy", what,
            ${time("purged_at")} AS "purgedAt"
     FROM dm.archive WHERE (what ? 'restored') = $1 ORDER BY archived_at, what->>'schema', what->>'table', what->>'column' NULLS FIRST`,
    [isRestored],
  );
}

/**
 * The steps of a way up on which what an earlier way back of the revision has put away comes back, in place of being
 * made anew.
 */
export async function bringingBack(
  database: Database,
  revision: string,
  steps: readonly Step[],
): Promise<{ readonly steps: readonly Step[]; readonly objects: readonly ArchivedObject[] }> {
  const records = (await archiveRecords(database)).flatMap((record) => {
    const { again } = record.what;
    return record.revision === revision && again !== undefined && record.purgedAt === null
      ? [{ ...record, again }]
      : [];
  });
  if (records.length === 0) return { steps, objects: [] };
  const parser = await openParser(database.version.major);
  const marks = new Set(
    steps.flatMap((step) => statementsOf(step, parser).map(({ text }) => statementMark(text))),
  );
  const found = records.filter(({ again }) => [again.at, ...again.instead].every((mark) => marks.has(mark)));
  const edits = editsFor(found);
  return {
    steps: steps.map((step) => (step.mode === "backfill" ? step : withEdits(step, edits, parser))),
    objects: found.map(({ what }) => what),
  };
}

/** What becomes of statements, by their marks. */
interface Edits {
  readonly before: Map<string, string[]>;
  readonly gone: ReadonlySet<string>;
  readonly behind: Map<string, string[]>;
}

function editsFor(records: readonly (ArchiveRecord & { readonly again: Again })[]): Edits {
  const homes = new Map(
    records.flatMap(({ what }) => what.homes ?? []).map(({ schema, sql }) => [schema, sql]),
  );
  const back = records.flatMap(({ id, what }) => [
    ...backStatements(what).map(({ text }) => text),
    `DELETE FROM dm.archive WHERE id = ${literal(id).text}`,
  ]);
  const rest = records.flatMap(({ again }) => again.rest).sort((one, other) => one.turn - other.turn);
  const edits = {
    before: new Map<string, string[]>(),
    gone: new Set(records.flatMap(({ again }) => again.instead)),
    behind: new Map<string, string[]>(),
  };
  const [first] = records;
  if (first === undefined) return edits;
  const atOnce = rest.flatMap(({ behind, sql }) => (behind === undefined ? [sql] : []));
  edits.before.set(first.again.at, [...[...homes.values()].flat(), ...back, ...atOnce]);
  for (const { behind, sql } of rest) {
    if (behind !== undefined) edits.behind.set(behind, [...(edits.behind.get(behind) ?? []), sql]);
  }
  return edits;
}

function statementsOf({ sql, mode }: Step, parser: Parser): readonly ParsedStatement[] {
  return mode === "backfill" ? [] : parser.statements(sql, "step");
}

/** What is put beside a statement is put there once. */
function withEdits(step: Step, { before, gone, behind }: Edits, parser: Parser): Step {
  const take = (edits: Map<string, string[]>, mark: string) => {
    const found = edits.get(mark) ?? [];
    edits.delete(mark);
    return found;
  };
  let sql = "";
  let at = 0;
  for (const { text, start, end } of statementsOf(step, parser)) {
    const mark = statementMark(text);
    const own = gone.has(mark) ? [] : [step.sql.slice(start, end)];
    sql += step.sql.slice(at, start) + [...take(before, mark), ...own, ...take(behind, mark)].join(";\n");
    at = end;
  }
  return { ...step, sql: sql + step.sql.slice(at) };
}
