import { type Fact, isKind } from "../catalog/fact.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";
import { constraintDefinition } from "./constraint.js";
import { defineKind, type RenderContext } from "./define.js";
import { foreignColumnDefinition, foreignColumnSettings } from "./foreign-column.js";
import { changeForeignOptions, foreignOptions } from "./foreign-options.js";
import { isUserSchema, options, parents, ref, refs } from "./query.js";
import { renameInSchema } from "./rename.js";

/** CREATE FOREIGN TABLE. Its columns and constraints are facts of their own. */
export interface ForeignTable {
  readonly server: string;
  /** `name=value` for the foreign data wrapper, sorted. */
  readonly options: readonly string[];
}

declare module "../catalog/fact.js" {
  interface KindAttributes {
    "foreign table": ForeignTable;
  }
}

export const foreignTable = defineKind({
  name: "foreign table",
  query: () => `
    SELECT n.nspname AS schema, c.relname AS name, ${ref("pg_namespace", "n.oid")} AS parent,
           ${refs(ref("pg_class", "c.oid"), ref("pg_type", "c.reltype"), ref("pg_type", "t.typarray"))} AS refs,
           ${parents("c")} AS "ofParts",
           json_build_object('server', s.srvname, 'options', ${options("f.ftoptions")}) AS attributes
    FROM pg_foreign_table f
    JOIN pg_class c ON c.oid = f.ftrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = c.reltype
    JOIN pg_foreign_server s ON s.oid = f.ftserver
    WHERE ${isUserSchema("n")}`,
  address: (id) => sql`FOREIGN TABLE ${name(id.schema, id.name)}`,
  occupies: ({ identity }) => [
    `relation ${identity.schema}.${identity.name}`,
    `type ${identity.schema}.${identity.name}`,
  ],
  create: createForeignTable,
  drop: ({ identity }) => [sql`DROP FOREIGN TABLE ${name(identity.schema, identity.name)}`],
  alter: [
    {
      of: ["options"],
      sql: (from, to) =>
        sql`ALTER FOREIGN TABLE ${name(to.identity.schema, to.identity.name)} ${changeForeignOptions(from.attributes.options, to.attributes.options)}`,
    },
  ],
  isNamedByCode: true,
  rename: renameInSchema("FOREIGN TABLE"),
});

function createForeignTable(
  { identity, attributes }: Fact<"foreign table">,
  { folded, catalog }: RenderContext,
): Sql[] {
  const partsOf = ({ id }: Fact) => folded.filter(({ parent }) => parent === id);
  const columns = folded
    .filter((f) => isKind(f, "foreign column"))
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const constraints = folded.filter((f) => isKind(f, "constraint"));
  const lines = [
    ...columns.map((column) => foreignColumnDefinition(column, partsOf(column), catalog)),
    ...constraints.map(constraintDefinition),
  ].map((line) => `  ${line.text}`);
  const body = raw(lines.length === 0 ? "()" : `(\n${lines.join(",\n")}\n)`);
  return [
    sql`CREATE FOREIGN TABLE ${name(identity.schema, identity.name)} ${body} SERVER ${name(attributes.server)} ${foreignOptions(attributes.options)}`,
    ...columns.flatMap(foreignColumnSettings),
  ];
}
