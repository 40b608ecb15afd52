import type { Database } from "../database/database.js";
import { DmError } from "../error.js";
import type { Backfill } from "../revision/backfill.js";
import { name } from "../sql/sql.js";

/** What the catalog says of a table that is to be backfilled. */
export interface BackfillTable {
  readonly oid: number;
  /** As SQL names it. */
  readonly relation: string;
  /** A unique key that is never NULL and that the statement does not change, best first; none: `ctid`. */
  readonly key: readonly string[] | undefined;
}

/**
 * Looks the statement's table up.
 * @throws DmError DM5401 when it is none whose rows can be gone through in batches.
 */
export async function readTable(database: Database, backfill: Backfill): Promise<BackfillTable> {
  const relation = name(backfill.schema, backfill.table).text;
  const [found] = await database.query<{ oid: number; kind: string; refusal: string | null }>(
    `SELECT c.oid, c.relkind::text AS kind,
       CASE
         WHEN c.relkind NOT IN ('r', 'p') THEN 'it is no table'
         WHEN EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid AND ev_type = '2') THEN 'it has a rule ON UPDATE'
         WHEN c.relkind = 'r' AND NOT $2::bool AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid)
           THEN 'other tables inherit from it, with keys of their own'
       END AS refusal
     FROM pg_class c WHERE c.oid = $1::regclass`,
    [relation, backfill.only],
  );
  if (found === undefined) throw new Error(`${relation} went while it was looked up`);
  if (found.refusal !== null) throw unfit(relation, found.refusal);
  const [best] = await database.query<{ columns: readonly string[] }>(keysQuery, [
    found.oid,
    backfill.columns,
  ]);
  if (best === undefined && backfill.condition === undefined) {
    throw unfit(
      relation,
      "it has no unique key that is NOT NULL, and without a WHERE nothing tells its rows apart",
    );
  }
  return { oid: found.oid, relation, key: best?.columns };
}

/**
 * Indexes that order the rows by the columns' own operators and collations, so that `(a, b) > (…)` can use them.
 * ev_type, indoption and indkey are pg_rewrite's and pg_index's (manual, System Catalogs).
 */
const keysQuery = `
  SELECT array_agg(a.attname ORDER BY k.ord) AS columns
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
  CROSS JOIN LATERAL generate_series(0, i.indnkeyatts - 1) AS k (ord)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.ord]
  JOIN pg_opclass o ON o.oid = i.indclass[k.ord]
  WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  GROUP BY i.indexrelid, i.indisprimary, i.indnkeyatts
  HAVING bool_and(a.attnotnull AND a.attgenerated = '' AND a.attname <> ALL ($2::text[]) AND o.opcdefault
                  AND i.indoption[k.ord] = 0 AND i.indcollation[k.ord] = a.attcollation)
     AND count(*) = i.indnkeyatts
  ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid
  LIMIT 1`;

/** How many rows there are, as the planner estimates: it looks at the files, so never-analysed tables count too. */
export async function estimateRows(database: Database, from: string): Promise<number> {
  const [row] = await database.query<{ "QUERY PLAN": readonly { Plan: { "Plan Rows": number } }[] }>(
    `EXPLAIN (FORMAT json) SELECT FROM ${from}`,
  );
  return row?.["QUERY PLAN"][0]?.Plan["Plan Rows"] ?? 0;
}

function unfit(relation: string, reason: string): DmError {
  return new DmError("DM5401", `${relation} cannot be backfilled: ${reason}`, {
    next: [
      "name a table, with a unique key NOT NULL or a WHERE condition",
      "a table that others inherit from is updated alone: UPDATE ONLY …; the others have steps of their own",
      "or update it at once: an autocommit step instead of a backfill",
    ],
  });
}
