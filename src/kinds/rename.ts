import type { Identity } from "../catalog/identity.js";
import { name, raw, type Sql, sql } from "../sql/sql.js";

/** ALTER … SET SCHEMA and RENAME TO, for kinds that are named by schema and name alone. */
export function renameInSchema(keyword: string): (from: Identity, to: Identity) => readonly Sql[] {
  return (from, to) => [
    ...(from.schema === to.schema
      ? []
      : [sql`ALTER ${raw(keyword)} ${name(from.schema, from.name)} SET SCHEMA ${name(to.schema)}`]),
    ...(from.name === to.name
      ? []
      : [sql`ALTER ${raw(keyword)} ${name(to.schema, from.name)} RENAME TO ${name(to.name)}`]),
  ];
}
