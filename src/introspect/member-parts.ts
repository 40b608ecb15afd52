/**
 * What stands on the tables and views of extensions, and what is said of their members. pg_depend ties to an extension what
 * its script made as an object of its own; of an index, a trigger, a constraint, a column, a policy, a rule or a comment it
 * does not tell whether the script made it or someone later (manual, Packaging Related Objects into an Extension).
 */
export const memberPartsQuery = `
  WITH member AS (
    SELECT c.oid, c.oid::regclass::text AS name, c.relkind, x.extname AS extension
    FROM pg_depend e JOIN pg_extension x ON x.oid = e.refobjid JOIN pg_class c ON c.oid = e.objid
    WHERE e.classid = 'pg_class'::regclass AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
      AND c.relkind IN ('r', 'p', 'f', 'v', 'm'))
  SELECT 'extension table''s ' || p.kind AS kind, p.name || ' on ' || m.name AS name, p.definition, m.extension
  FROM member m, LATERAL (
    SELECT 'index' AS kind, quote_ident(i.relname) AS name, pg_get_indexdef(i.oid) AS definition
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = m.oid
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT 'constraint', quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = m.oid
    UNION ALL
    SELECT 'trigger', quote_ident(tgname), concat_ws(' ', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger
    WHERE tgrelid = m.oid AND NOT tgisinternal
    UNION ALL
    SELECT 'rule', quote_ident(rulename), concat_ws(' ', ev_enabled, pg_get_ruledef(oid)) FROM pg_rewrite
    WHERE ev_class = m.oid AND rulename <> '_RETURN'
    UNION ALL
    SELECT 'policy', quote_ident(polname), concat_ws(' ', polcmd, polpermissive,
      (SELECT string_agg(coalesce(r.rolname, 'public'), ', ' ORDER BY r.rolname)
       FROM unnest(polroles) o LEFT JOIN pg_roles r ON r.oid = o),
      pg_get_expr(polqual, polrelid), 'CHECK ' || pg_get_expr(polwithcheck, polrelid))
    FROM pg_policy WHERE polrelid = m.oid
    UNION ALL
    SELECT 'row security', CASE WHEN c.relforcerowsecurity THEN 'forced' ELSE 'enabled' END, c.relrowsecurity::text
    FROM pg_class c WHERE c.oid = m.oid AND (c.relrowsecurity OR c.relforcerowsecurity)
    UNION ALL
    SELECT 'column', quote_ident(a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod),
      pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attnotnull THEN 'NOT NULL' END)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = m.oid AND a.attnum > 0 AND NOT a.attisdropped AND m.relkind IN ('r', 'p', 'f')) p
  UNION ALL
  SELECT 'extension member''s comment', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description, x.extname
  FROM pg_description d
  JOIN pg_depend e ON e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e'
  JOIN pg_extension x ON x.oid = e.refobjid
  WHERE d.objoid >= 16384
  ORDER BY 1, 2, 3`;
