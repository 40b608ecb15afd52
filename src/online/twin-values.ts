import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { type FactId, factId } from "../catalog/identity.js";
import { castBetween, unlimited } from "../kinds/cast.js";
import { comesBack } from "../kinds/lossless.js";
import { tally } from "../kinds/tally.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import type { OnlineContext } from "./context.js";
import type { Work } from "./detour.js";
import { assign, isChanged, isOther, overRow } from "./sync.js";
import { columnsOf, type Twin, typeUnder } from "./twins.js";

/** How the old and the new columns get their values from each other. */
export class TwinValues {
  readonly #twins: readonly Twin[];
  readonly #context: OnlineContext;
  readonly #staying: readonly Fact[];

  /** @param staying what is there until the cleanup, and not wanted. */
  constructor(twins: readonly Twin[], context: OnlineContext, staying: readonly Fact[]) {
    this.#twins = twins;
    this.#context = context;
    this.#staying = staying;
  }

  /** Whether a value is made of more than the row. */
  isBeyondRow(twin: Twin): boolean {
    return [this.#told(twin), this.emptyOf(twin)].some(
      (value) => value !== undefined && this.#context.isBeyondRow(value),
    );
  }

  /** Until the swap the new column has what is made of the old one. */
  forward(twin: Twin): Sql {
    const told = this.#told(twin);
    const own = sql`NEW.${name(twin.current.identity.name)}`;
    const value =
      told === undefined
        ? cast(own, twin, "wanted", typeUnder("fresh", twin))
        : labelled(overRow(twin.table, raw(told)), twin, typeUnder("fresh", twin));
    const over = (empty: string) => overRow(twin.table, raw(empty));
    return assign(twin.fresh.name ?? "", this.#orEmpty(value, twin, typeUnder("fresh", twin), over));
  }

  /**
   * After the swap the new column leads; whoever still writes the old one (by what was bound to it) is heard. Where
   * neither is written, the old one keeps its value, of which the new one may be but a part.
   */
  bothWays(twin: Twin): Sql {
    const [own, old] = [twin.wanted.identity.name ?? "", twin.stale.name ?? ""];
    const type = typeUnder("stale", twin);
    const back = cast(sql`NEW.${name(own)}`, twin, "current", type);
    const isOld = isOther(sql`NEW.${name(old)}`, typed(back, type));
    const again = this.#again(twin, raw("NEW"));
    return sql`IF ${isChanged(old)} AND NOT (${isChanged(own)}) AND ${isOld} THEN ${assign(own, again)} ELSIF ${this.#isInserted(twin, again)} OR ${isChanged(own)} THEN ${assign(old, back)} END IF;`;
  }

  /** A row that moves to another partition is inserted there, with the old value that it had. */
  #isInserted({ wanted, stale, spread: { ties } }: Twin, again: Sql): Sql {
    const isInserted = sql`TG_OP = 'INSERT'`;
    if (ties.length === 0) return isInserted;
    const [own, old] = [sql`NEW.${name(wanted.identity.name)}`, sql`NEW.${name(stale.name)}`];
    return sql`${isInserted} AND (${old} IS NULL OR ${isOther(own, typed(again, wanted.attributes.type))})`;
  }

  /** What is given under the name that the column had before, to the column that has its old type. */
  given(twin: Twin, formerly: string): Sql {
    const [own, old] = [twin.wanted.identity.name ?? "", twin.stale.name ?? ""];
    const type = typeUnder("stale", twin);
    const back = typed(cast(sql`NEW.${name(own)}`, twin, "current", type), type);
    const isGiven = sql`${isChanged(formerly)} AND NOT (${isChanged(own)}) AND ${isOther(sql`NEW.${name(formerly)}`, back)}`;
    const take = sql`${assign(old, sql`NEW.${name(formerly)}`)} ${assign(own, this.#again(twin, raw("NEW")))}`;
    return sql`IF TG_OP = 'INSERT' THEN IF NEW.${name(formerly)} IS NOT NULL THEN ${take} END IF; ELSIF ${isGiven} THEN ${take} END IF;`;
  }

  /** After the swap, where what was given under the name that the column had before has its old value already. */
  bothWaysAndFormer(twin: Twin, formerly: string): Sql {
    const [own, old] = [twin.wanted.identity.name ?? "", twin.stale.name ?? ""];
    const [value, kept] = [sql`NEW.${name(own)}`, sql`NEW.${name(old)}`];
    const type = typeUnder("stale", twin);
    const back = cast(value, twin, "current", type);
    const again = this.#again(twin, raw("NEW"));
    const isOld = sql`${isChanged(old)} AND NOT (${isChanged(own)}) AND ${isOther(kept, typed(back, type))}`;
    const isNew = sql`(TG_OP = 'INSERT' OR ${isChanged(own)}) AND ${isOther(value, typed(again, twin.wanted.attributes.type))}`;
    return sql`IF ${isOld} THEN ${assign(own, again)} ELSIF ${isNew} THEN ${assign(old, back)} END IF; ${assign(formerly, kept)}`;
  }

  fill(twin: Twin): Work {
    const { schema, on } = twin.fresh;
    const [column, own] = [name(twin.fresh.name), name(twin.current.identity.name)];
    const told = this.#told(twin);
    const type = typeUnder("fresh", twin);
    const given =
      told === undefined ? cast(own, twin, "wanted", type) : labelled(sql`(${raw(told)})`, twin, type);
    const value = this.#orEmpty(given, twin, type, raw);
    const isGiven = told === undefined && value === given ? own : value;
    return {
      turn: "fill",
      about: twin.table.id,
      facts: columnsOf([twin]).map(({ fresh }) => factId(fresh)),
      sql: sql`UPDATE ${name(schema, on)} SET ${column} = ${value} WHERE ${column} IS NULL AND ${isGiven} IS NOT NULL`,
    };
  }

  /** What was written while the old column was put away; other rows have what they had. */
  fillBack(twin: Twin): Work[] {
    const { schema, on } = twin.stale;
    const [table, old, own] = [name(schema, on), name(twin.stale.name), name(twin.wanted.identity.name)];
    const type = typeUnder("stale", twin);
    const back = cast(own, twin, "current", type);
    const isWritten = isOther(typed(this.#again(twin, name(on)), twin.wanted.attributes.type), own);
    const isStale = isOther(old, typed(back, type));
    const facts = columnsOf([twin]).map(({ stale }) => factId(stale));
    const about = { about: twin.table.id, facts };
    const update: Work = {
      ...about,
      turn: "way back",
      sql: sql`UPDATE ${table} SET ${old} = ${back} WHERE ${isWritten} AND ${isStale}`,
    };
    const { current, wanted } = twin;
    if (this.#told(twin) === undefined && comesBack(current, wanted, this.#context)) return [update];
    const isOriginal = sql`NOT (${isWritten} AND ${isStale})`;
    return [{ ...about, turn: "way back begins", sql: tally(current.id, table, isOriginal) }, update];
  }

  /** The new value, of the old column of a row that has both. */
  #again(twin: Twin, row: Sql): Sql {
    const told = this.#told(twin);
    const old = sql`${row}.${name(twin.stale.name)}`;
    const { type } = twin.wanted.attributes;
    const over = (value: string) => this.#overOld(twin, row, value);
    const value = told === undefined ? cast(old, twin, "wanted", type) : labelled(over(told), twin, type);
    return this.#orEmpty(value, twin, type, over);
  }

  /** An expression in terms of the columns that the table had before. */
  #overOld({ table: { id, identity } }: Twin, row: Sql, value: string): Sql {
    const list = this.#columns(id).map((column) => {
      const other = this.#twins.find(
        ({ table, wanted }) => table.id === id && wanted.identity.name === column,
      );
      return sql`${row}.${name(other?.stale.name ?? column)} AS ${name(column)}`;
    });
    return sql`(SELECT (${raw(value)}) FROM (SELECT ${join(list)}) AS ${name(identity.name)})`;
  }

  /** The value, or where there is none, what the schema file says that empty rows get. */
  #orEmpty(value: Sql, twin: Twin, type: string, over: (empty: string) => Sql): Sql {
    const empty = this.emptyOf(twin);
    if (empty === undefined) return value;
    // The assignment to the column complains of what is too long; a cast would cut it.
    const whole = (one: Sql) => typed(one, unlimited(type));
    return sql`coalesce(${whole(value)}, ${whole(labelled(sql`(${over(empty)})`, twin, type))})`;
  }

  /** What empty rows get of a column that becomes NOT NULL. */
  emptyOf({ current: from, wanted: to }: Twin): string | undefined {
    const { current, wanted, annotated } = this.#context;
    const isNotNull = (column: Fact, state: Catalog) =>
      state.childrenOfKind(column.id, "not null").length > 0;
    if (!isNotNull(to, wanted) || isNotNull(from, current)) return undefined;
    return annotated(to.id, "backfill")?.argument;
  }

  /** What the table has between the swap and the cleanup, under the names that an expression knows. */
  #columns(table: FactId): string[] {
    const own = this.#context.wanted.childrenOfKind(table, "column");
    const staying = this.#staying.filter((fact) => isKind(fact, "column") && fact.parent === table);
    return [...own, ...staying].map(({ identity }) => identity.name ?? "");
  }

  #told({ wanted }: Twin): string | undefined {
    return this.#context.annotated(wanted.id, "using")?.argument;
  }
}

/** What an expression calls the type is the one or the other while both are there: its labels count. */
function labelled(value: Sql, { type: twin }: Twin, type: string): Sql {
  return twin === undefined ? value : typed(sql`${value}::text`, type);
}

/** As ALTER TYPE would do it; an assignment complains of what does not fit, where a cast would cut it. */
function cast(value: Sql, { type: twin, ...columns }: Twin, to: "wanted" | "current", type: string): Sql {
  const [from, into] =
    to === "wanted" ? [columns.current, columns.wanted] : [columns.wanted, columns.current];
  const how = twin === undefined ? castBetween(from.attributes.type, into.attributes.type) : "by text";
  if (how === "assignment") return value;
  return typed(how === "by text" ? sql`${value}::text` : value, type);
}

const typed = (value: Sql, type: string) => sql`(${value})::${raw(type)}`;
