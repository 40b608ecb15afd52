import {
  type ArchivedHome,
  type ArchivedObject,
  awayColumn,
  backStatements,
  nameAway,
} from "../archive/move.js";
import { archiveSchema } from "../archive/names.js";
import type { Database } from "../database/database.js";
import { literal, name } from "../sql/sql.js";
import { type Readers, readersOf } from "./archived-readers.js";
import { type ArchiveRecord, archiveRecords } from "./bring-back.js";

/** A thing in quarantine as it is now. */
export interface ArchivedThing extends ArchiveRecord, Readers {
  /** Where it is: `dm_archive.letter_…`, or `app.patient.dm_archived_…`; null when it is not there any more. */
  readonly place: string | null;
  /** Bytes, indexes included; of a column an estimate, null where nobody has counted. */
  readonly bytes: number | null;
  /** Rows of a table, values of a column that are not NULL; estimated where the table is large. */
  readonly rows: number | null;
}

/** Up to here rows are counted; of larger tables PostgreSQL's own estimate is told. */
const counted = 64 * 1024 ** 2;

export async function archivedThings(database: Database): Promise<ArchivedThing[]> {
  const things: ArchivedThing[] = [];
  for (const record of await archiveRecords(database)) {
    const place = record.purgedAt === null ? await placeOf(database, record.what) : undefined;
    const amount = place === undefined ? undefined : await amountOf(database, record.what, place);
    const readers =
      place === undefined
        ? { readers: [], publications: [] }
        : await readersOf(database, place.relation, awayColumn(record.what));
    things.push({
      ...record,
      ...readers,
      place: place?.path ?? null,
      bytes: amount?.bytes ?? null,
      rows: amount?.rows ?? null,
    });
  }
  return things;
}

interface Place {
  /** Quoted; a table's own, or that of the table which the column is in. */
  readonly relation: string;
  readonly path: string;
}

/** A column is found by its name, which is the only one of its kind: its table may have another name by now. */
async function placeOf(database: Database, what: ArchivedObject): Promise<Place | undefined> {
  const own = nameAway(what);
  if (what.kind !== "column") {
    const path = name(archiveSchema, own).text;
    const [row] = await database.query<{ there: boolean }>("SELECT to_regclass($1) IS NOT NULL AS there", [
      path,
    ]);
    return row?.there === true ? { relation: path, path } : undefined;
  }
  const [row] = await database.query<{ relation: string }>(
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.attname = $1 AND NOT a.attisdropped AND a.attinhcount = 0 AND c.relkind IN ('r', 'p')`,
    [own],
  );
  return row && { relation: row.relation, path: `${row.relation}.${name(own).text}` };
}

async function amountOf(database: Database, what: ArchivedObject, { relation }: Place) {
  const column = awayColumn(what);
  const [sizes] = await database.query<{
    total: number;
    main: number;
    estimate: number;
    share: number | null;
    width: number | null;
  }>(
    `SELECT sum(pg_total_relation_size(t.oid))::float8 AS total, sum(pg_relation_size(t.oid))::float8 AS main,
            sum(greatest(t.reltuples, 0))::float8 AS estimate,
            (SELECT 1 - s.null_frac FROM pg_stats s, pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
             WHERE r.oid = $1::regclass AND s.schemaname = n.nspname AND s.tablename = r.relname AND s.attname = $2)::float8 AS share,
            (SELECT s.avg_width FROM pg_stats s, pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
             WHERE r.oid = $1::regclass AND s.schemaname = n.nspname AND s.tablename = r.relname AND s.attname = $2)::float8 AS width
     FROM pg_class t WHERE t.oid = $1::regclass OR t.oid IN (SELECT relid FROM pg_partition_tree($1::regclass))`,
    [relation, column ?? ""],
  );
  if (sizes === undefined) return undefined;
  const value = column === undefined ? "*" : name(column).text;
  const bytesOfColumn = column === undefined ? "NULL" : `sum(pg_column_size(${value}))`;
  if (sizes.main <= counted) {
    const [row] = await database.query<{ rows: number; bytes: number | null }>(
      `SELECT count(${value})::float8 AS rows, ${bytesOfColumn}::float8 AS bytes FROM ${relation}`,
    );
    return { rows: row?.rows ?? null, bytes: column === undefined ? sizes.total : (row?.bytes ?? 0) };
  }
  if (column === undefined) return { rows: sizes.estimate, bytes: sizes.total };
  const rows = sizes.share === null ? null : Math.round(sizes.estimate * sizes.share);
  return { rows, bytes: rows === null || sizes.width === null ? null : rows * sizes.width };
}

/** Whether the name under which it was known is another thing's by now. */
export async function isTaken(database: Database, what: ArchivedObject): Promise<boolean> {
  const { schema, table, column } = what;
  const path = name(schema, table).text;
  const query =
    column === undefined
      ? `SELECT to_regclass(${literal(path).text}) IS NOT NULL AS taken`
      : `SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(${literal(path).text}) AND attname = ${literal(column).text} AND NOT attisdropped) AS taken`;
  const [row] = await database.query<{ taken: boolean }>(query);
  return row?.taken === true;
}

/** The schemas that it needs and that are not there. */
export async function missingHomes(
  database: Database,
  { schema, renames }: ArchivedObject,
): Promise<readonly string[]> {
  const needed = [...new Set([schema, ...renames.flatMap((one) => one.schema ?? [])])];
  const rows = await database.query<{ schema: string }>(
    "SELECT s AS schema FROM jsonb_array_elements_text($1::jsonb) s WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = s)",
    [JSON.stringify(needed)],
  );
  return rows.map((row) => row.schema);
}

/**
 * Brings one thing back under its old name, in the open transaction.
 * @param homes what makes the schemas that are missing.
 */
export async function bringBack(
  database: Database,
  { id, what }: ArchiveRecord,
  homes: readonly ArchivedHome[] = [],
): Promise<void> {
  for (const statement of homes.flatMap((home) => home.sql)) await database.script(statement);
  for (const { text } of backStatements(what)) await database.script(text);
  if (what.beside !== undefined) {
    const table = name(what.schema, what.table).text;
    await database.script(`ALTER TABLE ${table} DROP COLUMN ${name(what.beside).text}`);
  }
  const restored = { homes: homes.map(({ schema }) => schema) };
  await database.query("UPDATE dm.archive SET what = what || $2::jsonb WHERE id = $1", [
    id,
    JSON.stringify({ restored }),
  ]);
}

/** Views before what they read: one that reads another was made after it. */
export async function inDropOrder(
  database: Database,
  things: readonly ArchivedThing[],
): Promise<readonly ArchivedThing[]> {
  const isView = ({ what, place }: ArchivedThing) => what.kind === "materialized view" && place !== null;
  const rows = await database.query<{ place: string }>(
    "SELECT p AS place FROM jsonb_array_elements_text($1::jsonb) p ORDER BY to_regclass(p)::oid DESC",
    [JSON.stringify(things.filter(isView).map(({ place }) => place))],
  );
  const views = rows.flatMap(({ place }) => things.filter((thing) => thing.place === place));
  return [...views, ...things.filter((thing) => !isView(thing))];
}

/** Destroys one thing and says so in its record, in the open transaction. Nothing that needs it goes with it. */
export async function destroy(database: Database, { id, what }: ArchivedThing): Promise<void> {
  // A partition may have gone with its table a moment ago.
  const place = await placeOf(database, what);
  const column = awayColumn(what);
  if (place !== undefined) {
    const { relation } = place;
    const columns = [column, what.beside].flatMap((one) => (one === undefined ? [] : [name(one).text]));
    await database.script(
      column === undefined
        ? await dropRelation(database, relation)
        : `ALTER TABLE ${relation} ${columns.map((one) => `DROP COLUMN ${one}`).join(", ")}`,
    );
  }
  await database.script(dropUnusedTypes);
  await database.query("UPDATE dm.archive SET purged_at = now() WHERE id = $1", [id]);
}

/** A materialised view may have become a table. */
async function dropRelation(database: Database, relation: string): Promise<string> {
  const [row] = await database.query<{ kind: string }>(
    "SELECT relkind::text AS kind FROM pg_class WHERE oid = $1::regclass",
    [relation],
  );
  return `DROP ${row?.kind === "m" ? "MATERIALIZED VIEW" : "TABLE"} ${relation}`;
}

/** A type goes with the last column that has its values. */
const dropUnusedTypes = `DO $quarantine$
DECLARE unused record;
BEGIN
  FOR unused IN
    SELECT t.oid::regtype AS type FROM pg_type t
    WHERE t.typnamespace = to_regnamespace(${literal(archiveSchema).text}) AND t.typtype = 'e'
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.atttypid IN (t.oid, t.typarray) AND NOT a.attisdropped)
  LOOP
    EXECUTE format('DROP TYPE %s', unused.type);
  END LOOP;
END $quarantine$`;
