/**
 * What the oracle knows of single catalogs. Everything else it takes from PostgreSQL's own description of them: their
 * columns, their unique keys and pg_get_catalog_foreign_keys().
 */

/** Catalogs whose rows are not compared, and why. Rows of some of them still give names to OIDs. */
export const ignoredCatalogs: Readonly<Record<string, string>> = {
  pg_authid: "roles belong to the whole server",
  pg_auth_members: "roles belong to the whole server",
  pg_database: "databases belong to the server",
  pg_tablespace: "tablespaces belong to the server",
  pg_parameter_acl: "parameters belong to the server",
  pg_replication_origin: "replication origins belong to the server",
  pg_shdepend: "follows from owners, access control lists and policies, which are compared",
  pg_statistic: "what ANALYZE found in the rows",
  pg_statistic_ext_data: "what ANALYZE found in the rows",
  pg_subscription_rel: "the progress of replication",
  pg_largeobject: "data",
  pg_largeobject_metadata: "data",
  pg_init_privs: "what an extension granted when it was made, kept for pg_dump",
};

/** Columns that are not compared, and why. */
export const ignoredColumns: Readonly<Record<string, string>> = {
  "pg_class.relfilenode": "where the rows lie",
  "pg_class.relpages": "VACUUM's estimate",
  "pg_class.reltuples": "VACUUM's estimate",
  "pg_class.relallvisible": "VACUUM's estimate",
  "pg_class.relallfrozen": "VACUUM's estimate",
  "pg_class.relfrozenxid": "a transaction",
  "pg_class.relminmxid": "a transaction",
  "pg_class.relrewrite": "set while a table is rewritten",
  "pg_class.reltoastrelid": "a TOAST table stays when the columns that wanted it go",
  "pg_class.relnatts": "counts dropped columns; pg_attribute has the columns",
  "pg_class.relhasindex": "a hint: may be true when the last index is gone",
  "pg_class.relhasrules": "a hint: may be true when the last rule is gone",
  "pg_class.relhastriggers": "a hint: may be true when the last trigger is gone",
  "pg_class.relhassubclass": "a hint: may be true when the last child is gone",
  "pg_attribute.attndims": "PostgreSQL enforces no number of dimensions, and prints none (manual, Arrays)",
  "pg_attribute.attcacheoff": "in memory only",
  "pg_attribute.atthasmissing": "whether rows older than the column lack its value",
  "pg_attribute.attmissingval": "the value of a column in rows older than it",
  "pg_index.indcheckxmin": "whether the index waits for old transactions",
  "pg_subscription.subskiplsn": "the progress of replication",
  "pg_collation.collversion": "the operating system's, when the collation was made",
};

/** Parse trees as text. `t` is the row; names in the output are qualified because the search path is empty. */
export const printedTrees: Readonly<Record<string, string>> = {
  "pg_attrdef.adbin": "pg_get_expr(t.adbin, t.adrelid)",
  "pg_class.relpartbound": "pg_get_expr(t.relpartbound, t.oid)",
  "pg_constraint.conbin": "pg_get_expr(t.conbin, t.conrelid)",
  "pg_index.indexprs": "pg_get_expr(t.indexprs, t.indrelid)",
  "pg_index.indpred": "pg_get_expr(t.indpred, t.indrelid)",
  "pg_partitioned_table.partexprs": "pg_get_expr(t.partexprs, t.partrelid)",
  "pg_policy.polqual": "pg_get_expr(t.polqual, t.polrelid)",
  "pg_policy.polwithcheck": "pg_get_expr(t.polwithcheck, t.polrelid)",
  "pg_proc.proargdefaults": "pg_get_expr(t.proargdefaults, 0)",
  "pg_proc.prosqlbody": "pg_get_function_sqlbody(t.oid)",
  "pg_publication_rel.prqual": "pg_get_expr(t.prqual, t.prrelid)",
  "pg_rewrite.ev_action": "pg_get_ruledef(t.oid)",
  "pg_rewrite.ev_qual": "CASE WHEN t.ev_qual::text <> '<>' THEN pg_get_ruledef(t.oid) END",
  "pg_statistic_ext.stxexprs": "pg_get_expr(t.stxexprs, t.stxrelid)",
  // Of two relations, OLD and NEW: pg_get_expr() takes one.
  "pg_trigger.tgqual": "CASE WHEN t.tgqual IS NOT NULL THEN pg_get_triggerdef(t.oid) END",
  "pg_type.typdefaultbin": "pg_get_expr(t.typdefaultbin, 0)",
};

/** NULL in an access control list stands for what acldefault() gives (manual, Privileges). */
export const defaultAcl: Readonly<Record<string, string>> = {
  "pg_class.relacl": `acldefault((CASE t.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", t.relowner)`,
  "pg_attribute.attacl": "'{}'::aclitem[]",
  "pg_proc.proacl": "acldefault('f', t.proowner)",
  "pg_type.typacl": "acldefault('T', t.typowner)",
  "pg_namespace.nspacl": "acldefault('n', t.nspowner)",
  "pg_language.lanacl": "acldefault('l', t.lanowner)",
  "pg_foreign_data_wrapper.fdwacl": "acldefault('F', t.fdwowner)",
  "pg_foreign_server.srvacl": "acldefault('S', t.srvowner)",
};

/** Values of a row that are read differently from how they are stored. */
export const readAs: Readonly<Record<string, string>> = {
  // Printed when it was made, under the search path of that day; typdefaultbin is what counts.
  "pg_type.typdefault": "CASE WHEN t.typdefaultbin IS NULL THEN t.typdefault END",
  // -1 in a copy of a collation for all encodings; a database has one encoding.
  "pg_collation.collencoding": "NULL",
  // A foreign key to a partitioned table has a shadow for each partition, numbered as these came.
  "pg_constraint.conname": `CASE WHEN EXISTS (SELECT FROM pg_constraint o WHERE o.oid = t.conparentid AND o.conrelid = t.conrelid)
       THEN pg_get_constraintdef(t.oid) ELSE t.conname::text END`,
  // Of a key or foreign key it says only whether the table was a partition when it was made.
  "pg_constraint.connoinherit": "CASE WHEN t.contype NOT IN ('p', 'u', 'x', 'f') THEN t.connoinherit END",
  // An index's columns keep the names that the table's had when it was made; pg_index says which they are.
  "pg_attribute.attname": `CASE WHEN (SELECT relkind FROM pg_class c WHERE c.oid = t.attrelid) IN ('i', 'I') THEN t.attnum::text ELSE t.attname::text END`,
  // pg_enum keeps numbers with gaps.
  "pg_enum.enumsortorder":
    "(SELECT count(*) FROM pg_enum o WHERE o.enumtypid = t.enumtypid AND o.enumsortorder < t.enumsortorder)",
  // The order of a table's columns is no part of its schema; in what else has columns, dropped ones leave gaps.
  "pg_attribute.attnum": `CASE WHEN (SELECT relkind FROM pg_class c WHERE c.oid = t.attrelid) NOT IN ('r', 'p', 'f') THEN
       (SELECT count(*) FROM pg_attribute o WHERE o.attrelid = t.attrelid AND o.attnum BETWEEN 1 AND t.attnum AND NOT o.attisdropped) END`,
};

/** Rows that are not compared, and why. `t` is the row. */
export const ignoredRows: Readonly<Record<string, readonly { when: string; why: string }[]>> = {
  pg_class: [
    {
      when: "t.relnamespace = 'pg_toast'::regnamespace AND t.reloptions IS NULL",
      why: "TOAST tables follow from the columns, and stay when those go",
    },
    { when: "t.relpersistence = 't'", why: "temporary" },
  ],
  pg_attribute: [
    { when: "t.attisdropped", why: "a dropped column leaves a mark" },
    { when: "t.attnum < 0", why: "system columns are the same everywhere" },
    {
      when: "t.attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_toast'::regnamespace)",
      why: "TOAST tables follow from the columns",
    },
  ],
  pg_index: [
    {
      when: "t.indexrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_toast'::regnamespace)",
      why: "TOAST tables follow from the columns",
    },
  ],
  pg_depend: [
    {
      when: `t.classid = 'pg_trigger'::regclass AND t.deptype IN ('P', 'S')
             AND EXISTS (SELECT FROM pg_trigger g WHERE g.oid = t.objid AND g.tgisinternal AND g.tgconstraint <> 0)`,
      why: "a partition's foreign key that was taken in rests on its parent's otherwise than one that came with it; tgparentid says whose it is",
    },
    {
      when: `t.classid = 'pg_class'::regclass AND t.objid IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_toast'::regnamespace)`,
      why: "TOAST tables follow from the columns",
    },
  ],
  pg_description: [
    {
      when: "t.classoid = 'pg_subscription'::regclass AND NOT EXISTS (SELECT FROM pg_subscription s WHERE s.oid = t.objoid)",
      why: "DROP SUBSCRIPTION leaves the comment behind",
    },
  ],
  pg_subscription: [
    {
      when: "t.subdbid <> (SELECT oid FROM pg_database WHERE datname = current_database())",
      why: "another database's",
    },
  ],
  pg_db_role_setting: [
    {
      when: "t.setdatabase <> (SELECT oid FROM pg_database WHERE datname = current_database())",
      why: "another database's, or a role's everywhere",
    },
  ],
  pg_shdescription: [
    {
      when: "(t.classoid, t.objoid) <> ('pg_database'::regclass, (SELECT oid FROM pg_database WHERE datname = current_database()))",
      why: "about a role, a tablespace or another database",
    },
    { when: "t.description LIKE 'dm shadow made at %'", why: "marks a scratch database" },
  ],
  pg_shseclabel: [
    {
      when: "(t.classoid, t.objoid) <> ('pg_database'::regclass, (SELECT oid FROM pg_database WHERE datname = current_database()))",
      why: "about a role, a tablespace or another database",
    },
  ],
};

/** Numbers of attributes that pg_get_catalog_foreign_keys() does not list, with the column that has their relation. */
export const attributeNumbers: Readonly<Record<string, string>> = {
  "pg_constraint.confdelsetcols": "conrelid",
  "pg_publication_rel.prattrs": "prrelid",
};

/** Lists that are stored in the order of attribute numbers, or whose order says nothing. */
export const unordered = new Set([
  "pg_statistic_ext.stxkeys",
  "pg_statistic_ext.stxkind",
  "pg_publication_rel.prattrs",
  "pg_constraint.confdelsetcols",
  "pg_class.reloptions",
  "pg_attribute.attoptions",
  "pg_attribute.attfdwoptions",
  "pg_tablespace.spcoptions",
  "pg_proc.proconfig",
  "pg_proc.protrftypes",
  "pg_db_role_setting.setconfig",
  "pg_policy.polroles",
  "pg_event_trigger.evttags",
  "pg_subscription.subpublications",
  "pg_foreign_data_wrapper.fdwoptions",
  "pg_foreign_server.srvoptions",
  "pg_foreign_table.ftoptions",
  "pg_user_mapping.umoptions",
]);

/** An object of any catalog: the catalog's OID, the row's, and a number within it. */
export const anyObject: readonly { catalog: string; object: string; part: string }[] = [
  { catalog: "classid", object: "objid", part: "objsubid" },
  { catalog: "refclassid", object: "refobjid", part: "refobjsubid" },
  { catalog: "classoid", object: "objoid", part: "objsubid" },
];
