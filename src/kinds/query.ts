/** Schemas that hold no schema of the user's: PostgreSQL's own, and dm's journal and quarantine. */
export function isUserSchema(namespace: string): string {
  return `${namespace}.nspname !~ '^pg_' AND ${namespace}.nspname NOT IN ('information_schema', 'dm', 'dm_archive')`;
}

/** Whether a column or sequence is in quarantine where it stands: docs/archive.md, Names. */
export function isHidden(column: string): string {
  return `${column}::text ~ '^dm_archived_[0-9a-f]{12}_[0-9a-f]{8}_'`;
}

/** The columns that a user has made, those in quarantine left out. */
export function isUserColumn(attribute: string): string {
  return `${attribute}.attnum > 0 AND NOT ${attribute}.attisdropped AND NOT ${isHidden(`${attribute}.attname`)}`;
}

/** A {@link Ref} as JSON: `ref("pg_class", "c.oid")`. */
export function ref(catalog: string, oid: string, sub = "0"): string {
  return `json_build_array('${catalog}', ${oid}::int8, ${sub})`;
}

/** A list of them. */
export function refs(...items: readonly string[]): string {
  return `json_build_array(${items.join(", ")})`;
}

/** The tables and the type that a table has its columns from: what pg_depend says of these is its ties' affair. */
export function parents(table: string): string {
  return `(SELECT json_agg(parent) FROM (
      SELECT ${ref("pg_class", "i.inhparent")} AS parent FROM pg_inherits i WHERE i.inhrelid = ${table}.oid
      UNION ALL SELECT ${ref("pg_type", `${table}.reloftype`)} WHERE ${table}.reloftype <> 0) AS ties)`;
}

/**
 * What a part of a table inherits, as JSON: `of` is the part of the parent `i.inhparent`, found by `from` (joins to
 * `pg_inherits i`); `local` says whether it also stands by itself.
 */
export function inherits(
  table: string,
  { of, from, local }: { of: string; from: string; local: string },
): string {
  return `(SELECT json_agg(json_build_object(
      'of', ${of}, 'via', ${ref("pg_inherits", "i.inhrelid", "i.inhseqno")}, 'local', ${local}))
    FROM pg_inherits i ${from} AND i.inhrelid = ${table})`;
}

/** What a column inherits: from columns of its table `c`'s parents, or from an attribute of the table's type. */
export const inheritedColumns = `CASE
  WHEN a.attinhcount > 0 THEN ${inherits("c.oid", {
    of: ref("pg_class", "i.inhparent", "pa.attnum"),
    from: "JOIN pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname",
    local: "a.attislocal",
  })}
  WHEN c.reloftype <> 0 THEN (
    SELECT json_build_array(json_build_object('of', ${ref("pg_class", "pa.attrelid", "pa.attnum")},
             'via', ${ref("pg_class.reloftype", "c.oid")}, 'local', false))
    FROM pg_type ot JOIN pg_attribute pa ON pa.attrelid = ot.typrelid
    WHERE ot.oid = c.reloftype AND pa.attname = a.attname)
  END`;

/** Storage parameters as a sorted JSON array of `name=value`. */
export function options(column: string): string {
  return `(SELECT coalesce(json_agg(o ORDER BY o), '[]') FROM unnest(${column}) o)`;
}

/** The name behind a collation's OID, quoted and qualified unless it is PostgreSQL's own. */
export function collationName(oid: string): string {
  return `(SELECT CASE WHEN cn.nspname = 'pg_catalog' THEN '' ELSE quote_ident(cn.nspname) || '.' END
            || quote_ident(co.collname)
           FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = ${oid})`;
}

/** The name of a tablespace that is not the database's own, else NULL. */
export function tablespaceName(oid: string): string {
  return `(SELECT spcname FROM pg_tablespace WHERE oid = ${oid})`;
}

/** An operator class's name, quoted and qualified unless it is PostgreSQL's own. */
export function opclassName(oid: string): string {
  return `(SELECT CASE WHEN ocn.nspname = 'pg_catalog' THEN '' ELSE quote_ident(ocn.nspname) || '.' END
            || quote_ident(oc.opcname)
           FROM pg_opclass oc JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace WHERE oc.oid = ${oid})`;
}

/** `app.age(date)`, as ALTER FUNCTION takes it. */
export function routineSignature(oid: string): string {
  return `${oid}::regprocedure::text`;
}

/** Whether a function came with a type, as those that make ranges do. */
export function cameWithType(oid: string): string {
  return `EXISTS (SELECT FROM pg_depend td WHERE td.classid = 'pg_proc'::regclass AND td.objid = ${oid}
            AND td.deptype = 'i' AND td.refclassid = 'pg_type'::regclass)`;
}

/** `OPERATOR(app.+)`, as expressions take it; NULL for none. */
export function operatorName(oid: string): string {
  return `(SELECT 'OPERATOR(' || quote_ident(opn.nspname) || '.' || op.oprname || ')'
           FROM pg_operator op JOIN pg_namespace opn ON opn.oid = op.oprnamespace WHERE op.oid = ${oid})`;
}
