import { archiveSchema } from "../archive/names.js";
import type { Database } from "../database/database.js";
import { DatabaseError } from "../database/error.js";
import { name } from "../sql/sql.js";

/** Dependent objects still exist; a column's type cannot change under a view (manual, PostgreSQL Error Codes). */
const inTheWay: ReadonlySet<string> = new Set(["2BP01", "0A000"]);

/**
 * Does the work, of which a failed attempt leaves nothing. A materialised view in quarantine does not hold on to what it
 * reads: where PostgreSQL names one that is in the way, a table with its rows takes its place, and the work is done again.
 * @param frozen told of each.
 */
export async function pastViews<T>(
  database: Database,
  work: () => Promise<T>,
  frozen: (view: string) => void,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError) || !inTheWay.has(error.sqlstate)) throw error;
      const views = await database.transaction(() => freeze(database, error.details.join("\n")));
      if (views.length === 0) throw error;
      for (const view of views) frozen(view);
    }
  }
}

/** Of the views that are named, and those that read them, only the rows are left. */
async function freeze(database: Database, named: string): Promise<readonly string[]> {
  const views = await database.query<{ view: string; owner: string }>(
    `WITH RECURSIVE views (oid, name, owner) AS (
       SELECT c.oid, c.relname, pg_get_userbyid(c.relowner) FROM pg_class c
       WHERE c.relkind = 'm' AND c.relnamespace = to_regnamespace($1)
     ), holding (oid) AS (
       SELECT oid FROM views WHERE strpos($2, name) > 0
       UNION SELECT v.oid FROM holding h
       JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = h.oid AND d.classid = 'pg_rewrite'::regclass
       JOIN pg_rewrite r ON r.oid = d.objid JOIN views v ON v.oid = r.ev_class
     )
     SELECT name::text AS view, owner::text FROM views JOIN holding USING (oid) ORDER BY oid DESC`,
    [archiveSchema, named],
  );
  for (const { view, owner } of views) {
    const [place, meanwhile] = [name(archiveSchema, view), name(archiveSchema, "dm_frozen")];
    await database.script(
      `CREATE TABLE ${meanwhile.text} AS TABLE ${place.text}; DROP MATERIALIZED VIEW ${place.text};
       ALTER TABLE ${meanwhile.text} OWNER TO ${name(owner).text}; ALTER TABLE ${meanwhile.text} RENAME TO ${name(view).text}`,
    );
  }
  return views.map(({ view }) => view);
}
