import { namingShell } from "../kinds/operator.js";
import { groundlessGrants } from "../kinds/privilege.js";
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

/** Where PostgreSQL keeps what a user can make and dm does not model yet. */
const sources: readonly Source[] = [
  {
    // Left behind when the operator that named it was dropped: nothing can make one.
    catalog: "pg_operator",
    kind: "'shell operator'",
    name: "o.oid::regoperator::text",
    namespace: "oprnamespace",
    condition: `o.oprcode = 0 AND NOT EXISTS (SELECT FROM ${namingShell})`,
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
  selects.push(`SELECT DISTINCT 'privilege of a column without its grant option',
      pg_get_userbyid(g.grantee) || ' on ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    FROM (${groundlessGrants}) g(relation, sub, grantee, grantor) JOIN pg_class c ON c.oid = g.relation
    JOIN pg_namespace n ON n.oid = c.relnamespace`);
  return `${selects.join("\n  UNION ALL\n  ")}\n  ORDER BY 1, 2`;
}
