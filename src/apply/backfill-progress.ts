import type { Database } from "../database/database.js";
import { literal, raw, type Sql, sql } from "../sql/sql.js";
import type { Batch, Key } from "./backfill-walk.js";
import type { Direction } from "./journal.js";

/** Which step of which revision. */
export interface BackfillPlace {
  readonly id: string;
  readonly direction: Direction;
  /** Its index among the steps of the direction. */
  readonly step: number;
}

/** How far a backfill has got: a row of dm.backfill. */
export interface BackfillState {
  /** The last key that is done in this pass. */
  readonly key: Key | null;
  /** Counted from 1: a further pass takes what was written behind the one before. */
  readonly pass: number;
  /** Rows that still matched after the pass before. */
  readonly left: number | null;
  /** Rows gone through in this pass, right ones and others. */
  readonly seen: number;
  /** Rows changed in all passes. */
  readonly changed: number;
}

/** What readers are told of a backfill under way. */
export interface BackfillReport {
  readonly relation: string;
  readonly pass: number;
  readonly seen: number;
  readonly changed: number;
  /** Estimated. */
  readonly total: number;
  readonly startedAt: string;
  readonly updatedAt: string;
}

const table = `
CREATE TABLE IF NOT EXISTS dm.backfill (
  revision text NOT NULL,
  direction text NOT NULL,
  step integer NOT NULL,
  relation text NOT NULL,
  statement text NOT NULL,
  walk text NOT NULL,
  key json,
  pass integer NOT NULL DEFAULT 1,
  "left" bigint,
  seen bigint NOT NULL DEFAULT 0,
  changed bigint NOT NULL DEFAULT 0,
  total bigint NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (revision, direction, step)
);
COMMENT ON TABLE dm.backfill IS 'dm: how far backfills have got that are not done'`;

const state = `key, pass, "left"::float8 AS "left", seen::float8 AS seen, changed::float8 AS changed`;

/** Where to go on; at the beginning when nothing is known, or what is known is of another statement or another way. */
export async function beginBackfill(
  database: Database,
  place: BackfillPlace,
  what: {
    readonly relation: string;
    readonly statement: string;
    readonly walk: string;
    readonly total: number;
  },
): Promise<BackfillState> {
  await database.script(table);
  return database.transaction(async () => {
    const { id, direction, step } = place;
    const { relation, statement, walk, total } = what;
    await database.query(
      `DELETE FROM dm.backfill WHERE ${at(place).text} AND (statement, walk) IS DISTINCT FROM ($1, $2)`,
      [statement, walk],
    );
    const [row] = await database.query<BackfillState & Record<string, unknown>>(
      `INSERT INTO dm.backfill (revision, direction, step, relation, statement, walk, total)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (revision, direction, step) DO UPDATE SET total = excluded.total
       RETURNING ${state}`,
      [id, direction, step, relation, statement, walk, Math.round(total)],
    );
    if (row === undefined) throw new Error("INSERT … RETURNING returned nothing");
    return row;
  });
}

/**
 * The statements that run a batch and record it, for one message, so that no crash can part them; the last one returns the
 * {@link BackfillState}. PL/pgSQL counts the rows that the UPDATE changed: through a CTE each of them would be stored first.
 */
export function recorded(
  update: Sql,
  place: BackfillPlace,
  { upto, rows }: Batch,
): readonly [string, string] {
  const block = sql`#variable_conflict use_column
DECLARE
  "rows" bigint;
BEGIN
${update};
GET DIAGNOSTICS "rows" = ROW_COUNT;
UPDATE dm.backfill AS b SET key = ${literal(JSON.stringify(upto))}, seen = b.seen + ${rows},
  changed = b.changed + "rows", updated_at = clock_timestamp()
WHERE ${at(place)};
END`;
  return [
    sql`DO LANGUAGE plpgsql ${literal(block.text)}`.text,
    sql`SELECT ${raw(state)} FROM dm.backfill WHERE ${at(place)}`.text,
  ];
}

export async function beginPass(
  database: Database,
  place: BackfillPlace,
  left: number,
): Promise<BackfillState> {
  const [row] = await database.query<BackfillState & Record<string, unknown>>(
    `UPDATE dm.backfill SET key = NULL, pass = pass + 1, "left" = $1, seen = 0 WHERE ${at(place).text} RETURNING ${state}`,
    [left],
  );
  if (row === undefined) throw new Error("the row of the backfill is gone from dm.backfill");
  return row;
}

/** Nothing of a revision is under way any more. In the caller's transaction. */
export async function forgetBackfills(database: Database, id: string): Promise<void> {
  if (await hasBackfills(database)) await database.query("DELETE FROM dm.backfill WHERE revision = $1", [id]);
}

/** The backfill that was the last to do something, if one is not done. */
export async function backfillUnderWay(
  database: Database,
  { id, direction }: { readonly id: string; readonly direction: string },
): Promise<BackfillReport | undefined> {
  if (!(await hasBackfills(database))) return undefined;
  const time = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
  const [row] = await database.query<BackfillReport & Record<string, unknown>>(
    `SELECT relation, pass, seen::float8 AS seen, changed::float8 AS changed, total::float8 AS total,
            ${time("started_at")} AS "startedAt", ${time("updated_at")} AS "updatedAt"
     FROM dm.backfill WHERE (revision, direction) = ($1, $2) ORDER BY step DESC LIMIT 1`,
    [id, direction],
  );
  return row;
}

async function hasBackfills(database: Database): Promise<boolean> {
  const [row] = await database.query<{ there: boolean }>(
    "SELECT to_regclass('dm.backfill') IS NOT NULL AS there",
  );
  return row?.there === true;
}

function at({ id, direction, step }: BackfillPlace): Sql {
  return sql`(revision, direction, step) = (${literal(id)}, ${literal(direction)}, ${step})`;
}
