import type { Database } from "../../src/database/database.js";

/**
 * What a database's own system catalogs say of the schemas that are not PostgreSQL's, a line a thing, sorted:
 * an account of what was loaded that owes nothing to dm.
 */
export async function account(database: Database): Promise<string[]> {
  await database.query("SELECT pg_catalog.set_config('search_path', '', true)");
  const rows = await database.query<{ line: string }>(`
    WITH own AS (
      SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    ), relation AS (
      SELECT c.* FROM pg_class c JOIN own ON own.oid = c.relnamespace
    )
    SELECT format('relation %s %s %s %s %s %s', oid::regclass, relkind, relpersistence, relrowsecurity,
                  relowner::regrole, array_to_string(reloptions, ',')) AS line FROM relation
    UNION ALL
    SELECT format('definition of %s %s', oid::regclass, pg_get_viewdef(oid)) FROM relation WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT format('acl %s %s', r.oid::regclass, string_agg(acl::text, ',' ORDER BY acl::text))
      FROM relation r, unnest(r.relacl) acl GROUP BY r.oid
    UNION ALL
    SELECT format('column %s.%s %s %s %s %s%s %s %s', a.attrelid::regclass, a.attname,
                  format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                  a.attidentity, a.attgenerated, a.attinhcount, a.attislocal)
      FROM pg_attribute a JOIN relation r ON r.oid = a.attrelid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('constraint %s %s %s %s', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE conrelid IN (SELECT oid FROM relation)
    UNION ALL
    SELECT format('index %s %s', indisvalid, pg_get_indexdef(indexrelid))
      FROM pg_index WHERE indexrelid IN (SELECT oid FROM relation)
    UNION ALL
    SELECT format('routine %s %s', p.oid::regprocedure,
                  CASE WHEN prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) END)
      FROM pg_proc p JOIN own ON own.oid = p.pronamespace
    UNION ALL
    SELECT format('trigger %s %s', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT format('policy %s %s %s', polrelid::regclass, polname, pg_get_expr(polqual, polrelid)) FROM pg_policy
    UNION ALL
    SELECT format('rule %s', pg_get_ruledef(oid)) FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM relation)
    UNION ALL
    SELECT format('type %s %s %s %s', t.oid::regtype, typtype, format_type(typbasetype, typtypmod),
                  (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
      FROM pg_type t JOIN own ON own.oid = t.typnamespace
    UNION ALL
    SELECT format('comment %s %s', o.identity, description)
      FROM pg_description, pg_identify_object(classoid, objoid, objsubid) o
      WHERE classoid = 'pg_class'::regclass AND objoid IN (SELECT oid FROM relation)
    UNION ALL
    SELECT format('default acl %s %s %s', defaclrole::regrole, defaclobjtype, array_to_string(defaclacl, ','))
      FROM pg_default_acl
    ORDER BY 1`);
  return rows.map(({ line }) => line);
}
