import { quoteIdentifier as q } from "../../../src/sql/quote.js";
import { columnsOf } from "../columns.js";
import type { Relation } from "../model.js";
import { defineSort, type Making, type See } from "./sort.js";

const aTable = ({ random, state }: Making): Relation | undefined =>
  random.maybe(state.relations.filter(({ kind }) => kind === "table"));

/** Whether extended statistics can count the column's values. */
const isCountable = (type: string | number) =>
  typeof type === "string" &&
  /^(integer|bigint|smallint|text|date|numeric|boolean|uuid|character varying)/.test(type);

interface Statistics {
  on: number;
  columns: number[];
  kinds: string[];
  expression: boolean;
  target?: number;
}

/** CREATE STATISTICS. */
export const statistics = defineSort<Statistics>({
  name: "statistics",
  kinds: ["statistics"],
  stage: "after tables",
  choose: (making) => {
    const { random, state } = making;
    const table = aTable(making);
    const able =
      table === undefined
        ? []
        : columnsOf(state, table).filter(
            (one) => isCountable(one.type) && !one.array && one.generated === undefined,
          );
    if (table === undefined || able.length === 0) return undefined;
    return {
      on: table.id,
      columns: random.some(able, 3).map(({ id }) => id),
      kinds: random.chance(0.4) ? [] : random.some(["ndistinct", "dependencies", "mcv"]),
      expression: random.chance(0.4),
      ...(random.chance(0.3) ? { target: random.pick([0, 50]) } : {}),
    };
  },
  create: (part, see) => {
    const found = see.relation(part.choice.on);
    const columns = part.choice.columns.flatMap((id) => found?.columns.get(id) ?? []);
    if (found === undefined || found.relation.kind !== "table" || columns.length === 0) return undefined;
    const isAlone = columns.length === 1 && !part.choice.expression;
    const kinds =
      part.choice.kinds.length === 0 || isAlone || (columns.length === 1 && part.choice.expression)
        ? ""
        : ` (${part.choice.kinds.join(", ")})`;
    const list = [
      ...(columns.length === 1 && part.choice.expression ? [] : columns),
      ...(part.choice.expression || isAlone ? [`(${columns[0]}::text || 'x')`] : []),
    ];
    const shown = isAlone ? list.slice(1) : list;
    return [
      `CREATE STATISTICS ${see.name(part)}${kinds} ON ${shown.join(", ")} FROM ${found.name}`,
      ...(part.choice.target === undefined
        ? []
        : [`ALTER STATISTICS ${see.name(part)} SET STATISTICS ${part.choice.target}`]),
    ];
  },
  address: (part, see) => `STATISTICS ${see.name(part)}`,
  owned: true,
  identity: (part, see) => ({ kind: "statistics", schema: see.schema(part.schema), name: part.name }),
});

interface Rule {
  on: number;
  event: string;
  does: string;
  other?: number;
  enabled: string;
  when?: number;
}

/** CREATE RULE, that does nothing, more, or something else. */
export const rule = defineSort<Rule>({
  name: "rule",
  kinds: ["rule"],
  stage: "after tables",
  choose: (making) => {
    const { random, state } = making;
    const on = random.maybe(state.relations.filter(({ kind }) => kind === "table" || kind === "view"));
    if (on === undefined) return undefined;
    const other = aTable(making)?.id;
    const when = random.chance(0.4) ? random.maybe(columnsOf(state, on))?.id : undefined;
    return {
      on: on.id,
      event: random.pick(["INSERT", "UPDATE", "DELETE"]),
      does: random.pick(["ALSO NOTIFY", "INSTEAD NOTHING", "ALSO DELETE"]),
      ...(other === undefined ? {} : { other }),
      enabled: random.pick(["", "", "DISABLE", "ENABLE ALWAYS"]),
      ...(when === undefined ? {} : { when }),
    };
  },
  create: (part, see) => {
    const { event, does, other, when, enabled } = part.choice;
    const on = see.relation(part.choice.on);
    const target = see.relation(other);
    if (on === undefined || !["table", "view"].includes(on.relation.kind)) return undefined;
    const isDeleting =
      does === "ALSO DELETE" && target?.relation.kind === "table" && on.relation.id !== other;
    const column = when === undefined || on.relation.kind !== "table" ? undefined : on.columns.get(when);
    const where =
      column === undefined ? "" : ` WHERE ${event === "INSERT" ? "NEW" : "OLD"}.${column} IS NOT NULL`;
    // A rule with a condition cannot notify (manual, CREATE RULE).
    const isSilent = does === "INSTEAD NOTHING" || where !== "";
    const doing = isDeleting
      ? `ALSO DELETE FROM ${target.name}`
      : isSilent
        ? "INSTEAD NOTHING"
        : "ALSO NOTIFY changed";
    return [
      `CREATE RULE ${q(part.name)} AS ON ${event} TO ${on.name}${where} DO ${doing}`,
      ...(enabled === "" || on.relation.kind !== "table"
        ? []
        : [`ALTER TABLE ${on.name} ${enabled} RULE ${q(part.name)}`]),
    ];
  },
  address: (part, see) => `RULE ${q(part.name)} ON ${see.relation(part.choice.on)?.name}`,
});

interface Publication {
  all: boolean;
  tables: { on: number; columns: number[]; where?: number }[];
  schemas: number[];
  options: string;
}

/** CREATE PUBLICATION of tables with column lists and row filters, of schemas, or of all. */
export const publication = defineSort<Publication>({
  name: "publication",
  kinds: ["publication", "publication table", "publication schema"],
  stage: "after tables",
  global: true,
  serverOnly: true,
  choose: (making) => {
    const { random, state } = making;
    const tables = state.relations.filter(({ kind, unlogged }) => kind === "table" && !unlogged);
    const chosen = tables.length === 0 ? [] : random.some(tables, 2);
    const isNew = state.major >= 15;
    return {
      all: random.chance(0.1),
      tables: chosen.map((table) => {
        const columns = columnsOf(state, table).filter(({ generated }) => generated === undefined);
        const isPlain = table.partitionBy === undefined && table.parent === undefined;
        const isListed = isNew && isPlain && random.chance(0.4) && columns.length > 0;
        const where = isNew && isPlain && random.chance(0.3) ? random.maybe(columns)?.id : undefined;
        return {
          on: table.id,
          columns: isListed ? random.some(columns).map(({ id }) => id) : [],
          ...(where === undefined ? {} : { where }),
        };
      }),
      schemas: isNew && random.chance(0.3) ? [random.pick(state.schemas).id] : [],
      options: random.pick([
        "",
        "publish = 'insert'",
        "publish_via_partition_root = true",
        "publish = 'insert, delete'",
      ]),
    };
  },
  create: (part, see) => {
    const { all, tables, schemas, options } = part.choice;
    const said = options === "" ? "" : ` WITH (${options})`;
    if (all) return [`CREATE PUBLICATION ${q(part.name)} FOR ALL TABLES${said}`];
    const listed = tables.some(({ columns }) => columns.length > 0);
    const list = tables.flatMap(({ on, columns, where }) => {
      const found = see.relation(on);
      if (found === undefined || found.relation.kind !== "table" || found.relation.unlogged) return [];
      const { relation } = found;
      // A partitioned table's list and filter need another option, and hold for its partitions.
      const isPlain = relation.partitionBy === undefined && relation.parent === undefined;
      const names = isPlain ? columns.flatMap((id) => found.columns.get(id) ?? []) : [];
      const isSimple = isPlain && see.isBuiltIn(relation, where);
      const column = !isSimple || where === undefined ? undefined : found.columns.get(where);
      const filter = column === undefined ? "" : ` WHERE (${column} IS NOT NULL)`;
      return [
        `${see.major >= 15 ? "TABLE " : ""}${isPlain ? "ONLY " : ""}${found.name}${names.length === 0 ? "" : ` (${names.join(", ")})`}${filter}`,
      ];
    });
    const inSchemas = listed ? [] : schemas.flatMap((id) => schemaOf(id, see));
    const all_ = [...list, ...inSchemas];
    const members = all_.length === 0 ? "" : ` FOR ${see.major >= 15 ? "" : "TABLE "}${all_.join(", ")}`;
    return [`CREATE PUBLICATION ${q(part.name)}${members}${said}`];
  },
  address: ({ name }) => `PUBLICATION ${q(name)}`,
  identity: ({ name }) => ({ kind: "publication", name }),
});

function schemaOf(id: number, see: See): string[] {
  return [`TABLES IN SCHEMA ${q(see.schema(id))}`];
}
