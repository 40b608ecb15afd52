import { isUserSchema } from "../kinds/query.js";

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
    catalog: "pg_class",
    kind: `CASE WHEN o.relkind = 'f' THEN 'foreign table'
           WHEN o.relispartition THEN 'partition'
           WHEN o.reloftype <> 0 THEN 'typed table' ELSE 'inheriting table' END`,
    name: qualified("relname"),
    namespace: "relnamespace",
    condition: `o.relpersistence <> 't' AND (o.relkind = 'f' OR (o.relkind IN ('r', 'p') AND (o.reloftype <> 0 OR EXISTS (
      SELECT FROM pg_inherits i WHERE i.inhrelid = o.oid))))`,
  },
  {
    catalog: "pg_type",
    kind: "CASE o.typtype WHEN 'p' THEN 'shell type' ELSE 'base type' END",
    name: qualified("typname"),
    namespace: "typnamespace",
    condition: "o.typtype IN ('b', 'p') AND o.typcategory <> 'A'",
  },
  {
    catalog: "pg_proc",
    kind: "'aggregate'",
    name: "o.oid::regprocedure::text",
    namespace: "pronamespace",
    condition: "o.prokind = 'a'",
  },
  { catalog: "pg_operator", kind: "'operator'", name: "o.oid::regoperator::text", namespace: "oprnamespace" },
  { catalog: "pg_opclass", kind: "'operator class'", name: qualified("opcname"), namespace: "opcnamespace" },
  {
    catalog: "pg_opfamily",
    kind: "'operator family'",
    name: qualified("opfname"),
    namespace: "opfnamespace",
  },
  { catalog: "pg_collation", kind: "'collation'", name: qualified("collname"), namespace: "collnamespace" },
  { catalog: "pg_conversion", kind: "'conversion'", name: qualified("conname"), namespace: "connamespace" },
  {
    catalog: "pg_ts_config",
    kind: "'text search configuration'",
    name: qualified("cfgname"),
    namespace: "cfgnamespace",
  },
  {
    catalog: "pg_ts_dict",
    kind: "'text search dictionary'",
    name: qualified("dictname"),
    namespace: "dictnamespace",
  },
  {
    catalog: "pg_ts_parser",
    kind: "'text search parser'",
    name: qualified("prsname"),
    namespace: "prsnamespace",
  },
  {
    catalog: "pg_ts_template",
    kind: "'text search template'",
    name: qualified("tmplname"),
    namespace: "tmplnamespace",
  },
  { catalog: "pg_cast", kind: "'cast'", name: "o.castsource::regtype || ' as ' || o.casttarget::regtype" },
  { catalog: "pg_transform", kind: "'transform'", name: "'for ' || o.trftype::regtype" },
  { catalog: "pg_language", kind: "'language'", name: "quote_ident(o.lanname)" },
  { catalog: "pg_am", kind: "'access method'", name: "quote_ident(o.amname)" },
  { catalog: "pg_foreign_data_wrapper", kind: "'foreign data wrapper'", name: "quote_ident(o.fdwname)" },
  { catalog: "pg_foreign_server", kind: "'foreign server'", name: "quote_ident(o.srvname)" },
  { catalog: "pg_publication", kind: "'publication'", name: "quote_ident(o.pubname)" },
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
  return `${selects.join("\n  UNION ALL\n  ")}\n  ORDER BY 1, 2`;
}
