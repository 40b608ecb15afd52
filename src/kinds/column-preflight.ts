import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import type { Demand, Preflight, PreflightContext } from "./define.js";
import { offendingRows, rowKey, rowsOf, tableOf } from "./existing-rows.js";
import { misfits } from "./fit.js";
import { parenthesised } from "./printed-list.js";
import { fillTriggerName, hasFillTrigger } from "./step-trigger.js";

type ColumnFact = Fact<"column">;

const shown = ({ identity }: ColumnFact) => name(identity.schema, identity.on).text;

/** The rows that a new column, NOT NULL or another type would refuse. */
export function columnPreflight(
  from: ColumnFact | undefined,
  to: ColumnFact,
  context: PreflightContext,
): readonly Preflight[] {
  if (from === undefined) {
    return isFilled(to, context) || context.isFilled?.(to) === true ? [] : [anyRow(to, context)];
  }
  if (to.attributes.generated !== null) return [];
  const column = name(to.identity.name);
  const found: Preflight[] = [];
  const isTold = context.using?.(to.id) !== undefined;
  const isMisfit = isTold ? "unknown" : misfits(column, from.attributes.type, to.attributes.type, context);
  if (isMisfit !== "always") {
    const finds = `${shown(to)}: rows whose ${column.text} is no ${to.attributes.type}`;
    if (isMisfit === "unknown") found.push({ finds, of: "type" });
    else {
      const restored = context.isRestored?.(to);
      const refused = restored === undefined ? isMisfit : sql`(${isMisfit}) AND NOT ${restored}`;
      const query = offendingRows(tableOf(to.identity), [column.text], refused, context);
      found.push({ finds, query, of: "type" });
    }
  }
  return found;
}

/** Code that knows nothing of the column, or leaves it empty, is refused; or it is refused where it fills it. */
export function asksForValue(
  from: ColumnFact | undefined,
  to: ColumnFact | undefined,
  states: Pick<PreflightContext, "wanted">,
): Demand | undefined {
  if (to === undefined) return undefined;
  if (from === undefined && !isFilled(to, states)) {
    return { what: `${to.id} needs a value`, attribute: "notNull" };
  }
  const takesNone = ({ attributes }: ColumnFact) =>
    attributes.generated !== null || attributes.identity?.generation === "always";
  return from !== undefined && !takesNone(from) && takesNone(to)
    ? { what: `${to.id} takes no value any more`, attribute: "identity" }
    : undefined;
}

/** NOT NULL of a column that was there before: code that leaves it empty is refused. */
export function asksForValueNow(
  from: Fact<"not null"> | undefined,
  to: Fact<"not null"> | undefined,
  { current, wanted }: Pick<PreflightContext, "current" | "wanted">,
): Demand | undefined {
  const column = wanted.get(to?.parent);
  if (from !== undefined || !isKind(column, "column") || !current.has(column.id)) return undefined;
  return isFilled(column, { wanted }) || hasFillTrigger(column, wanted)
    ? undefined
    : { what: `${column.id} needs a value`, attribute: "validated" };
}

/** The trigger goes that gave a column its value where code leaves it empty. */
export function asksForValueAgain(
  from: Fact<"trigger"> | undefined,
  to: Fact<"trigger"> | undefined,
  { wanted }: Pick<PreflightContext, "wanted">,
): Demand | undefined {
  if (from?.parent === undefined || to !== undefined) return undefined;
  const column = wanted
    .childrenOfKind(from.parent, "column")
    .find(({ id }) => fillTriggerName(id) === from.identity.name);
  return column === undefined || isFilled(column, { wanted })
    ? undefined
    : { what: `${column.id} needs a value`, attribute: "definition" };
}

/** The rows that NOT NULL of a column that was there before would refuse. */
export function notNullPreflight(
  from: Fact<"not null"> | undefined,
  to: Fact<"not null">,
  context: PreflightContext,
): readonly Preflight[] {
  const column = context.wanted.get(to.parent);
  const isNew = !isKind(column, "column") || !context.current.has(column.id);
  if (isNew || !to.attributes.validated || from?.attributes.validated === true) return [];
  if (context.isFilled?.(column) === true) return [];
  return [nulls(column, context)];
}

/** Whether a row that does not name the column has a value for it. */
export function isFilled(column: ColumnFact, { wanted }: Pick<PreflightContext, "wanted">): boolean {
  const { id, attributes } = column;
  if (wanted.childrenOfKind(id, "not null").length === 0) return true;
  if (attributes.generated !== null || isNumbered(column, wanted)) return true;
  if (wanted.childrenOfKind(id, "default").length > 0) return true;
  return wanted.dependencies(id).some(({ to }) => {
    const type = wanted.get(to);
    return isKind(type, "domain") && type.attributes.default !== null;
  });
}

/** Whether it is an identity column; the columns of partitions are with it from version 17 on (release notes of 17). */
function isNumbered({ id, attributes }: ColumnFact, state: Catalog): boolean {
  if (attributes.identity !== null) return true;
  return state.dependencies(id).some(({ to, via }) => {
    const above = state.major >= 17 && isKind(state.get(via), "partition") ? state.get(to) : undefined;
    return isKind(above, "column") && isNumbered(above, state);
  });
}

function anyRow(to: ColumnFact, context: PreflightContext): Preflight {
  const table = tableOf(to.identity);
  return {
    finds: `${shown(to)}: rows, and ${name(to.identity.name).text} is NOT NULL without a default`,
    query: raw(`SELECT ${rowKey(table, context).join(", ")}\nFROM ${rowsOf(table, context).text}`),
  };
}

function nulls(to: ColumnFact, context: PreflightContext): Preflight {
  const column = name(to.identity.name);
  return {
    finds: `${shown(to)}: rows without ${column.text}`,
    query: offendingRows(tableOf(to.identity), [], sql`${column} IS NULL`, context),
  };
}

/** The rows that a check of a domain would refuse, in each column of it. */
export function domainConstraintPreflight(
  from: Fact<"domain constraint"> | undefined,
  to: Fact<"domain constraint">,
  context: PreflightContext,
): readonly Preflight[] {
  if (!to.attributes.validated || from?.attributes.validated === true) return [];
  const expression = parenthesised(to.attributes.definition);
  return columnsOf(context.current.get(to.parent), context).map((column) =>
    valuesRefused(column, name(to.identity.name).text, raw(`NOT (${expression})`), context),
  );
}

/** The rows that a domain's NOT NULL would refuse. */
export function domainPreflight(
  from: Fact<"domain"> | undefined,
  to: Fact<"domain">,
  context: PreflightContext,
): readonly Preflight[] {
  if (from === undefined || from.attributes.notNull || !to.attributes.notNull) return [];
  return columnsOf(from, context).map((column) => nulls(column, context));
}

function columnsOf(domain: Fact | undefined, { current }: PreflightContext): ColumnFact[] {
  if (!isKind(domain, "domain")) return [];
  const type = name(domain.identity.schema, domain.identity.name).text;
  return current.dependents(domain.id).flatMap(({ from }) => {
    const column = current.get(from);
    return isKind(column, "column") && column.attributes.type === type ? [column] : [];
  });
}

/** A check of a domain calls the value VALUE, which is a column's name like any other in a query. */
function valuesRefused(
  column: ColumnFact,
  constraint: string,
  condition: Sql,
  context: PreflightContext,
): Preflight {
  const table = tableOf(column.identity);
  const key = rowKey(table, context).join(", ");
  const own = name(column.identity.name).text;
  return {
    finds: `${shown(column)}: rows whose ${own} ${constraint} refuses`,
    query: raw(
      `SELECT *\nFROM (SELECT ${key}, ${own} AS value FROM ${rowsOf(table, context).text}) AS r\nWHERE ${condition.text}`,
    ),
  };
}
