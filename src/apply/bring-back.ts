import { statementMark } from "../archive/again.js";
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
export async function archiveRecords(database: Database): Promise<ArchiveRecord[]> {
  const [row] = await database.query<{ there: boolean }>(
    "SELECT to_regclass('dm.archive') IS NOT NULL AS there",
  );
  if (row?.there !== true) return [];
  const time = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
  return database.query<ArchiveRecord & Record<string, unknown>>(
    `SELECT id, revision, ${time("archived_at")} AS "archivedAt", archived_by AS "archivedBy", what,
            ${time("purged_at")} AS "purgedAt"
     FROM dm.archive ORDER BY archived_at, what->>'schema', what->>'table', what->>'column' NULLS FIRST`,
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
  const records = (await archiveRecords(database)).filter(
    (one) => one.revision === revision && one.what.again !== undefined && one.purgedAt === null,
  );
  if (records.length === 0) return { steps, objects: [] };
  const parser = await openParser(database.version.major);
  const marks = new Set(
    steps.flatMap((step) => statementsOf(step, parser).map(({ text }) => statementMark(text))),
  );
  const found = records.filter(({ what }) => what.again !== undefined && marks.has(what.again.at));
  const replaced = new Map<string, string>();
  for (const { id, what } of found) {
    for (const mark of what.again?.instead ?? []) replaced.set(mark, "");
    const sql = [
      ...backStatements(what).map(({ text }) => text),
      `DELETE FROM dm.archive WHERE id = ${literal(id).text}`,
      ...(what.again?.rest ?? []),
    ];
    replaced.set(what.again?.at ?? "", sql.join(";\n"));
  }
  return {
    steps: steps.map((step) => (step.mode === "backfill" ? step : withReplaced(step, replaced, parser))),
    objects: found.map(({ what }) => what),
  };
}

function statementsOf({ sql, mode }: Step, parser: Parser): readonly ParsedStatement[] {
  return mode === "backfill" ? [] : parser.statements(sql, "step");
}

function withReplaced(step: Step, replaced: ReadonlyMap<string, string>, parser: Parser): Step {
  let sql = step.sql;
  for (const { text, start, end } of statementsOf(step, parser).toReversed()) {
    const instead = replaced.get(statementMark(text));
    if (instead !== undefined) sql = sql.slice(0, start) + instead + sql.slice(end);
  }
  return { ...step, sql };
}
