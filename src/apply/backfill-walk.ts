import type { Database } from "../database/database.js";
import { type Backfill, tableOf } from "../revision/backfill.js";
import { join, literal, name, raw, type Sql, sql } from "../sql/sql.js";
import type { BackfillTable } from "./backfill-table.js";
import { inOneMessage } from "./script.js";

/** Where a walk through a table is: the key of the last row of a batch, as PostgreSQL prints its columns. */
export type Key = readonly string[];

export interface Batch {
  /** The key where it ends. */
  readonly upto: Key;
  /** How many rows it holds, right ones and others; estimated where pages are counted. */
  readonly rows: number;
}

/** A way through all rows of a table that never meets one twice. */
export interface Walk {
  /** The next batch of about this many rows; none at the end. */
  next(after: Key | undefined, rows: number): Promise<Batch | undefined>;
  /** The condition that holds for the rows of a batch alone. */
  range(after: Key | undefined, upto: Key): Sql;
}

/** The columns that a walk through the table follows, or `ctid`. */
export function followedBy({ key }: BackfillTable): string {
  return key === undefined ? "ctid" : join(key.map((column) => name(column))).text;
}

/**
 * By the key where there is one, which has an index; by the place of the rows in their files otherwise.
 * @param total how many rows there are, estimated.
 */
export function walkThrough(
  database: Database,
  table: BackfillTable,
  backfill: Backfill,
  total: number,
): Promise<Walk> {
  return table.key === undefined
    ? walkByPlace(database, table, backfill, total)
    : Promise.resolve(walkByKey(database, table.key, backfill));
}

/** However long it takes; and a row that a policy hides is an error, where it would be left out in silence. */
export const unhindered = ["SET LOCAL statement_timeout = 0", "SET LOCAL row_security = off"];

/** Text that reads back as the same value whatever the session's settings are then. */
const readableText = [
  "SET LOCAL datestyle = 'ISO'",
  "SET LOCAL intervalstyle = 'iso_8601'",
  "SET LOCAL extra_float_digits = 3",
];

function walkByKey(database: Database, key: readonly string[], backfill: Backfill): Walk {
  const columns = join(key.map((column) => name(backfill.alias, column)));
  // A literal without a type takes that of the column that it is compared with, and its collation.
  const row = (values: Key) => join(values.map(literal));
  const above = (after: Key | undefined) =>
    after === undefined ? raw("true") : sql`(${columns}) > (${row(after)})`;
  const down = join(key.map((column) => sql`${name(backfill.alias, column)} DESC`));
  const parts = key.map((_, at) => name(`k${at}`));
  const printed = join(parts.map((part) => sql`format('%s', ${part})`));
  const settings = [...unhindered, ...readableText];
  return {
    async next(after, rows) {
      const from = sql`FROM ${tableOf(backfill)} WHERE ${above(after)}`;
      // The subquery, so that only the key that is wanted is printed.
      const keyOf = (order: Sql) =>
        sql`SELECT json_build_array(${printed}) AS upto FROM (SELECT ${columns} ${from} ORDER BY ${order}) AS k (${join(parts)})`;
      const nth = keyOf(sql`${columns} OFFSET ${rows - 1} LIMIT 1`);
      const [full] = await inOneMessage<[{ upto: Key }]>(database, settings, nth.text);
      if (full !== undefined) return { ...full, rows };
      const last = keyOf(sql`${down} LIMIT 1`);
      const count = sql`SELECT count(*)::int4 AS rows ${from}`;
      const [end, rest] = await inOneMessage<[{ upto: Key }, { rows: number }]>(
        database,
        settings,
        last.text,
        count.text,
      );
      return end && { ...end, rows: rest?.rows ?? 0 };
    },
    range: (after, upto) => sql`${above(after)} AND (${columns}) <= (${row(upto)})`,
  };
}

/**
 * Page after page: PostgreSQL reads ranges of ctid directly (TID Range Scan). Changed rows go to other pages, which the
 * condition passes over. In a partitioned table the pages of the same number are taken together.
 */
async function walkByPlace(
  database: Database,
  { oid }: BackfillTable,
  backfill: Backfill,
  total: number,
): Promise<Walk> {
  const [size] = await database.query<{ pages: number }>(
    `SELECT coalesce(max(pg_relation_size(oid) / current_setting('block_size')::int), 0)::int4 AS pages
     FROM pg_class
     WHERE relkind = 'r' AND oid IN (SELECT $1::oid UNION SELECT relid FROM pg_partition_tree($1))`,
    [oid],
  );
  const pages = size?.pages ?? 0;
  const rowsOfPage = Math.max(total / Math.max(pages, 1), 1);
  const place = (page: number) => sql`${literal(`(${page},0)`)}::tid`;
  const ctid = name(backfill.alias, "ctid");
  // The key holds the end too: pages that were added since the walk began are not its.
  const start = (key: Key | undefined) => Number(key?.[0] ?? 0);
  const end = (key: Key | undefined) => Number(key?.[1] ?? pages);
  return {
    async next(after, rows) {
      const from = start(after);
      const to = Math.min(from + Math.max(Math.round(rows / rowsOfPage), 1), end(after));
      if (from >= to) return undefined;
      return { upto: [String(to), String(end(after))], rows: Math.round((to - from) * rowsOfPage) };
    },
    range: (after, upto) => sql`${ctid} >= ${place(start(after))} AND ${ctid} < ${place(start(upto))}`,
  };
}
