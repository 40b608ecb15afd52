import { type Fact, isKind } from "../catalog/fact.js";
import { DmError, exitCode } from "../error.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import type { DetourRule, OnlineContext } from "./context.js";
import type { Detour, Interim, Work } from "./detour.js";
import { interimName } from "./names.js";
import { inTwoSteps } from "./not-null.js";
import { allInTwoSteps } from "./partitioned.js";
import { inPartitions, isOfLarge, type Spread, spreadOf } from "./spread.js";
import { assign, overRow, syncTrigger } from "./sync.js";
import { familyOf } from "./tree.js";

/**
 * A new column whose values PostgreSQL would have to write into every row at once: it comes empty, new rows get their
 * default, the others are filled, and only then is it NOT NULL.
 */
export const columnInSteps: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "column")) return undefined;
  const column = change.wanted;
  const { identity, generated } = column.attributes;
  const spread = spreadOf(column, context);
  if (identity !== null || generated !== null || spread === undefined) return undefined;
  const { columns } = spread;
  const partsOf = ({ id }: Fact) => context.wanted.children(id);
  const columnDefault = partsOf(column).find((part) => isKind(part, "default"));
  const isBusy = columns.some((wanted) => context.isBusy({ type: "create", wanted }));
  const ofDefault = isBusy ? columnDefault?.attributes.expression : undefined;
  const value = context.annotated(column.id, "backfill")?.argument ?? ofDefault;
  const interims = notNullOf(column, spread, context);
  if (value === undefined || interims === undefined || columns.some(({ id }) => context.current.has(id)))
    return undefined;
  const defaults = columns.flatMap(partsOf).filter((part) => isKind(part, "default"));
  const isFilledByDefault = columnDefault !== undefined || interims.length === 0;
  return {
    interims: [
      ...(defaults.length === 0
        ? []
        : [{ from: "add", until: "arm", absent: defaults.map(({ id }) => id) } as const]),
      ...interims,
    ],
    // What may be empty, the application may leave empty.
    works: [{ ...fill(column, value, columns), ...(interims.length === 0 && { once: true }) }],
    ...(!isFilledByDefault && { meanwhile: [filling(column, spread, value, context)] }),
    isSmall: !isOfLarge(spread, context),
  };
};

/**
 * What code writes that leaves the column empty gets the value, too, until no such code is left: a trigger computes it
 * over the new row.
 */
export function filling(
  column: Fact<"column">,
  spread: Spread,
  value: string,
  context: OnlineContext,
  from: Interim["from"] = "arm",
): Interim {
  const own = column.identity.name ?? "";
  const { table } = spread;
  const body = sql`IF NEW.${name(own)} IS NULL THEN ${assign(own, overRow(table, raw(value)))} END IF;`;
  const asOwner = context.isBeyondRow(value) ? context.wanted : undefined;
  const trigger = syncTrigger(table, [body], { own: interimName("fill", column.id), asOwner });
  return { from, until: "cleanup", ...inPartitions(trigger, spread, context) };
}

/** On a large table in two steps, elsewhere when the rows have their values; nothing where partitions differ in it. */
export function notNullOf(
  column: Fact<"column">,
  spread: Spread,
  context: OnlineContext,
): Detour["interims"] | undefined {
  const all = spread.columns.flatMap(({ id }) => context.wanted.childrenOfKind(id, "not null"));
  const notNull = all.find(({ parent }) => parent === column.id);
  if (all.length === 0) return [];
  const isNew = all.every(({ id }) => !context.current.has(id));
  if (notNull === undefined || !isNew || all.length < spread.columns.length) return undefined;
  if (!isOfLarge(spread, context)) return [{ from: "add", until: "build", absent: all.map(({ id }) => id) }];
  if (all.length === 1) return inTwoSteps(notNull, context.major).interims;
  const family = familyOf(notNull, context.wanted);
  return family && allInTwoSteps(family, context.major).interims;
}

/** An existing column becomes NOT NULL, and the schema file says what its empty rows get. */
export const fillBeforeNotNull: DetourRule = (change, context) => {
  if (change.type !== "create" || !isKind(change.wanted, "not null")) return undefined;
  const column = context.wanted.get(change.wanted.parent);
  if (!isKind(column, "column") || !context.current.has(column.id)) return undefined;
  const value = context.annotated(column.id, "backfill")?.argument;
  const spread = spreadOf(column, context);
  if (value === undefined || spread === undefined) return undefined;
  const interims = notNullOf(column, spread, context);
  if (interims === undefined) return undefined;
  return {
    interims,
    works: [fill(column, value, spread.columns)],
    meanwhile: [filling(column, spread, value, context)],
    isSmall: !isOfLarge(spread, context),
  };
};

/** The rows that have no value yet get one; those of partitions by the table above them. */
export function fill(column: Fact<"column">, value: string, columns: readonly Fact[] = [column]): Work {
  const { schema, on, name: own } = column.identity;
  return {
    turn: "fill",
    about: column.parent ?? column.id,
    facts: columns.map(({ id }) => id),
    sql: updateOf(name(schema, on), name(own), value),
  };
}

function updateOf(table: Sql, column: Sql, value: string): Sql {
  return sql`UPDATE ${table} SET ${column} = ${raw(value)} WHERE ${column} IS NULL`;
}

/** The column of the table above whose values a partition's has. */
function valuedBy(column: Fact<"column">, context: OnlineContext): Fact<"column"> {
  const { wanted } = context;
  for (const { to, type } of wanted.dependencies(column.id)) {
    const above = type === "inherits" ? wanted.get(to) : undefined;
    if (!isKind(above, "column")) continue;
    const root = valuedBy(above, context);
    if (spreadOf(root, context)?.columns.includes(column) === true) return root;
  }
  return column;
}

/** Whether ADD COLUMN, of it or of what it is from, gives the rows a value. */
function comesWithValues({ id, attributes }: Fact<"column">, context: OnlineContext): boolean {
  const { current, wanted } = context;
  if (attributes.identity !== null || attributes.generated !== null) return true;
  if (wanted.childrenOfKind(id, "default").length > 0) return true;
  return wanted.dependencies(id).some(({ to, type }) => {
    const above = type === "inherits" && !current.has(to) ? wanted.get(to) : undefined;
    return isKind(above, "column") && comesWithValues(above, context);
  });
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
  const table = current.get(column.parent);
  const isNotNull = wanted.childrenOfKind(column.id, "not null").length > 0;
  if (table === undefined || !isNotNull || comesWithValues(column, context)) return;
  if (annotated(valuedBy(column, context).id, "backfill") !== undefined || !hasRows(table)) return;
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
