import { namingShell } from "../kinds/operator.js";
import { groundlessGrants } from "../kinds/privilege.js";
import { cameWithType, isUserSchema } from "../kinds/query.js";
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
  selects.push(`SELECT 'key without those of some partitions', quote_ident(k.conname) || ' on ' || k.conrelid::regclass::text
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid AND i.relkind = 'I' JOIN pg_constraint k ON k.conindid = i.oid
    JOIN pg_namespace n ON n.oid = i.relnamespace
    WHERE NOT x.indisvalid AND k.contype IN ('p', 'u', 'x') AND ${isUserSchema("n")}
      AND ${notOfAnExtension("pg_class", "k.conrelid")}`);
  // Where there are default privileges, they may be where these came from.
  const own = `p.proacl <> acldefault('f', p.proowner) AND NOT EXISTS (
    SELECT FROM pg_default_acl a WHERE a.defaclrole = p.proowner AND a.defaclobjtype = 'f')`;
  selects.push(`SELECT 'function of a range type', p.oid::regprocedure::text ||
      concat_ws(' and', CASE WHEN ${own} THEN ' with privileges ' || p.proacl::text END, ' with comment ' || d.description)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
    WHERE ${cameWithType("p.oid")} AND ${isUserSchema("n")} AND ${notOfAnExtension("pg_proc", "p.oid")}
      AND (${own} OR d.description IS NOT NULL)`);
  // Nothing but names with OIDs in them could tell them apart (manual, ALTER TABLE, DISABLE TRIGGER).
  selects.push(`SELECT DISTINCT 'internal trigger', quote_ident(coalesce(k.conname, t.tgname)) || ' on ' || c.oid::regclass::text ||
      CASE t.tgenabled WHEN 'D' THEN ', disabled' WHEN 'R' THEN ', enabled in replicas' WHEN 'A' THEN ', enabled always'
        ELSE ', enabled' END
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint LEFT JOIN pg_trigger p ON p.oid = t.tgparentid AND k.oid IS NULL
    WHERE t.tgisinternal AND t.tgenabled <> coalesce(p.tgenabled, 'O') AND ${isUserSchema("n")}
      AND ${notOfAnExtension("pg_class", "c.oid")}`);
  return `${selects.join("\n  UNION ALL\n  ")}\n  ORDER BY 1, 2`;
}
