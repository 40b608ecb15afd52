import { sameValue } from "../catalog/canonical.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Fact } from "../catalog/fact.js";
import { join, name, raw, type Sql, sql } from "../sql/sql.js";
import { defineKind } from "./define.js";
import { changeOptions, withOptions } from "./options.js";
import { isUserSchema, options, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE VIEW. */
export interface View {
  /** The query, as pg_get_viewdef() prints it, without the final semicolon. */
  readonly definition: string;
  /** `security_barrier=true`, `check_option=local`, … */
  readonly options: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    view: View;
  }
}

type ViewFact = Fact<"view">;

const alterView = ({ identity }: ViewFact) => sql`ALTER VIEW ${name(identity.schema, identity.name)}`;

export const view = defineKind({
  name: "view",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_class", "c.oid"), ref("pg_type", "c.reltype"), ref("pg_type", "t.typarray"), ref("pg_rewrite", "r.oid"))} AS refs,
           json_build_object(
             'definition', rtrim(pg_get_viewdef(c.oid), ';'),
             'options', ${options("c.reloptions")}
           ) AS attributes
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = c.reltype
    JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
    WHERE c.relkind = 'v' AND c.relpersistence <> 't' AND ${isUserSchema("n")}`,
  address: (id) => sql`VIEW ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [
    `relation ${identity.schema}.${identity.name}`,
    `type ${identity.schema}.${identity.name}`,
  ],
  create: (fact) => [createView(fact, "CREATE")],
  drop: ({ identity }) => [sql`DROP VIEW ${name(identity.schema, identity.name)}`],
  alter: [
    {
      // New columns at the end and nothing else (manual, CREATE VIEW, OR REPLACE).
      of: ["definition", "options"],
      when: (from, to, { current, wanted }) => {
        if (from.attributes.definition === to.attributes.definition) return false;
        const before = viewColumns(current, from);
        return sameValue(before, viewColumns(wanted, to).slice(0, before.length));
      },
      sql: (_, to) => createView(to, "CREATE OR REPLACE"),
    },
    {
      of: ["options"],
      when: (from, to) => from.attributes.definition === to.attributes.definition,
      sql: (from, to) => changeOptions(alterView(to), from.attributes.options, to.attributes.options),
    },
  ],
  isNamedByCode: true,
  // Whose privileges count, and what a cheap function may see (manual, CREATE VIEW).
  access: ({ attributes }) => {
    const security = attributes.options.filter((option) => option.startsWith("security_"));
    return security.length === 0 ? undefined : security;
  },
  rename: renameInSchema("VIEW"),
});

function createView({ identity, attributes }: ViewFact, verb: "CREATE" | "CREATE OR REPLACE"): Sql {
  const head = join(
    [raw(verb), sql`VIEW ${name(identity.schema, identity.name)}`, withOptions(attributes.options)],
    " ",
  );
  return raw(`${head.text} AS\n${attributes.definition}`);
}

function viewColumns(catalog: Catalog, fact: ViewFact): unknown[] {
  return catalog
    .childrenOfKind(fact.id, "view column")
    .map((column) => [column.identity.name, column.attributes.type, column.attributes.collation]);
}
