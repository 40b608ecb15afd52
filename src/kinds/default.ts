import { type Fact, isKind } from "../catalog/fact.js";
import { name, raw, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
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

// ALTER TABLE … SET DEFAULT serves views and foreign tables too (manual, ALTER TABLE, Description).
const alterColumn = ({ identity }: Fact<"default">) =>
  sql`ALTER TABLE ${name(identity.schema, identity.on)} ALTER COLUMN ${name(identity.name)}`;

const set = (fact: Fact<"default">) =>
  sql`${alterColumn(fact)} SET DEFAULT ${raw(fact.attributes.expression)}`;

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
  asksMore: (from, to, { wanted }) => {
    const column = wanted.get(from?.parent);
    if (to !== undefined || !isKind(column, "column")) return undefined;
    const { notNull, identity, generated } = column.attributes;
    if (!notNull || identity !== null || generated !== null) return undefined;
    return { what: `${column.id} needs a value`, attribute: "expression" };
  },
  folds: (_, parent) => parent.identity.kind === "column" || parent.identity.kind === "foreign column",
  create: (fact) => [set(fact)],
  drop: (fact) => [sql`${alterColumn(fact)} DROP DEFAULT`],
  alter: [{ of: ["expression"], sql: (_, to) => set(to) }],
});
