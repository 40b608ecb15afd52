import type { Column, Key, Relation, State } from "./model.js";
import type { Attribute } from "./sorts/types.js";

/** The columns of a table: its own, and before them those that come from elsewhere. */
export function columnsOf(state: State, table: Relation): readonly Column[] {
  const { parent, inherits, ofType } = table;
  if (parent !== undefined) {
    const root = relationOf(state, parent.table);
    return root === undefined ? [] : columnsOf(state, root);
  }
  if (ofType !== undefined) {
    const part = state.parts.find(({ id }) => id === ofType);
    const attributes = (part?.choice.attributes ?? []) as readonly Attribute[];
    return attributes.map((attribute) => asColumn(attribute));
  }
  const all = new Map<number, Column>();
  for (const id of inherits ?? []) {
    const from = relationOf(state, id);
    for (const column of from === undefined ? [] : columnsOf(state, from)) all.set(column.id, column);
  }
  for (const column of table.columns) all.set(column.id, column);
  return [...all.values()];
}

function asColumn({ id, name, type, collation }: Attribute): Column {
  const isArray = typeof type === "string" && type.endsWith("[]");
  return {
    id,
    name,
    type: isArray ? String(type).slice(0, -2) : type,
    array: isArray,
    notNull: false,
    ...(collation === undefined ? {} : { collation }),
  };
}

export function relationOf(state: State, id: number | undefined): Relation | undefined {
  return state.relations.find((relation) => relation.id === id);
}

/** Those that are partitions of the table, or of its partitions. */
export function partitionsBelow(state: State, table: Relation): readonly Relation[] {
  return state.relations
    .filter(({ parent }) => parent?.table === table.id)
    .flatMap((child) => [child, ...partitionsBelow(state, child)]);
}

export function childrenOf(state: State, table: Relation): readonly Relation[] {
  return state.relations.filter(
    ({ parent, inherits }) => parent?.table === table.id || (inherits ?? []).includes(table.id),
  );
}

/** The column by which the table is partitioned, while it can be. */
export function partitionKey(state: State, table: Relation): Column | undefined {
  if (table.kind !== "table" || table.partitionBy === undefined) return undefined;
  const { column } = table.partitionBy;
  const found = columnsOf(state, table).find(({ id }) => id === column);
  if (found === undefined || found.array || found.generated !== undefined) return undefined;
  return valuesOf(found.type) === undefined ? undefined : found;
}

/** Columns that a unique index on the table must have: the keys by which it and its partitions are partitioned. */
export function neededInKeys(state: State, table: Relation): readonly number[] {
  const all = [table, ...partitionsBelow(state, table)];
  return [...new Set(all.flatMap((one) => partitionKey(state, one)?.id ?? []))];
}

/** Whether the table is attached to one that is partitioned. */
export function isAttached(state: State, table: Relation): boolean {
  const root = relationOf(state, table.parent?.table);
  return root !== undefined && partitionKey(state, root) !== undefined;
}

/** Whether the table is tied to another: what it has is not its own alone. */
export function isTied(state: State, table: Relation): boolean {
  return (
    table.parent !== undefined || (table.inherits ?? []).length > 0 || childrenOf(state, table).length > 0
  );
}

/** Values that follow each other, of a type that tables can be partitioned by; sample rows have the first ones. */
function valuesOf(type: string | number): ((n: number) => string) | undefined {
  if (/^(integer|bigint|smallint|numeric)$/.test(String(type))) return (n) => `'${n}'`;
  if (type === "date") return (n) => `'${2020 + n}-01-01'`;
  if (/^(text|character varying|character varying\(40\))$/.test(String(type)))
    return (n) => `'${String.fromCharCode(97 + n)}'`;
  return undefined;
}

/** FOR VALUES … of the partition. */
export function boundOf(state: State, table: Relation): string {
  const root = relationOf(state, table.parent?.table);
  const key = root === undefined ? undefined : partitionKey(state, root);
  const value = key === undefined ? undefined : valuesOf(key.type);
  if (table.parent === undefined || root?.partitionBy === undefined || value === undefined) return "DEFAULT";
  const { slot, isDefault, takesAll } = table.parent;
  const { strategy } = root.partitionBy;
  if (strategy === "HASH") return `FOR VALUES WITH (MODULUS 8, REMAINDER ${slot % 8})`;
  if (isDefault) return "DEFAULT";
  if (takesAll === true) {
    const all = Array.from({ length: slots * 2 }, (_, at) => value(at)).join(", ");
    return strategy === "LIST" ? `FOR VALUES IN (${all}, NULL)` : "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)";
  }
  if (strategy === "LIST")
    return `FOR VALUES IN (${value(slot * 2)}, ${value(slot * 2 + 1)}${slot === 7 ? ", NULL" : ""})`;
  return `FOR VALUES FROM (${slot === 0 ? "MINVALUE" : value(slot * 2)}) TO (${slot === 7 ? "MAXVALUE" : value(slot * 2 + 2)})`;
}

/** The columns of a key, its period among them. */
export function keyColumns({ columns, period }: Key): readonly number[] {
  return period === undefined ? columns : [...columns, period];
}

/** How many partitions there may be. */
export const slots = 8;

/** The table stands alone from now on, with the columns that it had. */
export function setFree(state: State, table: Relation): void {
  const had = columnsOf(state, table).map((column) => {
    const own = structuredClone(column);
    delete own.identity;
    delete own.constraint;
    return own;
  });
  const isOwn = new Set(table.columns.map(({ id }) => id));
  table.columns = had.map(
    (column) => table.columns.find(({ id }) => id === column.id && isOwn.has(id)) ?? column,
  );
  delete table.parent;
  delete table.inherits;
  delete table.ofType;
  table.overrides = [];
}
