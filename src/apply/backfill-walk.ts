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
  /** How many rows it holds, right ones and others. */
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

/** By the key where there is one, which has an index; by the place of the rows in their files otherwise. */
export function walkThrough(database: Database, table: BackfillTable, backfill: Backfill): Promise<Walk> {
  return table.key === undefined
    ? walkByPlace(database, table, backfill)
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
  return {
    async next(after, rows) {
      const parts = key.map((_, at) => name(`k${at}`));
      const text = join(parts.map((part) => sql`format('%s', ${part})`));
      const query = sql`
        SELECT json_build_array(${text}) AS upto, n::int4 AS rows FROM (
          SELECT ${columns}, row_number() OVER (ORDER BY ${columns}) AS n
          FROM ${tableOf(backfill)} WHERE ${above(after)} ORDER BY ${columns} LIMIT ${rows}
        ) AS batch (${join(parts)}, n) ORDER BY n DESC LIMIT 1`;
      const [batch] = await inOneMessage<[Batch]>(database, [...unhindered, ...readableText], query.text);
      return batch;
    },
    range: (after, upto) => sql`${above(after)} AND (${columns}) <= (${row(upto)})`,
  };
}

/**
 * Page after page: PostgreSQL reads ranges of ctid directly (TID Range Scan). Changed rows go to other pages, which the
 * condition passes over. In a partitioned table the pages of the same number are taken together.
 */
async function walkByPlace(database: Database, { oid }: BackfillTable, backfill: Backfill): Promise<Walk> {
  const [size] = await database.query<{ pages: number; rows: number }>(
    `SELECT coalesce(max(pg_relation_size(c.oid) / current_setting('block_size')::int), 0)::int4 AS pages,
            greatest(sum(c.reltuples / nullif(c.relpages, 0)), 20)::float8 AS rows
     FROM pg_class c WHERE c.relkind = 'r' AND c.oid IN (SELECT $1::oid UNION SELECT relid FROM pg_partition_tree($1))`,
    [oid],
  );
  const { pages = 0, rows: perPage = 20 } = size ?? {};
  const place = (page: number) => sql`${literal(`(${page},0)`)}::tid`;
  const ctid = name(backfill.alias, "ctid");
  const range = (after: Key | undefined, [upto]: Key) =>
    sql`${ctid} >= ${place(Number(after?.[0] ?? 0))} AND ${ctid} < ${place(Number(upto))}`;
  return {
    async next(after, rows) {
      // The key holds the end too: pages that were added since the walk began are not its.
      const [from, end] = after === undefined ? [0, pages] : [Number(after[0]), Number(after[1])];
      if (from >= end) return undefined;
      const upto = [from + Math.max(Math.round(rows / perPage), 1), end].map((page) =>
        String(Math.min(page, end)),
      );
      const query = sql`SELECT count(*)::int4 AS rows FROM ${tableOf(backfill)} WHERE ${range(after, upto)}`;
      const [found] = await inOneMessage<[{ rows: number }]>(database, unhindered, query.text);
      return { upto, rows: found?.rows ?? 0 };
    },
    range,
  };
}
