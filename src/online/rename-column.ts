import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import { type Edge, type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId, type Identity } from "../catalog/identity.js";
import type { Rename } from "../plan/rename.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import type { Interim, Turn, Work } from "./detour.js";
import { interimName } from "./names.js";
import { indexesOn, twinIndexes } from "./rename-indexes.js";
import { inPartitions, type Spread, spreadOf } from "./spread.js";
import { assign, isChanged, isOther, type Sync, syncTrigger } from "./sync.js";

/** The states around the renames: before them, after them and nothing else, and when all is done. */
export interface RenameStates {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly wanted: Catalog;
}

/** A column of one table that is found under both of its names for a while. */
export interface RenamedInTable {
  /** Under its old name. */
  readonly before: Fact<"column">;
  /** What the column that is to have the old name is called until then. */
  readonly twin: Identity<"column">;
}

/** The same with what comes and goes with it. */
export interface RenamedColumn extends RenamedInTable {
  readonly table: Fact<"table">;
  readonly after: Fact<"column">;
  readonly spread: Spread;
  /** What partitions have from it. */
  readonly heirs: readonly RenamedInTable[];
  /** It will change its type by another column, which is in step with this one. */
  readonly isRetyped: boolean;
}

export function renamedColumn(
  { from, to }: Rename,
  { before, after, wanted }: RenameStates,
  retyped: ReadonlySet<FactId>,
): RenamedColumn[] {
  const [old, own] = [before.get(factId(from)), after.get(factId(to))];
  if (!isKind(old, "column") || !isKind(own, "column")) return [];
  const spread = spreadOf(own, { current: after, wanted }, after);
  if (spread === undefined) return [];
  const called = ({ identity }: Fact<"column">) => ({ ...identity, name: interimName("twin", old.id) });
  const heirs = spread.columns.slice(1).flatMap(({ identity }): RenamedInTable[] => {
    const column = before.find({ ...identity, ...(from.name && { name: from.name }) });
    return column === undefined ? [] : [{ before: column, twin: called(column) }];
  });
  const renamed = { before: old, after: own, twin: called(old) };
  return [{ ...renamed, spread, heirs, table: spread.table, isRetyped: retyped.has(own.id) }];
}

/** The columns of all tables, those first whose statements reach the others. */
export function inAllTables(columns: readonly RenamedColumn[]): RenamedInTable[] {
  return columns.flatMap((column) => [column, ...column.heirs]);
}

/** What becomes of the columns, and of the indexes on them, so that PostgreSQL prints those of the twins. */
export function twinAliases(columns: readonly RenamedColumn[], before: Catalog): Rename[] {
  return [
    ...columns.map((column) => ({ from: column.before.identity, to: column.twin })),
    ...indexesOn(inAllTables(columns), before).map(({ identity, id }) => ({
      from: identity,
      to: { ...identity, name: interimName("twin", id) },
    })),
  ];
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
  const spreads = [...new Map(columns.map(({ spread }) => [spread.table.id, spread])).values()];
  const tables = spreads.map(({ table }) => table);
  const of = (table: Fact) => columns.filter((column) => column.table.id === table.id);
  const indexes = twinIndexes(inAllTables(columns), before, aliased);
  return {
    certain: new Set(indexes.flatMap(({ facts = [] }) => facts.map(({ id }) => id))),
    interims: [
      ...columns.flatMap((column): Interim[] => [
        { from: "add", until: "swap", ...twinned(column, before) },
        { from: "swap", until: "cleanup", ...lasting(column, states) },
      ]),
      ...spreads.flatMap((spread) => synced(spread, of(spread.table), states)),
      ...indexes,
    ],
    renames: columns.flatMap((column) => [
      { from: column.before.identity, to: column.after.identity },
      { from: column.twin, to: column.before.identity },
    ]),
    works: [
      ...tables.map((table) => {
        const pairs = of(table).map((one) => [one.twin, one.before.identity] as const);
        return {
          ...fill(table, "fill", pairs),
          facts: inAllTables(of(table)).map(({ twin }) => factId(twin)),
        };
      }),
      ...lockAll(tables),
    ],
    worksBack: tables.flatMap((table) => {
      const own = of(table).filter(({ isRetyped }) => !isRetyped);
      const pairs = own.map((one) => [one.before.identity, one.after.identity] as const);
      const facts = inAllTables(own).map((one) => one.before.id);
      return pairs.length === 0 ? [] : { ...fill(table, "way back", pairs), facts };
    }),
  };
}

/** Plain columns like these, with the types that they need, and each as it comes from the one above. */
function twinned(column: RenamedColumn, catalog: Catalog): Content {
  const all = inAllTables([column]);
  const ids = new Map(all.map(({ before, twin }) => [before.id, factId(twin)]));
  return together(
    all.map(({ before, twin }) => {
      const { facts, edges } = renamedTo(twin, before, catalog);
      const isAbove = ({ type }: Edge) => type === "inherits";
      return {
        facts,
        edges: edges.map((edge) => (isAbove(edge) ? { ...edge, to: ids.get(edge.to) ?? edge.to } : edge)),
      };
    }),
  );
}

type Content = Required<Pick<Interim, "facts" | "edges">>;

const together = (contents: readonly Content[]): Content => ({
  facts: contents.flatMap(({ facts }) => facts),
  edges: contents.flatMap(({ edges }) => edges),
});

/** A plain column like this one, with the types that it needs. */
function renamedTo(identity: Identity<"column">, before: Fact<"column">, catalog: Catalog): Content {
  const { position: _, ...column } = before;
  const id = factId(identity);
  return {
    facts: [{ ...column, identity, id, attributes: { ...column.attributes, identity: null } }],
    edges: catalog.dependencies(before.id).map((edge): Edge => ({ ...edge, from: id })),
  };
}

/** The twin under the old name, with what those who use that name may do and rely on. */
function lasting(column: RenamedColumn, states: RenameStates): Content {
  const { before } = states;
  const constant = defaultsOf(column, states).isConstant;
  return together(
    inAllTables([column]).map(({ before: old }) => {
      const plain = renamedTo(old.identity, old, before);
      const parts = before
        .children(old.id)
        .filter((part) => isKind(part, "privilege") || (constant && isKind(part, "default")));
      return {
        facts: [...plain.facts, ...parts],
        edges: [...plain.edges, ...parts.flatMap(({ id }) => before.dependencies(id))],
      };
    }),
  );
}

/** Text that has the same value whenever it is computed in a transaction. */
const constant =
  /^(?:\(?-?\d+(?:\.\d+)?\)?|'(?:[^']|'')*'|true|false|NULL|now\(\)|CURRENT_(?:DATE|TIMESTAMP))(?:::[\w ."()[\]]+)?$/;

/**
 * What a row gets that names neither column. Where that is always the same, in whichever partition, a value beside it was
 * given.
 */
function defaultsOf(
  { before: column, after, heirs, isRetyped }: RenamedColumn,
  states: RenameStates,
): { readonly isConstant: boolean; readonly expression: string } {
  const of = (catalog: Catalog, { id }: Fact) => catalog.childrenOfKind(id, "default")[0]?.attributes;
  const expression = of(states.before, column)?.expression;
  const isKept = sameValue(of(states.after, after), of(states.wanted, after));
  const isAlike = heirs.every((heir) => of(states.before, heir.before)?.expression === expression);
  const isGiven = column.attributes.identity !== null || !isKept || !isAlike || isRetyped;
  return {
    isConstant: !isGiven && (expression === undefined || constant.test(expression)),
    expression: expression ?? "NULL",
  };
}

function synced(spread: Spread, columns: readonly RenamedColumn[], states: RenameStates): Interim[] {
  const { table } = spread;
  const arming = columns.map((column) => assign(column.twin.name ?? "", newValue(column.before)));
  const own = interimName("twin", table.id);
  return [
    { from: "arm", until: "swap", ...inPartitions(syncTrigger(table, arming, { own }), spread, states) },
    ...inStep(spread, columns, states),
  ];
}

/**
 * Until the cleanup each of the names hears of what is written under the other.
 * @param more what else is done of what is given under old names, before other triggers see it, and whether as the
 * table's owner.
 */
export function inStep(
  spread: Spread,
  columns: readonly RenamedColumn[],
  states: RenameStates,
  { more = [], asOwner }: { more?: readonly Sql[]; asOwner?: Catalog | undefined } = {},
): Interim[] {
  const { table, ties } = spread;
  const following = columns.map((column) =>
    assign(column.before.identity.name ?? "", newValue(column.after)),
  );
  const all = [table.id, ...ties.flatMap(({ parent }) => parent ?? [])];
  const hasOthers = [states.after, states.wanted].some((state) =>
    all
      .flatMap((one) => state.childrenOfKind(one, "trigger"))
      .some(({ attributes }) => /^ BEFORE /.test(attributes.definition)),
  );
  const resolving = [...columns.map((column) => resolve(column, states)), ...more];
  const [own, last] = [interimName("twin", table.id), interimName("last", table.id)];
  const until = (sync: Sync): Interim => ({
    ...{ from: "swap", until: "cleanup" },
    ...inPartitions(sync, spread, states),
  });
  return [
    until(syncTrigger(table, resolving, { own, isFirst: true, asOwner })),
    ...(hasOthers ? [until(syncTrigger(table, following, { own: last }))] : []),
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
