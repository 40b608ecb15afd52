import { type Fact, isKind } from "../catalog/fact.js";
import { DmError, exitCode } from "../error.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { type DetourRule, lonelyTable, type OnlineContext } from "./context.js";
import type { Detour, Interim, Work } from "./detour.js";
import { interimName } from "./names.js";
import { inTwoSteps } from "./not-null.js";
import { assign, overRow, syncTrigger } from "./sync.js";

/**
 * A new column whose values PostgreSQL would have to write into every row at once: it comes empty, new rows get their
 * default, the others are filled, and only then is it NOT NULL.
 */
export const columnInSteps: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "column")) return undefined;
  const column = change.wanted;
  const { identity, generated } = column.attributes;
  const table = lonelyTable(column, context);
  if (identity !== null || generated !== null || table === undefined) return undefined;
  const parts = context.wanted.children(column.id);
  const columnDefault = parts.find((part) => isKind(part, "default"));
  const notNull = parts.find((part) => isKind(part, "not null"));
  const ofDefault = context.isBusy(change) ? columnDefault?.attributes.expression : undefined;
  const value = context.annotated(column.id, "backfill")?.argument ?? ofDefault;
  if (value === undefined) return undefined;
  return {
    interims: [
      ...(columnDefault === undefined
        ? []
        : [{ from: "add", until: "arm", absent: [columnDefault.id] } as const]),
      ...(notNull === undefined ? [] : notNullOf(notNull, column, context)),
    ],
    works: [fill(column, value)],
    ...(notNull !== undefined &&
      columnDefault === undefined && { meanwhile: [filling(column, table, value)] }),
    isSmall: !isOfLarge(column, context),
  };
};

/**
 * What code writes that leaves the column empty gets the value, too, until no such code is left: a trigger computes it
 * over the new row.
 */
function filling(column: Fact<"column">, table: Fact, value: string): Interim {
  const own = column.identity.name ?? "";
  const body = sql`IF NEW.${name(own)} IS NULL THEN ${assign(own, overRow(table, raw(value)))} END IF;`;
  const trigger = syncTrigger(table, [body], { own: interimName("fill", column.id) });
  return { from: "arm", until: "cleanup", ...trigger };
}

/** On a large table in two steps, elsewhere when the rows have their values. */
function notNullOf(notNull: Fact<"not null">, column: Fact, context: OnlineContext): Detour["interims"] {
  if (isOfLarge(column, context)) return inTwoSteps(notNull, context.major).interims;
  return [{ from: "add", until: "build", absent: [notNull.id] }];
}

function isOfLarge({ parent }: Fact, { isLarge }: OnlineContext): boolean {
  return parent !== undefined && isLarge(parent);
}

/** An existing column becomes NOT NULL, and the schema file says what its empty rows get. */
export const fillBeforeNotNull: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "not null")) return undefined;
  const column = context.wanted.get(change.wanted.parent);
  if (!isKind(column, "column") || !context.current.has(column.id)) return undefined;
  const value = context.annotated(column.id, "backfill")?.argument;
  const table = lonelyTable(column, context);
  if (value === undefined || table === undefined) return undefined;
  return {
    interims: notNullOf(change.wanted, column, context),
    works: [fill(column, value)],
    meanwhile: [filling(column, table, value)],
    isSmall: !isOfLarge(column, context),
  };
};

/** The rows that have no value yet get one. */
export function fill(column: Fact<"column">, value: string): Work {
  const { schema, on, name: own } = column.identity;
  return {
    turn: "fill",
    about: column.parent ?? column.id,
    facts: [column.id],
    sql: updateOf(name(schema, on), name(own), value),
  };
}

function updateOf(table: Sql, column: Sql, value: string): Sql {
  return sql`UPDATE ${table} SET ${column} = ${raw(value)} WHERE ${column} IS NULL`;
}

/**
 * @throws DmError DM3303 for a new NOT NULL column that nothing gives a value on a table with rows.
 */
export function refuseWithoutValue(
  column: Fact<"column">,
  context: OnlineContext,
  hasRows: (table: Fact) => boolean,
): void {
  const { wanted, current, annotated } = context;
  const parts = wanted.children(column.id);
  const { identity, generated } = column.attributes;
  const isGiven = identity !== null || generated !== null || parts.some((part) => isKind(part, "default"));
  const table = current.get(column.parent);
  if (isGiven || table === undefined || !parts.some((part) => isKind(part, "not null"))) return;
  if (annotated(column.id, "backfill") !== undefined || !hasRows(table)) return;
  throw new DmError(
    "DM3303",
    `${column.id} is new and NOT NULL, and the rows that are there have no value for it`,
    {
      next: [
        "give it a default, which those rows get: … DEFAULT value",
        "or say what they get, computed from their other columns: -- @backfill expression",
        "or let it be NULL for now, fill it by a revision of your own (dm new), and make it NOT NULL then",
      ],
      exit: exitCode.refused,
    },
  );
}
