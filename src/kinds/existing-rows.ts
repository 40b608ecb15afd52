import { type Fact, isKind } from "../catalog/fact.js";
import { factId, type Identity } from "../catalog/identity.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { isAlike } from "./cast.js";
import type { PreflightContext } from "./define.js";
import { printedList } from "./printed-list.js";

/** A table's identity from that of a column or constraint. */
export function tableOf({ schema, on }: Identity): Identity {
  return {
    kind: "table",
    ...(schema === undefined ? {} : { schema }),
    ...(on === undefined ? {} : { name: on }),
  };
}

/** How SQL of the time before the change reads a table, under the names that its columns have afterwards. */
export function rowsOf(table: Identity, { renames }: PreflightContext): Sql {
  const of = (kind: string) => renames.filter(({ to }) => to.kind === kind);
  const moved = of("table").find(({ to }) => to.schema === table.schema && to.name === table.name)?.from;
  const schema = moved?.schema ?? table.schema;
  const oldSchema = of("schema").find(({ to }) => to.name === schema)?.from.name ?? schema;
  const columns = of("column").filter(({ to }) => to.schema === table.schema && to.on === table.name);
  const there = name(oldSchema, moved?.name ?? table.name);
  if (columns.length === 0) return there;
  const renamed = join(columns.map(({ from, to }) => sql`${name(from.name)} AS ${name(to.name)}`));
  return sql`(SELECT ctid, *, ${renamed} FROM ${there}) AS ${name(table.name)}`;
}

/** What tells a row of the table from the others: its primary key, or where it is stored. */
export function rowKey(table: Identity, { current }: PreflightContext): readonly string[] {
  const key = current
    .childrenOfKind(factId(table), "constraint")
    .find(({ attributes }) => attributes.type === "primary key");
  const columns = key === undefined ? [] : printedList(key.attributes.definition).items;
  return columns.length === 0 ? ["ctid"] : columns.map((column) => column.replace(/ WITHOUT OVERLAPS$/, ""));
}

/** Rows of the table under a condition: their key, and the columns or expressions that the condition is about. */
export function offendingRows(
  table: Identity,
  shown: readonly string[],
  condition: Sql,
  context: PreflightContext,
): Sql {
  const list = [...new Set([...rowKey(table, context), ...shown])];
  return raw(`SELECT ${list.join(", ")}\nFROM ${rowsOf(table, context).text}\nWHERE ${condition.text}`);
}

/** Whether all columns that the fact is made of hold values already, of types that read alike. */
export function isOnExistingColumns({ id }: Fact, { current, wanted }: PreflightContext): boolean {
  return wanted.dependencies(id).every(({ to }) => {
    const [before, after] = [current.get(to), wanted.get(to)];
    if (!isKind(after, "column")) return true;
    return isKind(before, "column") && isAlike(before.attributes.type, after.attributes.type);
  });
}
