import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import type { PreflightQuery } from "../revision/revision.js";
import { literal } from "../sql/sql.js";

/** What a preflight query came to. */
export type Preflighted =
  | { readonly outcome: "clear" }
  /** Rows that stand in the way: how many, and the first of them as JSON. */
  | { readonly outcome: "found"; readonly count: string; readonly first: readonly string[] }
  /** What it asks about is not there (yet). */
  | { readonly outcome: "absent"; readonly message: string }
  /** It did not end in time, or may not read the rows. */
  | { readonly outcome: "unknown"; readonly message: string };

const most = 5;

/** Undefined tables, columns, schemas, functions and types (manual, PostgreSQL Error Codes). */
const absent = new Set(["42P01", "42703", "3F000", "42883", "42704"]);
/** Query canceled, insufficient privilege (row security, too), lock not available. */
const undecided = new Set(["57014", "42501", "55P03"]);

/** Runs the query in a transaction of its own that can write nothing. */
export async function runPreflight(
  database: Database,
  { sql }: PreflightQuery,
  timeouts: { readonly statement: string; readonly lock: string },
): Promise<Preflighted> {
  try {
    return await database.transaction(
      async () => {
        // Policies must not hide a row: with this off PostgreSQL says so instead (manual, row_security).
        await database.script(
          `SET LOCAL statement_timeout = ${literal(timeouts.statement).text};
           SET LOCAL lock_timeout = ${literal(timeouts.lock).text}; SET LOCAL row_security = off`,
        );
        return found(await database.query<Offenders>(counted(sql)));
      },
      { readOnly: true },
    );
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (absent.has(error.sqlstate)) return { outcome: "absent", message: error.message };
    // Class 22: a value at which the query's own expression fails.
    if (undecided.has(error.sqlstate) || error.sqlstate.startsWith("22"))
      return { outcome: "unknown", message: error.message };
    throw error;
  }
}

type Offenders = { readonly count: string; readonly first: readonly string[] };

function found([row]: readonly Offenders[]): Preflighted {
  if (row === undefined || row.count === "0") return { outcome: "clear" };
  return { outcome: "found", count: row.count, first: row.first };
}

/** The query as part of another: on lines of its own, for it may end in a comment. */
function counted(sql: string): string {
  return `WITH offending AS MATERIALIZED (
${sql.trimEnd().replace(/;$/, "")}
)
SELECT (SELECT count(*) FROM offending)::text AS count,
       ARRAY(SELECT row_to_json(o)::text FROM (SELECT * FROM offending LIMIT ${most}) o)::text[] AS first`;
}
