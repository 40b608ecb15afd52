import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { hasHeirs } from "./inherited-column.js";
import { isUserSchema, ref, refs } from "./query.js";

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
    WHERE a.attgenerated = '' AND NOT a.attisdropped AND ${isUserSchema("n")}`,
  folds: (_, parent) => parent.identity.kind === "column" || parent.identity.kind === "foreign column",
  create: (fact, { catalog }) => [set(fact, catalog)],
  goesAside: () => true,
  drop: (fact, { catalog }) => [sql`${alterColumn(fact, catalog)} DROP DEFAULT`],
  alter: [{ of: ["expression"], sql: (_, to, { wanted }) => set(to, wanted) }],
});
