import type { Catalog } from "../catalog/catalog.js";
import { type Fact, isKind } from "../catalog/fact.js";
import { literal, name, raw, type Sql, sql } from "../sql/sql.js";
import { continueAfter } from "./column-identity.js";
import { isFilled } from "./column-preflight.js";
import { type AlterContext, defineKind } from "./define.js";
import { hasHeirs } from "./inherited-column.js";
import { isUserColumn, isUserSchema, ref, refs } from "./query.js";
import { baseType } from "./storage.js";

/** The default of a column, of a table or of a view. */
export interface Default {
  readonly expression: string;
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    default: Default;
  }
}

// ONLY: the tables that inherit have defaults of their own. ALTER TABLE … SET DEFAULT serves views and foreign tables too (manual, ALTER TABLE, Description).
const alterColumn = ({ identity, parent }: Fact<"default">, catalog: Catalog) => {
  const only = hasHeirs(catalog.get(parent)?.parent, catalog) && raw("ONLY");
  return sql`ALTER TABLE ${only} ${name(identity.schema, identity.on)} ALTER COLUMN ${name(identity.name)}`;
};

const set = (fact: Fact<"default">, catalog: Catalog) =>
  sql`${alterColumn(fact, catalog)} SET DEFAULT ${raw(fact.attributes.expression)}`;

/** A sequence that is made for a column with values goes on after them, as that of a serial column would. */
function continueSequence(
  fact: Fact<"default">,
  { current, wanted, isCounted }: Pick<AlterContext, "current" | "wanted" | "isCounted">,
): Sql[] {
  const column = wanted.get(fact.parent);
  if (!isKind(column, "column") || !current.has(column.id) || isCounted?.(column.id) === true) return [];
  const isNumber = /^(smallint|integer|bigint|numeric)/.test(baseType(column.attributes.type, wanted));
  if (!isNumber || !/^nextval\('[^']*'::regclass\)$/.test(fact.attributes.expression)) return [];
  return wanted.dependencies(fact.id).flatMap(({ to }) => {
    const sequence = wanted.get(to);
    if (!isKind(sequence, "sequence") || current.has(to)) return [];
    const path = name(sequence.identity.schema, sequence.identity.name);
    const reached = sql`(SELECT last_value FROM ${path})`;
    return [continueAfter(fact.identity, literal(path.text), sequence.attributes.increment, reached)];
  });
}

export const columnDefault = defineKind({
  name: "default",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS "on", a.attname AS name,
           ${ref("pg_class", "c.oid", "a.attnum")} AS parent,
           ${refs(ref("pg_attrdef", "d.oid"))} AS refs,
           json_build_object('expression', pg_get_expr(d.adbin, d.adrelid)) AS attributes
    FROM pg_attrdef d
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    JOIN pg_class c ON c.oid = d.adrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attgenerated = '' AND ${isUserColumn("a")} AND ${isUserSchema("n")}`,
  asksMore: (from, to, { wanted }) => {
    const column = wanted.get(from?.parent);
    if (to !== undefined || !isKind(column, "column") || isFilled(column, { wanted })) return undefined;
    return { what: `${column.id} needs a value`, attribute: "expression" };
  },
  folds: (_, parent) => parent.identity.kind === "column" || parent.identity.kind === "foreign column",
  create: (fact, context) => [
    set(fact, context.catalog),
    ...continueSequence(fact, { ...context, wanted: context.catalog }),
  ],
  goesAside: () => true,
  drop: (fact, { catalog }) => [sql`${alterColumn(fact, catalog)} DROP DEFAULT`],
  alter: [
    {
      of: ["expression"],
      sql: (_, to, context) => [set(to, context.wanted), ...continueSequence(to, context)],
    },
  ],
});
