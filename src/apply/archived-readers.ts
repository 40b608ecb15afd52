import type { Database } from "../database/database.js";

/** Who sees a thing in quarantine, beside its owner and superusers. */
export interface Readers {
  /** Roles by their names, `PUBLIC` for all of them. */
  readonly readers: readonly string[];
  /** Publications that send it to their subscribers. */
  readonly publications: readonly string[];
}

/**
 * Who may read the relation with its partitions and what inherits it, or one column of them. What is in quarantine where
 * it stands belongs to whoever may read all of its table (manual, GRANT).
 * @param relation quoted.
 */
export async function readersOf(
  database: Database,
  relation: string,
  column: string | undefined,
): Promise<Readers> {
  const tree = `WITH RECURSIVE tree (oid) AS (
      SELECT $1::regclass::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree t ON t.oid = i.inhparent
    )`;
  const readers = await database.query<{ role: string }>(
    `${tree}, acls (owner, acl) AS (
       SELECT c.relowner, c.relacl FROM pg_class c JOIN tree USING (oid)
       UNION ALL SELECT c.relowner, a.attacl FROM pg_class c JOIN tree USING (oid) JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE NOT a.attisdropped AND ($2 = '' OR a.attname = $2)
     )
     SELECT DISTINCT CASE i.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(i.grantee)::text END AS role
     FROM acls, aclexplode(acl) i WHERE i.privilege_type = 'SELECT' AND i.grantee <> owner ORDER BY 1`,
    [relation, column ?? ""],
  );
  const publications = await database.query<{ name: string }>(
    // Column lists are known from version 15 on.
    `${tree}
     SELECT DISTINCT p.pubname::text AS name FROM pg_publication_tables p, tree t
     JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE p.schemaname = n.nspname AND p.tablename = c.relname
       AND ($2 = '' OR coalesce(to_jsonb(p) -> 'attnames' @> to_jsonb($2::text), true)) ORDER BY 1`,
    [relation, column ?? ""],
  );
  return { readers: readers.map(({ role }) => role), publications: publications.map(({ name }) => name) };
}
