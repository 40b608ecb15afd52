import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import type { FactId } from "../catalog/identity.js";
import { castBetween, unlimited } from "../kinds/cast.js";
import { comesBack } from "../kinds/lossless.js";
import { columnsThatStore } from "../kinds/row-type.js";
import { baseType } from "../kinds/storage.js";
import { tally } from "../kinds/tally.js";
import type { PlannedStatement } from "../plan/plan.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { isCarried, isPartition } from "./inherited.js";
import { type ArchivedObject, forgetting, recordOf } from "./move.js";
import { hiddenName, recordId } from "./names.js";

/** A column whose values the way up changes, so that a cast does not bring them back. */
export interface RetypedColumn {
  readonly from: Fact<"column">;
  readonly to: Fact<"column">;
  /** Its types before and after; of a domain, what it is made of. */
  readonly types: readonly [from: string, to: string];
  /** The column with the old values. */
  readonly old: string;
  /** The column with what was made of them, where casting the old ones anew does not tell. */
  readonly made?: string;
}

interface States {
  readonly current: Catalog;
  readonly wanted: Catalog;
}

/**
 * The columns that the way up gives a type, or values, from which not every value comes back. Those that inherit their
 * change are not named beside the one that they have it from.
 * @param isTold whether the new values are computed by an expression that somebody wrote.
 */
export function retypedColumns(
  states: States,
  up: readonly PlannedStatement[],
  revision: string,
  isTold: (column: FactId) => boolean,
): RetypedColumn[] {
  const { current, wanted } = states;
  return current.ofKind("column").flatMap((from): RetypedColumn[] => {
    const to = wanted.get(from.id);
    if (!isKind(to, "column") || isCarried(from.id, states) || !up.some((one) => retypes(one, from.id)))
      return [];
    const told = isTold(from.id);
    const types = [baseType(from.attributes.type, current), baseType(to.attributes.type, wanted)] as const;
    if (!told && comesBack(from, to, states)) return [];
    const own = from.identity.name ?? "";
    const isReplaced = from.attributes.type === to.attributes.type;
    const old = hiddenName(revision, from.id, own);
    const made = hiddenName(revision, `${from.id} made` as FactId, own);
    return [{ from, to, types, old, ...((told || isReplaced) && { made }) }];
  });
}

const retypes = ({ action, facts, attributes }: PlannedStatement, column: FactId) =>
  action === "alter" && attributes?.includes("type") === true && facts.includes(column);

/** Whether its table can have another column, which is written into each row. */
export function isKeepable({ from }: RetypedColumn, { current, wanted }: States): boolean {
  const { parent } = from;
  if (parent === undefined) return false;
  const isFree = (state: Catalog) =>
    !state.children(parent).some((part) => isKind(part, "table type")) &&
    // A partition has the columns of the table above and no others.
    !isPartition(parent, state) &&
    columnsThatStore(parent, state).length === 0 &&
    inheritingFrom(from.id, state).every((one) => isKind(state.get(one), "column"));
  return isFree(current) && isFree(wanted);
}

function inheritingFrom(column: FactId, state: Catalog): FactId[] {
  return state
    .dependents(column)
    .flatMap(({ from, type }) => (type === "inherits" ? [from, ...inheritingFrom(from, state)] : []));
}

/**
 * Statements that add a column with the values of another one. They come while the table is written anew: no trigger
 * fires, and no trigger's event is in the way of the next ALTER TABLE. Partitions of partitions are reached, too, whose
 * columns cannot cease to be generated ones (tablecmds.c, ATPrepDropExpression).
 */
export function copied(column: Fact<"column">, copy: string, type: string): Sql[] {
  const { schema, on, name: own } = column.identity;
  const { collation } = column.attributes;
  const table = name(schema, on);
  const typed = sql`${raw(type)}${collation === null ? sql`` : sql` COLLATE ${raw(collation)}`}`;
  return [
    sql`ALTER TABLE ${table} ADD COLUMN ${name(copy)} ${typed}`,
    sql`ALTER TABLE ${table} ALTER COLUMN ${name(copy)} TYPE ${typed} USING ${name(own)}`,
  ];
}

/** Whether a row has what was made of its old value. */
export function isUntouched({ from, to, types: [before, after], old, made }: RetypedColumn): Sql {
  const own = name(to.identity.name);
  if (made !== undefined) return sql`(${name(made)}::text IS NOT DISTINCT FROM ${own}::text)`;
  // What a revision has made text of meanwhile has a type of the schema.
  const value = before.includes(".") ? sql`${name(old)}::${raw(before)}` : name(old);
  const again = sql`${value}${raw(castTo(from, to, after))}`;
  const now = to.attributes.type === after ? own : sql`${own}::${raw(after)}`;
  // As it is stored, so that types without an equality compare, too.
  return sql`(ROW(${again})::record OPERATOR(pg_catalog.*=) ROW(${now})::record)`;
}

/** The values on the way back: the old ones of rows that were not touched, and else what a cast makes of the new. */
export function valuesBack(column: RetypedColumn): string {
  const { from, to, old, types } = column;
  // The assignment to the column complains of what is too long; a cast would cut it.
  const type = unlimited(types[0]);
  const back = sql`${name(to.identity.name)}${raw(castTo(to, from, type))}`;
  return sql`CASE WHEN ${isUntouched(column)} THEN ${name(old)}::${raw(type)} ELSE ${back} END`.text;
}

/** As ALTER TYPE does it; a replaced type has the same name and other values. */
function castTo(
  { attributes: from }: Fact<"column">,
  { attributes: to }: Fact<"column">,
  type: string,
): string {
  const isByText = from.type === to.type || castBetween(from.type, to.type) === "by text";
  return `${isByText ? "::text" : ""}::${type}`;
}

/** The statements that keep the old values, and those that give them back. */
export interface RetypedSteps {
  /** Before all else on the way up: types are still those that they were. */
  readonly keep: readonly PlannedStatement[];
  /** On the way up when the column has its new values. */
  readonly made: ReadonlyMap<FactId, readonly PlannedStatement[]>;
  /** On the way back before the column gets its old values. */
  readonly tell: ReadonlyMap<FactId, readonly PlannedStatement[]>;
  /** On the way back when the column has its old values. */
  readonly forget: readonly PlannedStatement[];
}

export function retypedSteps(columns: readonly RetypedColumn[], revision: string): RetypedSteps {
  const made = new Map<FactId, readonly PlannedStatement[]>();
  const keep: PlannedStatement[] = [];
  const tell = new Map<FactId, readonly PlannedStatement[]>();
  const forget: PlannedStatement[] = [];
  for (const column of columns) {
    const { from, to, types, old } = column;
    const { schema = "", on = "", name: own = "" } = from.identity;
    const say = (list: readonly Sql[], action: "archive" | "restore") =>
      list.map((one): PlannedStatement => {
        return { sql: one, action, facts: [], about: from.parent ?? from.id, losesData: [] };
      });
    const what: ArchivedObject = {
      ...{ kind: "column", schema, table: on, column: own, was: from.attributes.type },
      renames: [{ kind: "column", from: own, to: old }],
      ...(column.made === undefined ? {} : { beside: column.made }),
    };
    const id = recordId(revision, from.id);
    const record = recordOf(id, revision, what);
    keep.push(...say([...copied(from, old, types[0]), record], "archive"));
    if (column.made !== undefined) made.set(from.id, say(copied(to, column.made, types[1]), "archive"));
    tell.set(from.id, say([tally(from.id, name(schema, on), isUntouched(column))], "restore"));
    const copies = [old, ...(column.made === undefined ? [] : [column.made])];
    const drops = join(copies.map((copy) => sql`DROP COLUMN ${name(copy)}`));
    forget.push(...say([sql`ALTER TABLE ${name(schema, on)} ${drops}`, forgetting(id)], "restore"));
  }
  return { keep, made, tell, forget };
}

/** The plan with statements before and behind those that give columns their types. */
export function besideRetypes(
  statements: readonly PlannedStatement[],
  { before, behind }: Partial<Readonly<Record<"before" | "behind", RetypedSteps["made"]>>>,
): PlannedStatement[] {
  const columns = new Set([...(before?.keys() ?? []), ...(behind?.keys() ?? [])]);
  return statements.flatMap((statement) => {
    const own = changesType(statement) ? [...columns].filter((column) => retypes(statement, column)) : [];
    const at = (list: RetypedSteps["made"] | undefined) => own.flatMap((column) => list?.get(column) ?? []);
    return [...at(before), statement, ...at(behind)];
  });
}

/** A change of a type may be followed by others that it makes necessary. */
export const changesType = ({ sql: { text } }: PlannedStatement) => / ALTER COLUMN .* TYPE /.test(text);
