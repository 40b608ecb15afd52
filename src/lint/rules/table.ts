import type { Catalog } from "../../catalog/catalog.js";
import { compareText } from "../../catalog/catalog.js";
import type { Fact } from "../../catalog/fact.js";
import { baseType } from "../../kinds/storage.js";
import type { FoundInState, StateContext, StateRules } from "../rule.js";

/** Columns, and tables as such. A partition is as its parent says. */
export const tableRules: StateRules = {
  "char-type": typeRule(/^character(\(\d+\))?(\[\])*$/, (type) => ({
    message: `${type} is padded with blanks, which are lost and found again by comparisons`,
    next: ["text, with a check of its length where it has one"],
  })),
  "varchar-type": typeRule(/^character varying\(\d+\)(\[\])*$/, (type) => ({
    message: `${type} limits the length by the type, and making it shorter rewrites nothing but reads all`,
    next: ["text, with a check of its length where it has one"],
  })),
  "timestamp-type": typeRule(/^timestamp(\(\d\))? without time zone(\[\])*$/, () => ({
    message: "timestamp without time zone is no point in time: whose clock it is of is written nowhere",
    next: ["timestamptz"],
  })),
  "time-with-zone-type": typeRule(/^time(\(\d\))? with time zone(\[\])*$/, () => ({
    message: "time with time zone has an offset and no day that would tell which one holds",
    next: ["timestamptz; or time, and the zone in a column of its own"],
  })),
  "money-type": typeRule(/^money(\[\])*$/, () => ({
    message: "money takes its currency and its digits from lc_monetary of whoever reads",
    next: ["numeric, and the currency in a column of its own"],
  })),
  "json-type": typeRule(/^json(\[\])*$/, () => ({
    message: "json keeps the text as it was typed, has no equality and no index",
    next: ["jsonb; json only where white space, order and repeated keys matter"],
  })),

  "serial-column": (context) =>
    columns(context).flatMap(({ fact, catalog }) => {
      const [own] = catalog.childrenOfKind(fact.id, "default");
      const sequence = own && catalog.dependencies(own.id).find(({ to }) => isOwned(to, fact, catalog));
      if (sequence === undefined) return [];
      return [
        {
          fact: fact.id,
          message: `${fact.identity.on}.${fact.identity.name} is a serial column: its sequence has rights of its own, and anyone may write past it`,
          next: ["GENERATED ALWAYS AS IDENTITY"],
        },
      ];
    }),

  "int-key": (context) =>
    columns(context).flatMap(({ fact, catalog }) => {
      const type = baseType(fact.attributes.type, catalog);
      if (!/^(integer|smallint)$/.test(type) || !isCountedKey(fact, catalog)) return [];
      return [
        {
          fact: fact.id,
          message: `the key ${fact.identity.on}.${fact.identity.name} is ${type === "integer" ? "an integer: it ends at 2,147,483,647" : "a smallint: it ends at 32,767"}, and a larger type rewrites the table`,
          next: ["bigint"],
        },
      ];
    }),

  "table-without-primary-key": ({ catalog }) =>
    catalog.ofKind("table").flatMap((table) => {
      if (isHeir(table, catalog) || hasPrimaryKey(table, catalog)) return [];
      return [
        {
          fact: table.id,
          message: `${table.id} has no primary key: nothing tells its rows apart, for replication, backfills or people`,
          next: ["give it a PRIMARY KEY"],
        },
      ];
    }),

  "no-replica-identity": ({ catalog }) =>
    catalog.ofKind("table").flatMap((table) => {
      const [identity] = catalog.childrenOfKind(table.id, "replica identity");
      const hasOne =
        identity === undefined ? hasPrimaryKey(table, catalog) : identity.attributes.uses !== "nothing";
      if (hasOne || table.attributes.partitionBy !== null || !isPublished(table, catalog)) return [];
      return [
        {
          fact: table.id,
          message: `${table.id} is published and has no replica identity: UPDATE and DELETE on it fail`,
          next: ["give it a PRIMARY KEY", "or ALTER TABLE … REPLICA IDENTITY USING INDEX …"],
        },
      ];
    }),

  "replica-identity-full": ({ catalog }) =>
    catalog.ofKind("replica identity").flatMap(({ id, parent, attributes }) =>
      attributes.uses === "full"
        ? [
            {
              fact: id,
              message: `REPLICA IDENTITY FULL of ${parent}: each change is logged with its whole old row, and sought by it`,
              next: ["give the table a PRIMARY KEY, or USING INDEX of a unique one"],
            },
          ]
        : [],
    ),

  "autovacuum-disabled": ({ catalog }) =>
    catalog.ofKind("table").flatMap(({ id, attributes: { options } }) =>
      options.some((option) => /^(toast\.)?autovacuum_enabled=(false|off|no|0|f|n)$/i.test(option))
        ? [
            {
              fact: id,
              message: `autovacuum is off for ${id}: it grows, its statistics age, and it is frozen in an emergency`,
              next: [
                "delete autovacuum_enabled; lower autovacuum_vacuum_scale_factor if it works too seldom",
              ],
            },
          ]
        : [],
    ),
};

function typeRule(pattern: RegExp, told: (type: string) => { message: string; next: string[] }) {
  return (context: StateContext): FoundInState[] => [
    ...columns(context)
      .filter(({ fact }) => pattern.test(fact.attributes.type))
      .map(({ fact }) => ({
        fact: fact.id,
        ...prefixed(`${fact.identity.on}.${fact.identity.name}`, told(fact.attributes.type)),
      })),
    ...context.catalog
      .ofKind("domain")
      .filter(({ attributes }) => pattern.test(attributes.type))
      .map(({ id, attributes }) => ({ fact: id, ...prefixed(id, told(attributes.type)) })),
  ];
}

const prefixed = (what: string, { message, next }: { message: string; next: string[] }) => ({
  message: `${what}: ${message}`,
  next,
});

/** The columns of tables, but for those that come from a parent. */
function columns({ catalog }: StateContext): { fact: Fact<"column">; catalog: Catalog }[] {
  return catalog
    .ofKind("column")
    .filter(({ id }) => !catalog.dependencies(id).some(({ type }) => type === "inherits"))
    .toSorted((a, b) => compareText(a.parent ?? "", b.parent ?? "") || (a.position ?? 0) - (b.position ?? 0))
    .map((fact) => ({ fact, catalog }));
}

function isOwned(id: Fact["id"], column: Fact<"column">, catalog: Catalog): boolean {
  return (
    catalog.get(id)?.identity.kind === "sequence" &&
    catalog.dependencies(id).some(({ to, type }) => to === column.id && type === "owned")
  );
}

/** A key that counts up by itself, or a primary key that is not somebody else's. */
function isCountedKey(column: Fact<"column">, catalog: Catalog): boolean {
  if (column.attributes.identity !== null) return true;
  const [own] = catalog.childrenOfKind(column.id, "default");
  const hasSequence =
    own !== undefined &&
    catalog.dependencies(own.id).some(({ to }) => catalog.get(to)?.identity.kind === "sequence");
  if (hasSequence) return true;
  const constraints = catalog.dependents(column.id).flatMap(({ from }) => {
    const fact = catalog.get(from);
    return fact?.identity.kind === "constraint" ? [from] : [];
  });
  const types = catalog
    .ofKind("constraint")
    .filter(({ id, parent }) => constraints.includes(id) && parent === column.parent)
    .map(({ attributes }) => attributes);
  const primary = types.find(({ type }) => type === "primary key");
  const isAlone = primary !== undefined && !primary.definition.includes(",");
  return isAlone && !types.some(({ type }) => type === "foreign key");
}

export function hasPrimaryKey(table: Fact<"table">, catalog: Catalog): boolean {
  return catalog
    .childrenOfKind(table.id, "constraint")
    .some(({ attributes }) => attributes.type === "primary key");
}

/** A partition, or a table that inherits: its parent was looked at. */
export function isHeir({ id }: Fact<"table">, catalog: Catalog): boolean {
  return (
    catalog.childrenOfKind(id, "partition").length > 0 || catalog.childrenOfKind(id, "inheritance").length > 0
  );
}

function isPublished(table: Fact<"table">, catalog: Catalog): boolean {
  const publications = catalog
    .ofKind("publication")
    .filter(({ attributes: { publish } }) => publish.includes("update") || publish.includes("delete"));
  const isNamed = (kind: "publication table" | "publication schema", on: Fact["id"] | undefined) =>
    catalog
      .ofKind(kind)
      .some(
        ({ parent, identity }) =>
          parent === on && publications.some((one) => one.identity.name === identity.name),
      );
  return (
    publications.some(({ attributes }) => attributes.allTables) ||
    isNamed("publication table", table.id) ||
    isNamed("publication schema", table.parent)
  );
}
