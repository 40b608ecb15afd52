import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { type Cast, castBetween } from "./cast.js";
import { alterColumn, type ColumnFact } from "./column-identity.js";
import { moveRows } from "./composite-row.js";
import type { AlterContext } from "./define.js";
import { apartFromHeirs } from "./not-null-heirs.js";
import { storageName } from "./storage.js";

export const setCompression = (to: ColumnFact, alter = alterColumn(to)) =>
  sql`${alter} SET COMPRESSION ${raw(to.attributes.compression ?? "default")}`;

export const isRetyped = ({ attributes: from }: ColumnFact, { attributes: to }: ColumnFact) =>
  from.type !== to.type || from.collation !== to.collation;

/** ALTER TYPE leaves the column with the type's own storage and compression (tablecmds.c, ATExecAlterColumnType). */
export function storageAfterType(to: ColumnFact): Sql[] {
  const { storage, compression } = to.attributes;
  return [
    ...(storage === null ? [] : [sql`${alterColumn(to)} SET STORAGE ${raw(storage.toUpperCase())}`]),
    ...(compression === null ? [] : [setCompression(to)]),
  ];
}

/** The same for what inherits: it got the storage of the one above, and no compression of its own. */
export function storageAfterCascade(to: ColumnFact, above: ColumnFact, context: AlterContext): Sql[] {
  const { storage, compression, type } = to.attributes;
  const alter = sql`ALTER TABLE ONLY ${name(to.identity.schema, to.identity.on)} ALTER COLUMN ${name(to.identity.name)}`;
  return [
    // Of a type's attribute there is none.
    ...(storage === (above.attributes.storage ?? null)
      ? []
      : [sql`${alter} SET STORAGE ${storageName(storage, type, context.wanted, context.major)}`]),
    ...(compression === null ? [] : [setCompression(to, alter)]),
  ];
}

/** To another type, with all that PostgreSQL forgets of the column and of those that inherit it by that. */
export function changeColumnType(from: ColumnFact, to: ColumnFact, context: AlterContext): Sql[] {
  return withAll(changeType(from, to, { using: context.using?.(to.id) }), from, to, context);
}

/** From a type that was replaced. */
export function changeToReplaced(from: ColumnFact, to: ColumnFact, context: AlterContext): Sql[] {
  const using = context.using?.(to.id);
  if (using !== undefined) {
    // The expression may be of the old type or of text: what counts is how the value reads.
    const value = `(${using})::text::${to.attributes.type}`;
    return withAll(changeType(from, to, { using: value }), from, to, context);
  }
  const move = moveRows(from, to, context);
  if (move === undefined) return withAll(changeType(from, to, { cast: "by text" }), from, to, context);
  const alter = sql`${alterColumn(to)} TYPE ${raw(to.attributes.type)} USING ${move.value}`;
  return withAll([...move.before, alter, ...move.after], from, to, context);
}

function withAll(change: readonly Sql[], from: ColumnFact, to: ColumnFact, context: AlterContext): Sql[] {
  const { before, after } = apartFromHeirs(from, context);
  return [...before, ...change, ...storageAfterType(to), ...restoreStatistics(to), ...after];
}

export function changeType(
  from: ColumnFact,
  to: ColumnFact,
  how: { readonly cast?: Cast; readonly using?: string | undefined } = {},
): Sql[] {
  const { type, collation } = to.attributes;
  const { using, cast = castBetween(from.attributes.type, type) } = how;
  if (using !== undefined) {
    const collate = collation !== null && sql`COLLATE ${raw(collation)}`;
    return [join([sql`${alterColumn(to)} TYPE ${raw(type)}`, collate, sql`USING (${raw(using)})`], " ")];
  }
  const column = name(to.identity.name);
  return [
    join(
      [
        sql`${alterColumn(to)} TYPE ${raw(type)}`,
        collation !== null && sql`COLLATE ${raw(collation)}`,
        cast === "explicit" && sql`USING ${column}::${raw(type)}`,
        cast === "by text" && sql`USING ${column}::text::${raw(type)}`,
      ],
      " ",
    ),
  ];
}

/** SET DATA TYPE drops the column's statistics target and statistics (manual, ALTER TABLE). */
export function restoreStatistics(to: ColumnFact): Sql[] {
  return [sql`ANALYZE ${name(to.identity.schema, to.identity.on)} (${name(to.identity.name)})`];
}
