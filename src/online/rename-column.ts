import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import { indexOfKey } from "../kinds/key-index.js";
import type { Rename } from "../plan/rename.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import type { Interim, Turn, Work } from "./detour.js";
import { interimName, renamedFact } from "./names.js";
import { assign, isChanged, isOther, syncTrigger } from "./sync.js";

/** The states around the renames: before them, after them and nothing else, and when all is done. */
export interface RenameStates {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly wanted: Catalog;
}

/** A column that is found under both of its names for a while. */
export interface RenamedColumn {
  readonly table: Fact<"table">;
  /** Under its old name. */
  readonly before: Fact<"column">;
  readonly after: Fact<"column">;
  /** What the column that is to have the old name is called until then. */
  readonly twin: Identity<"column">;
  /** It will change its type by another column, which is in step with this one. */
  readonly isRetyped: boolean;
}

export function renamedColumn(
  { from, to }: Rename,
  { before, after }: RenameStates,
  retyped: ReadonlySet<FactId>,
): RenamedColumn[] {
  const [old, own] = [before.get(factId(from)), after.get(factId(to))];
  const table = after.get(own?.parent);
  if (!isKind(old, "column") || !isKind(own, "column") || !isKind(table, "table")) return [];
  const twin = { ...old.identity, name: interimName("twin", old.id) };
  return [{ table, before: old, after: own, twin, isRetyped: retyped.has(own.id) }];
}

/** What becomes of the columns, and of the indexes on them, so that PostgreSQL prints those of the twins. */
export function twinAliases(columns: readonly RenamedColumn[], before: Catalog): Rename[] {
  return [
    ...columns.map((column) => ({ from: column.before.identity, to: column.twin })),
    ...indexesOn(columns, before).map(({ identity, id }) => ({
      from: identity,
      to: { ...identity, name: interimName("twin", id) },
    })),
  ];
}

/** Indexes and keys that an application's queries by these columns use. */
function indexesOn(columns: readonly RenamedColumn[], catalog: Catalog): Fact[] {
  const own = new Set(columns.map(({ before }) => before.id));
  const tables = new Set(columns.map(({ table }) => table.id));
  return [...tables]
    .flatMap((table) => catalog.children(table))
    .filter((fact) => isKind(fact, "index") || (isKind(fact, "constraint") && indexOfKey(fact) !== undefined))
    .filter(({ id }) => catalog.dependencies(id).some(({ to }) => own.has(to)));
}

export interface ColumnsDetour {
  /** On the way to the new names, and until the cleanup. */
  readonly interims: readonly Interim[];
  readonly renames: readonly Rename[];
  readonly works: readonly Work[];
  /** On the way back from the cleanup. */
  readonly worksBack: readonly Work[];
  /** Indexes of values that are the same as those of an index that is there: no row can refuse them. */
  readonly certain: ReadonlySet<FactId>;
}

/**
 * Columns under two names: a twin is filled and kept in step, with indexes like those of the column; then the column,
 * on which all else hangs, gets its new name, and the twin the old one. Until the cleanup, each hears of what is
 * written to the other.
 * @param aliased the state before, with the columns and their indexes under the twins' names.
 */
export function renamedColumns(
  columns: readonly RenamedColumn[],
  states: RenameStates,
  aliased: Catalog,
): ColumnsDetour {
  const { before } = states;
  const tables = [...new Map(columns.map(({ table }) => [table.id, table])).values()];
  const of = (table: Fact) => columns.filter((column) => column.table.id === table.id);
  const indexes = indexesOn(columns, before).flatMap((index) => twinIndex(index, before, aliased));
  return {
    certain: new Set(indexes.flatMap(({ facts = [] }) => facts.map(({ id }) => id))),
    interims: [
      ...columns.flatMap((column): Interim[] => [
        { from: "add", until: "swap", ...renamedTo(column.twin, column.before, before) },
        { from: "swap", until: "cleanup", ...lasting(column, states) },
      ]),
      ...tables.flatMap((table) => synced(table, of(table), states)),
      ...indexes,
    ],
    renames: columns.flatMap((column) => [
      { from: column.before.identity, to: column.after.identity },
      { from: column.twin, to: column.before.identity },
    ]),
    works: [
      ...tables.map((table) => {
        const pairs = of(table).map((one) => [one.twin, one.before.identity] as const);
        return fill(table, "fill", pairs);
      }),
      ...lockAll(tables),
    ],
    worksBack: tables.flatMap((table) => {
      const own = of(table).filter(({ isRetyped }) => !isRetyped);
      const pairs = own.map((one) => [one.before.identity, one.after.identity] as const);
      return pairs.length === 0 ? [] : fill(table, "way back", pairs);
    }),
  };
}

/** A plain column like this one, with the types that it needs. */
function renamedTo(
  identity: Identity<"column">,
  before: Fact<"column">,
  catalog: Catalog,
): Pick<Interim, "facts" | "edges"> {
  const { position: _, ...column } = before;
  const id = factId(identity);
  return {
    facts: [{ ...column, identity, id, attributes: { ...column.attributes, identity: null } }],
    edges: catalog.dependencies(before.id).map((edge): Edge => ({ ...edge, from: id })),
  };
}

/** The twin under the old name, with what those who use that name may do and rely on. */
function lasting(column: RenamedColumn, states: RenameStates): Pick<Interim, "facts" | "edges"> {
  const { before } = states;
  const plain = renamedTo(column.before.identity, column.before, before);
  const constant = defaultsOf(column, states).isConstant;
  const parts = before
    .children(column.before.id)
    .filter((part) => isKind(part, "privilege") || (constant && isKind(part, "default")));
  return {
    facts: [...(plain.facts ?? []), ...parts],
    edges: [...(plain.edges ?? []), ...parts.flatMap(({ id }) => before.dependencies(id))],
  };
}

/** Text that has the same value whenever it is computed in a transaction. */
const constant =
  /^(?:\(?-?\d+(?:\.\d+)?\)?|'(?:[^']|'')*'|true|false|NULL|now\(\)|CURRENT_(?:DATE|TIMESTAMP))(?:::[\w ."()[\]]+)?$/;

/** What a row gets that names neither column. Where that is always the same, a value beside it was given. */
function defaultsOf(
  { before: column, after, isRetyped }: RenamedColumn,
  states: RenameStates,
): { readonly isConstant: boolean; readonly expression: string } {
  const of = (catalog: Catalog, { id }: Fact) => catalog.childrenOfKind(id, "default")[0]?.attributes;
  const expression = of(states.before, column)?.expression;
  const isKept = sameValue(of(states.after, after), of(states.wanted, after));
  const isGiven = column.attributes.identity !== null || !isKept || isRetyped;
  return {
    isConstant: !isGiven && (expression === undefined || constant.test(expression)),
    expression: expression ?? "NULL",
  };
}

function synced(table: Fact<"table">, columns: readonly RenamedColumn[], states: RenameStates): Interim[] {
  const arming = columns.map((column) => assign(column.twin.name ?? "", newValue(column.before)));
  const own = interimName("twin", table.id);
  return [
    { from: "arm", until: "swap", ...syncTrigger(table, arming, { own }) },
    ...inStep(table, columns, states),
  ];
}

/**
 * Until the cleanup each of the names hears of what is written under the other.
 * @param more what else is done of what is given under old names, before other triggers see it, and whether as the
 * table's owner.
 */
export function inStep(
  table: Fact<"table">,
  columns: readonly RenamedColumn[],
  states: RenameStates,
  { more = [], asOwner }: { more?: readonly Sql[]; asOwner?: Catalog | undefined } = {},
): Interim[] {
  const following = columns.map((column) =>
    assign(column.before.identity.name ?? "", newValue(column.after)),
  );
  const hasOthers = [states.after, states.wanted].some((state) =>
    state
      .childrenOfKind(table.id, "trigger")
      .some(({ attributes }) => /^ BEFORE /.test(attributes.definition)),
  );
  const resolving = [...columns.map((column) => resolve(column, states)), ...more];
  const [own, last] = [interimName("twin", table.id), interimName("last", table.id)];
  return [
    { from: "swap", until: "cleanup", ...syncTrigger(table, resolving, { own, isFirst: true, asOwner }) },
    ...(hasOthers
      ? [{ from: "swap", until: "cleanup", ...syncTrigger(table, following, { own: last }) } as const]
      : []),
  ];
}

const newValue = ({ identity }: Fact<"column">): Sql => sql`NEW.${name(identity.name)}`;

/** Which of the two names a value was given under; the other one gets it. */
function resolve(column: RenamedColumn, states: RenameStates): Sql {
  const [old, own] = [column.before.identity.name ?? "", column.after.identity.name ?? ""];
  const toOld = assign(old, newValue(column.after));
  const toOwn = assign(own, newValue(column.before));
  const { isConstant, expression } = defaultsOf(column, states);
  const type = raw(column.before.attributes.type);
  const isGivenNew = isConstant
    ? isOther(newValue(column.after), sql`(${raw(expression)})::${type}`)
    : sql`${newValue(column.before)} IS NULL`;
  return join(
    [
      raw("IF TG_OP = 'INSERT' THEN"),
      sql`IF ${isGivenNew} THEN ${toOld} ELSE ${toOwn} END IF;`,
      sql`ELSIF ${isChanged(old)} AND NOT (${isChanged(own)}) THEN ${toOwn}`,
      sql`ELSE ${toOld} END IF;`,
    ],
    "\n",
  );
}

/** Queries by the old name find an index, and ON CONFLICT a unique one. */
function twinIndex(index: Fact, before: Catalog, aliased: Catalog): Interim[] {
  const own = interimName("twin", index.id);
  const alias = aliased.get(factId({ ...index.identity, name: own }));
  const [fresh, lasts] = [servedBy(alias), servedBy(index)];
  if (alias === undefined || fresh === undefined || lasts === undefined) return [];
  const named = renamedFact(lasts, own);
  const needs = (catalog: Catalog, { id }: Fact, from: FactId) =>
    catalog
      .dependencies(id)
      .filter(({ to }) => !isKind(catalog.get(to), "not null"))
      .map((edge): Edge => ({ ...edge, from }));
  return [
    { from: "build", until: "swap", facts: [fresh], edges: needs(aliased, alias, fresh.id) },
    { from: "swap", until: "cleanup", facts: [named], edges: needs(before, index, named.id) },
  ];
}

function servedBy(fact: Fact | undefined): Fact<"index"> | undefined {
  if (isKind(fact, "index")) return fact;
  return isKind(fact, "constraint") ? indexOfKey(fact) : undefined;
}

/** One column of each pair gets the values of the other, in all rows where they are not the same. */
function fill(
  table: Fact<"table">,
  turn: Turn,
  pairs: readonly (readonly [to: Identity<"column">, from: Identity<"column">])[],
): Work {
  const listed = (at: 0 | 1) => join(pairs.map((pair) => name(pair[at].name)));
  const set = join(pairs.map(([one, other]) => sql`${name(one.name)} = ${name(other.name)}`));
  return {
    turn,
    about: table.id,
    facts: pairs.map(([one]) => factId(one)),
    sql: sql`UPDATE ${tableName(table)} SET ${set} WHERE ${isOther(listed(0), listed(1))}`,
  };
}

/** All tables of the swap at once, so that none waits for another one halfway. */
function lockAll(tables: readonly Fact<"table">[]): Work[] {
  const [first] = tables;
  if (first === undefined) return [];
  const lock = sql`LOCK TABLE ${join(tables.map(tableName))} IN ACCESS EXCLUSIVE MODE`;
  return [{ turn: "swap begins", about: first.id, facts: [], sql: lock }];
}

const tableName = ({ identity }: Fact<"table">): Sql => name(identity.schema, identity.name);
