import { isUserSchema } from "../kinds/query.js";
import { mayReadMapping } from "../kinds/user-mapping.js";

const notOfAnExtension = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

interface Source {
  readonly catalog: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly condition?: string;
}

const qualified = (name: string) => `quote_ident(n.nspname) || '.' || quote_ident(o.${name})`;

/** Where PostgreSQL keeps what a user can make and dm does not model yet. */
const sources: readonly Source[] = [
  {
    catalog: "pg_type",
    kind: "CASE o.typtype WHEN 'p' THEN 'shell type' ELSE 'base type' END",
    name: qualified("typname"),
    namespace: "typnamespace",
    condition: "o.typtype IN ('b', 'p') AND o.typcategory <> 'A'",
  },
];

/** Columns `kind` and `name` of every object that exists and is not modelled. */
export function unmodelledQuery(_major: number): string {
  const selects = sources.map(({ catalog, kind, name, namespace, condition }) => {
    const conditions = ["o.oid >= 16384", notOfAnExtension(catalog, "o.oid")];
    if (namespace !== undefined) conditions.push(isUserSchema("n"));
    if (condition !== undefined) conditions.push(condition);
    const join = namespace === undefined ? "" : `JOIN pg_namespace n ON n.oid = o.${namespace}`;
    return `SELECT ${kind} AS kind, ${name} AS name FROM ${catalog} o ${join} WHERE ${conditions.join(" AND ")}`;
  });
  selects.push(`SELECT 'user mapping whose options are hidden', coalesce(m.usename, 'public') || ' on ' || m.srvname
    FROM pg_user_mappings m WHERE NOT ${mayReadMapping}`);
  return `${selects.join("\n  UNION ALL\n  ")}\n  ORDER BY 1, 2`;
}
